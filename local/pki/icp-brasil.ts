// What ICP-Brasil's authorities write into the A1 certificate of a company (e-CNPJ), field by field, so that ours take as much room in a
// document and on the wire as theirs: some 1.9 KB. The values are made up, and so is whoever they name. Source: DOC-ICP-04, 7.1.2 (extensions
// and otherNames) and 7.1.4 (names).
import { context, ia5, implicit, octets, oid, sequence } from './der.ts';
import type { DistinguishedName } from './distinguished-name.ts';

const ORGANIZATION = 'ICP de Exemplo (nfse-ledger)';
const DEPARTMENT = 'Secretaria da Receita Ficticia de Exemplo - RFX';
const REPOSITORY = 'http://icp.ac-exemplo.example/repositorio';
const SECOND_REPOSITORY = 'http://icp.outra-ac-exemplo.example/repositorio';
const REVOCATION_LIST = 'lcr/ac-exemplo-rfx-v1/lcr-ac-exemplo-rfx-v1.crl';
const PRACTICES = `${REPOSITORY}/dpc/ac-exemplo-rfx/dpc-ac-exemplo-rfx-v1.pdf`;
const CERTIFICATES_ABOVE = `${REPOSITORY}/certificados/ac-exemplo-rfx-v1.p7b`;
const STATUS_SERVICE = 'http://ocsp-ac-exemplo-rfx.ac-exemplo.example';

/** Below the arc of the A1 policies; no authority has this one. */
const POLICY = '2.16.76.1.2.1.9999';
const CPS = '1.3.6.1.5.5.7.2.1';
const CA_ISSUERS = '1.3.6.1.5.5.7.48.2';
const OCSP = '1.3.6.1.5.5.7.48.1';

const RESPONSIBLE_NAME = '2.16.76.1.3.2';
const COMPANY_REGISTRATION = '2.16.76.1.3.3';
/** Date of birth (8), CPF (11), NIS (11) and RG (15) of the responsible person. What is not known is zeros, as the last two mostly are. */
const RESPONSIBLE_DATA = '2.16.76.1.3.4';
/** CEI, the company's registration at social security. */
const SOCIAL_SECURITY = '2.16.76.1.3.7';

/** With another form of certificates comes another name: an installation whose authority has an older one draws all of its own anew. */
export const AUTHORITY_NAME: DistinguishedName = {
  organization: ORGANIZATION,
  units: [DEPARTMENT],
  commonName: 'AC EXEMPLO RFX v1',
};

/** @param name without the registration, which follows it in the common name */
export function companyName(name: string, cnpj: string): DistinguishedName {
  return {
    organization: ORGANIZATION,
    place: { state: 'MG', city: 'BELO HORIZONTE' },
    // The second is the registration office that saw the company, by a CNPJ whose check digits are wrong; the third is how it saw it.
    units: [DEPARTMENT, '55666777000100', 'videoconferencia', 'RFX e-CNPJ A1'],
    commonName: `${name}:${cnpj}`,
  };
}

export function certificatePolicies(): Buffer {
  return sequence(sequence(oid(POLICY), sequence(sequence(oid(CPS), ia5(PRACTICES)))));
}

export function revocationLists(): Buffer {
  const points = [REPOSITORY, SECOND_REPOSITORY].map((repository) => uri(`${repository}/${REVOCATION_LIST}`));
  return sequence(...points.map((point) => sequence(context(0, context(0, point)))));
}

export function authorityAccess(): Buffer {
  return sequence(sequence(oid(CA_ISSUERS), uri(CERTIFICATES_ABOVE)), sequence(oid(OCSP), uri(STATUS_SERVICE)));
}

/** The registrations that the authority checked: `otherName`s beside an address for mail. */
export function companyNames(cnpj: string): Buffer {
  return sequence(
    implicit(1, Buffer.from('fiscal@empresa-de-exemplo.example', 'latin1')),
    // A CPF whose check digits are wrong is nobody's.
    otherName(RESPONSIBLE_DATA, `1508197598765432199${'0'.repeat(26)}`),
    otherName(RESPONSIBLE_NAME, 'NOME FICTICIO DA PESSOA RESPONSAVEL'),
    otherName(COMPANY_REGISTRATION, cnpj),
    otherName(SOCIAL_SECURITY, '0'.repeat(12)),
  );
}

function otherName(id: string, value: string): Buffer {
  return context(0, oid(id), context(0, octets(Buffer.from(value, 'latin1'))));
}

function uri(address: string): Buffer {
  return implicit(6, Buffer.from(address, 'latin1'));
}
