import { DECLARED, dps } from './national-declaration.ts';
import { eventRequest, registeredEvent } from './national-events.ts';
import { note } from './national-note.ts';
import { ALPHANUMERIC, NUMERIC, type Revision } from './national-values.ts';
import type { Group, Layout } from './notation.ts';
import { signable } from './signed.ts';

function national(name: string, revision: Revision, declared: Group): Layout {
  const DPS = dps(signable(declared));
  const pedRegEvento = eventRequest(revision);
  return {
    name,
    namespace: 'http://www.sped.fazenda.gov.br/nfse',
    roots: { DPS, NFSe: note(revision, DPS), pedRegEvento, evento: registeredEvent(revision, pedRegEvento) },
    rootsApart: true,
  };
}

/** National layout 1.01 of 2026-02-09, which older documents were written by: CNPJs are digits. */
export const NATIONAL_1_01 = national('nacional-1.01', NUMERIC, DECLARED.numeric);

/**
 * The current set of schemas: CNPJs may have letters.
 *
 * @source schemas of 2026-07-27, in production since 2026-08-10
 */
export const NATIONAL_1_01_ALPHANUMERIC = national('nacional-1.01-cnpj-alfa', ALPHANUMERIC, DECLARED.alphanumeric);
