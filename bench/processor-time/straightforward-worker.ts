/**
 * The least that issues a note: receive, sign once, gzip, one POST over mutual TLS, one put, delete. The baseline of the product's worker;
 * it keeps none of the product's promises. Its declaration is a text in which only the number changes, signed by hand, so that nothing
 * of the product is in it.
 */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { gzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteMessageCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { NUMBER_IN_DECLARATION, type StraightforwardFiles } from './straightforward-files.ts';

interface Work {
  readonly invoiceId: string;
  readonly dps: { readonly number: number };
}

const files = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as StraightforwardFiles;
const documents = DynamoDBDocumentClient.from(new DynamoDBClient());
const queue = new SQSClient();
const { STRAIGHTFORWARD_TABLE: TableName, STRAIGHTFORWARD_QUEUE_URL: QueueUrl, NATIONAL_API_URL } = process.env;
const agent = new Agent({ keepAlive: true, key: files.key, cert: files.certificate, ca: files.authority });
const privateKey = createPrivateKey(files.key);
const certificate = files.certificate
  .slice(0, files.certificate.indexOf('-----END'))
  .replace('-----BEGIN CERTIFICATE-----', '')
  .replaceAll('\n', '');

function signed(number: number): string {
  const declaration = files.declaration.replaceAll(NUMBER_IN_DECLARATION, String(number));
  const end = declaration.indexOf('</DPS>');
  const infDps = declaration.slice(declaration.indexOf('<infDPS'), end);
  const namespace = 'xmlns="http://www.sped.fazenda.gov.br/nfse"';
  const digest = createHash('sha1')
    .update(infDps.replace('<infDPS ', `<infDPS ${namespace} `))
    .digest('base64');
  const id = infDps.slice(infDps.indexOf('Id="') + 4, infDps.indexOf('">'));
  const signedInfo = `<CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></CanonicalizationMethod><SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"></SignatureMethod><Reference URI="#${id}"><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></Transform><Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></Transform></Transforms><DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"></DigestMethod><DigestValue>${digest}</DigestValue></Reference></SignedInfo>`;
  const canonical = Buffer.from(`<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#">${signedInfo}`);
  const value = sign('sha1', canonical, privateKey).toString('base64');
  const signature = `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>${signedInfo}<SignatureValue>${value}</SignatureValue><KeyInfo><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo></Signature>`;
  return `${declaration.slice(0, end)}${signature}</DPS>`;
}

function post(body: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(`${NATIONAL_API_URL}/nfse`, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function handle({ Body = '', ReceiptHandle }: Message): Promise<void> {
  const { invoiceId, dps } = JSON.parse(Body) as Work;
  const dpsXmlGZipB64 = gzipSync(signed(dps.number)).toString('base64');
  const { status, text } = await post(JSON.stringify({ dpsXmlGZipB64 }));
  if (status !== 201) throw new Error(`The authority answered ${status}: ${text}`);
  const { chaveAcesso, nfseXmlGZipB64 } = JSON.parse(text) as { chaveAcesso: string; nfseXmlGZipB64: string };
  const at = new Date().toISOString();
  await documents.send(
    new PutCommand({ TableName, Item: { invoiceId, version: 2, at, status: 'ISSUED', chaveAcesso, nfseXmlGZipB64 } }),
  );
  await queue.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
}

process.once('SIGTERM', () => process.exit(0));
process.send?.('ready');
for (;;) {
  const received = await queue.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 }),
  );
  const { Messages = [] } = received;
  // What failed, because the authority had just closed an idle connection for one, comes again after its visibility timeout.
  const outcomes = await Promise.allSettled(Messages.map(handle));
  for (const outcome of outcomes) if (outcome.status === 'rejected') console.error(outcome.reason);
  process.send?.({ issued: outcomes.filter(({ status }) => status === 'fulfilled').length });
}
