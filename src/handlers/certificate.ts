import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { CompanyUnknown } from '../commands/company-ports.ts';
import { storeCertificate, UntrustedCertificate } from '../commands/store-certificate/store-certificate.ts';
import { CertificateError } from '../nfse/certificate/certificate-error.ts';
import {
  checkOwner,
  checkUse,
  checkValidity,
  readCompanyCertificates,
} from '../nfse/certificate/company-certificate.ts';
import { noteCertificateAge } from '../platform/certificate-metric.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDbCompanies } from '../platform/dynamodb-companies.ts';
import { dynamoDbDpsNumbers } from '../platform/dynamodb-dps-numbers.ts';
import { secretWriter } from '../platform/secrets-manager.ts';
import { dynamoDb, secretsManager } from './aws-clients.ts';
import { companyIn, companyNotFound, companyResource } from './company-request.ts';
import { lambda } from './lambda.ts';
import { parameterRequests } from './parameter-requests.ts';
import { invalid } from './problem.ts';
import { readBody } from './request-body.ts';
import { field, parse } from './request-fields.ts';
import { etag } from './resource.ts';

/** An A1 file has some kilobytes; with the whole chain in it, some more. */
const MAX_BASE64 = 128 * 1024;
const PEM_BEGIN = '-----BEGIN CERTIFICATE-----';
const PEM_END = '-----END CERTIFICATE-----';

export const Body = z.strictObject({
  // White space goes first: a pattern that allows it anywhere would take time with the square of its length.
  pfx: z.pipe(
    z.pipe(
      z.string().check(z.maxLength(MAX_BASE64), z.regex(/^[A-Za-z0-9+/=\s]*$/, field('base64'))),
      z.transform((text) => text.replace(/\s/g, '')),
    ),
    z.string().check(z.regex(/^[A-Za-z0-9+/]+={0,2}$/, field('base64'))),
  ),
  password: z.string().check(z.maxLength(256)),
});

const config = readConfig();
const client = dynamoDb();
const numbers = dynamoDbDpsNumbers(client, config.tables.dpsNumbers, config.maxDpsNumberJump);
const deps = {
  companies: dynamoDbCompanies(client, config.tables.companies),
  secrets: secretWriter(secretsManager(), config.certificates.secretPrefix, config.secretsKeyId),
  open: readCompanyCertificates,
  checkOwner,
  checkUse,
  checkValidity,
  authorities: certificatesIn(config.certificates.authoritiesFile),
};

const requests = parameterRequests(config);

/** Nothing of the body is ever noted, nor of what comes of it but the dates: it holds a key and its password. */
export const handler = lambda('certificate', async (call) => {
  const companyCnpj = companyIn(call);
  call.note({ companyCnpj });
  const { pfx, password } = parse(Body, readBody(call.event));
  const change = { by: call.caller.name, at: call.now.toISOString() };
  try {
    const sent = { file: Buffer.from(pfx, 'base64'), password };
    const company = await storeCertificate(deps, companyCnpj, sent, change);
    const { validTo = change.at } = company.certificate ?? {};
    noteCertificateAge(companyCnpj, new Date(validTo), call.now);
    // With its first certificate a company can ask about its municipality, so that its first note finds the agreement.
    await requests.want({
      municipalityCode: company.municipalityCode,
      companyCnpj,
      questions: [{ kind: 'agreement' }, { kind: 'withholdings' }],
    });
    const { nextNumber } = await numbers.state(companyCnpj, company.dps.series);
    return {
      status: 200,
      body: companyResource(company, nextNumber, call.now),
      headers: { etag: etag(company.version) },
    };
  } catch (error) {
    if (error instanceof CompanyUnknown) throw companyNotFound();
    if (error instanceof CertificateError || error instanceof UntrustedCertificate) {
      const { code, message, howToFix } = error;
      const pointer = code === 'password' ? '/password' : '/pfx';
      throw invalid([{ pointer, code: `certificate-${code}`, message, howToFix }]);
    }
    throw error;
  }
});

function certificatesIn(path: string | undefined): readonly X509Certificate[] {
  const text = path === undefined ? '' : readFileSync(path, 'utf8');
  const [, ...certificates] = text.split(PEM_BEGIN);
  return certificates.map((one) => new X509Certificate(PEM_BEGIN + one.slice(0, one.indexOf(PEM_END)) + PEM_END));
}
