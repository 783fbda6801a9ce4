import { cnpjCheckDigits } from '../../src/nfse/cnpj.ts';
import { apiAs, example } from './api.ts';
import { certificateFor } from './own-certificate.ts';

/** The number of a company that no other test knows. */
export function newCnpj(): string {
  const base = String(Math.floor(Math.random() * 1e12)).padStart(12, '7');
  return base + cnpjCheckDigits(base);
}

/** A company that no other test knows, registered without a certificate. @param changes to the example's registration */
export async function newCompany(changes: object = {}): Promise<string> {
  const cnpj = newCnpj();
  const registration = { ...example('register-company'), ...changes };
  const { status, body } = await (await apiAs('admin')).request('PUT', `/companies/${cnpj}`, registration);
  if (status !== 201) throw new Error(`The company was not registered: ${status} ${JSON.stringify(body)}`);
  return cnpj;
}

/** A company that no other test knows, registered, with a certificate. */
export async function newCompanyWithCertificate(changes: object = {}): Promise<string> {
  const cnpj = await newCompany(changes);
  const certificate = await certificateFor(cnpj);
  const { status, body } = await (await apiAs('admin')).request('PUT', `/companies/${cnpj}/certificate`, certificate);
  if (status !== 200) throw new Error(`The certificate was not stored: ${status} ${JSON.stringify(body)}`);
  return cnpj;
}
