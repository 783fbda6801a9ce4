import type { X509Certificate } from 'node:crypto';
import { type Cnpj, parseCnpj } from '../cnpj.ts';
import { type Cpf, parseCpf } from '../cpf.ts';
import { DerError, type DerValue, inside, octets, oid, readDer, TAG } from './der.ts';

/** To whom an ICP-Brasil certificate was given. */
export interface Holder {
  /** Common name, usually `NAME:CNPJ`. Anybody can write anything there: only for display. */
  readonly name: string;
  readonly cnpj?: Cnpj;
  readonly cpf?: Cpf;
}

const SUBJECT_ALT_NAME = '2.5.29.17';
const COMPANY = '2.16.76.1.3.3';
const PERSON = '2.16.76.1.3.1';
const EXTENSIONS = 0xa3;
const OTHER_NAME = 0xa0;

/**
 * The holder by the registrations that the certification authority checked, which stand as `otherName`s in the certificate's
 * subjectAltName: 2.16.76.1.3.3 is the CNPJ; 2.16.76.1.3.1 has a person's date of birth (8 digits) and then the CPF.
 *
 * @source DOC-ICP-04, 7.1.2.3
 */
export function holderOf(certificate: X509Certificate): Holder {
  const names = otherNames(certificate);
  const cnpj = parseCnpj(names.get(COMPANY)?.trim());
  const cpf = parseCpf(names.get(PERSON)?.slice(8, 19));
  return { name: commonName(certificate), ...(cnpj && { cnpj }), ...(cpf && { cpf }) };
}

function commonName(certificate: X509Certificate): string {
  return /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? '';
}

/** Node names the OIDs it does not know but not their values, so they are read from the certificate's own bytes. */
function otherNames(certificate: X509Certificate): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  try {
    const [toBeSigned] = inside(readDer(certificate.raw), TAG.sequence);
    const extensions = inside(toBeSigned).find(({ tag }) => tag === EXTENSIONS);
    if (!extensions) return found;
    for (const extension of inside(inside(extensions)[0], TAG.sequence)) {
      const parts = inside(extension, TAG.sequence);
      if (oid(parts[0]) !== SUBJECT_ALT_NAME) continue;
      for (const name of inside(readDer(octets(parts.at(-1))), TAG.sequence)) {
        if (name.tag === OTHER_NAME) addOtherName(name, found);
      }
    }
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    found.clear(); // a certificate that cannot be read says nothing about anybody
  }
  return found;
}

/** The value is a string of one kind or another, or octets, depending on the authority. */
function addOtherName(name: DerValue, found: Map<string, string>): void {
  const [id, explicit] = inside(name);
  const [value] = inside(explicit);
  if (value) found.set(oid(id), value.content.toString('latin1'));
}
