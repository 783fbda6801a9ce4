import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { oid } from '../../pki/der.ts';
import type { Refusal } from './layout-check.ts';

/** Who calls, as a certificate of the installation's authority says. */
export interface Client {
  /** 14 characters. */
  readonly cnpj: string;
}

const CNPJ_OID = oid('2.16.76.1.3.3');
const CNPJ_LENGTH = 14;
const ROOT_LENGTH = 8;

/** Who stands at the other end of a connection, or why it is refused: the codes are those of the transmission. */
export function clientOf(socket: TLSSocket): Client | Refusal {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return { code: 'E1200', detail: 'sem certificado de cliente' };
  if (!socket.authorized) return { code: codeOf(String(socket.authorizationError)) };
  const cnpj = registrationIn(certificate);
  return cnpj === undefined ? { code: 'E1209' } : { cnpj };
}

function codeOf(reason: string): string {
  if (reason === 'CERT_HAS_EXPIRED' || reason === 'CERT_NOT_YET_VALID') return 'E1203';
  return reason.includes('PURPOSE') ? 'E1200' : 'E1208';
}

/** The company of a certificate whose authority was checked: its registration stands right behind the name of the field. */
export function registrationIn({ raw }: X509Certificate): string | undefined {
  const at = raw.indexOf(CNPJ_OID);
  if (at < 0) return undefined;
  // Two headers of two bytes each: the explicit tag around the value, and the value's own.
  const begin = at + CNPJ_OID.length + 4;
  const text = raw.toString('latin1', begin, begin + CNPJ_LENGTH);
  return /^[0-9A-Z]{12}\d{2}$/.test(text) ? text : undefined;
}

/** Head office and branches stand for each other: they share the first eight characters. */
export function isOf(cnpj: string, company: string | undefined): boolean {
  return company?.slice(0, ROOT_LENGTH) === cnpj.slice(0, ROOT_LENGTH);
}
