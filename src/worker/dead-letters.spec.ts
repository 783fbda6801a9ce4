import { type Message, SendMessageCommand, SQSClient, SQSServiceException } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it, describe as suite } from 'vitest';
import { accessKey, companyCnpj, invoiceId } from '../../test/invoices.ts';
import { deadLetterOf } from '../commands/dead-letters/dead-letter.ts';
import { DocumentDamaged, DocumentMissing } from '../commands/ports.ts';
import { ContradictoryOutcome } from '../commands/record-outcome/decide.ts';
import { NotTheReplacedNote } from '../commands/replace-invoice/decide.ts';
import { readWork } from '../commands/work.ts';
import { deadLetters, describe } from './dead-letters.ts';

const work = {
  operation: 'emit',
  invoiceId,
  municipalityCode: '3106200',
  requestId: 'pedido-118',
  origin: 'emission',
  traceId: '1-6b048c31-67df310f42458e731fb812fb',
};
const missing = new DocumentMissing(`${invoiceId}/dps-1.xml`);
const contradiction = new ContradictoryOutcome(invoiceId, 'CANCELLED', 'issued');

const wrongNote = new NotTheReplacedNote(invoiceId, {
  companyCnpj,
  by: invoiceId,
  nfseNumber: '102',
  providerProtocol: 'NFS102',
  issuedAt: '2026-11-12T10:00:00-03:00',
  replaced: { accessKey, reasonCode: '99' },
});

const message = (receives: number, body = JSON.stringify(work)): Message => ({
  MessageId: 'original',
  Body: body,
  Attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: '1794312000000' },
});

const dlq = mockClient(SQSClient);
afterAll(() => dlq.restore());
beforeEach(() => {
  dlq.reset();
  dlq.on(SendMessageCommand).resolves({});
});

/** Decides on a message that failed, and tells what was sent to the DLQ. */
async function failing(received: Message, error: unknown) {
  const trouble: unknown[] = [];
  const failed = deadLetters({
    client: new SQSClient({ region: 'sa-east-1' }),
    queueUrl: 'dlq',
    maxReceives: 5,
    onFailed: () => {},
    onTrouble: (reason) => void trouble.push(reason),
  });
  const fate = await failed(error, received);
  return { fate, sent: dlq.commandCalls(SendMessageCommand).map(({ args: [{ input }] }) => input), trouble };
}

suite('a message that cannot be handled', () => {
  it.each<[string, number, unknown, 'leave' | 'delete']>([
    ['stays while trying again may help', 4, missing, 'leave'],
    ['goes to the DLQ at its last receive', 5, missing, 'delete'],
    ['goes there at once when the authority contradicts the history', 1, contradiction, 'delete'],
    ['goes there at once when its note replaced one that the invoice named has not', 1, wrongNote, 'delete'],
  ])('%s', async (_title, receives, error, fate) => {
    const it = await failing(message(receives), error);
    expect(it.fate).toBe(fate);
    expect(it.sent).toHaveLength(fate === 'delete' ? 1 : 0);
  });

  it('goes there at once when it is no work of ours', async () => {
    const body = '{"operation":"dance"}';
    const it = await failing(
      message(1, body),
      await Promise.resolve()
        .then(() => readWork(body))
        .catch((e) => e),
    );
    expect(it).toMatchObject({ fate: 'delete', sent: [{ MessageBody: body }] });
  });

  it('stays when the DLQ throttles or cannot be reached: the queue moves it there in the end', async () => {
    const $metadata = { httpStatusCode: 403 };
    const throttled = new SQSServiceException({ name: 'RequestThrottled', $fault: 'client', $metadata });
    for (const error of [throttled, new Error('connect ECONNREFUSED')]) {
      dlq.on(SendMessageCommand).rejects(error);
      expect(await failing(message(5), missing)).toMatchObject({ fate: 'leave', trouble: [error] });
    }
  });

  it('says there what went wrong, of which invoice, since when and how often', async () => {
    const { sent } = await failing(message(5), missing);
    const attributes = Object.fromEntries(
      Object.entries(sent[0]?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]),
    );
    const stored = { letterId: 'l', receipt: 'r', bodyHash: 'h', body: sent[0]?.MessageBody ?? '', sentAtMs: 0 };
    expect(deadLetterOf({ ...stored, attributes })).toEqual({
      letterId: 'l',
      receipt: 'r',
      bodyHash: 'h',
      cause: 'document-missing',
      errorName: 'DocumentMissing',
      errorMessage: `Document ${invoiceId}/dps-1.xml does not exist`,
      invoiceId,
      municipalityCode: '3106200',
      traceId: work.traceId,
      sentAt: '2026-11-10T12:00:00.000Z',
      receiveCount: 5,
    });
  });
});

suite('the cause of a death', () => {
  const named = (name: string, more: object) => Object.assign(new Error('x'), { name, ...more });
  it.each<[string, unknown]>([
    ['document-missing', missing],
    ['document-damaged', new DocumentDamaged(missing.key)],
    ['contradictory-outcome', contradiction],
    ['not-the-replaced-note', wrongNote],
    ['aws-access-denied', named('AccessDeniedException', { $metadata: {} })],
    ['aws-provisioned-throughput-exceeded', named('ProvisionedThroughputExceededException', { $metadata: {} })],
    ['network', named('Error', { code: 'ECONNREFUSED' })],
    ['defect', new TypeError("Cannot read properties of undefined (reading 'x')")],
    ['defect', 'a string'],
  ])('is %s', (cause, error) => expect(describe(error).cause).toBe(cause));

  it('tells nothing of a person', () => {
    const { errorMessage } = describe(
      new Error('CPF 529.982.247-25, CNPJ 11222333000181 and fulana@exemplo.com.br\nat (31) 3333-0000 are wrong'),
    );
    expect(errorMessage).toBe('CPF #, CNPJ # and # at (31) # are wrong');
  });
});
