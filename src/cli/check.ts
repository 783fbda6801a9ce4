import { parseArgs } from 'node:util';
import { EXAMINED_KINDS, type Examination, type ExaminedKind, examine } from '../nfse/examine.ts';
import { municipalityName } from '../nfse/municipality-names.ts';

/** What the verb needs of its surroundings: where results and complaints are written, a line at a time. */
interface Surroundings {
  readonly output: { out(line: string): void; err(line: string): void };
}

/**
 * `check KIND VALUE…`: one result for each value, as a line or (`--json`) as one JSON list.
 *
 * @returns 0 when all are valid, 1 when one is not, 2 for a call that makes no sense
 */
export async function check(args: readonly string[], { output }: Surroundings): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' } },
  });
  const [given, ...numbers] = positionals;
  const kind = EXAMINED_KINDS.find((one) => one === given);
  if (!kind || numbers.length === 0) {
    output.err(kind ? 'Indique ao menos um valor.' : `Indique o que conferir: ${EXAMINED_KINDS.join(', ')}.`);
    return 2;
  }
  const results = numbers.map((value) => examine(kind, value));
  if (values.json) output.out(JSON.stringify(results));
  else for (const result of results) output.out(described(kind, result));
  return results.every(({ valid }) => valid) ? 0 : 1;
}

function described(kind: ExaminedKind, { value, valid, canonical = '', reason }: Examination): string {
  if (!valid) return `${value}: inválido: ${reason}`;
  const name = kind === 'municipality' ? ` (${municipalityName(canonical)})` : '';
  return `${value}: válido${canonical === value ? '' : `, escreve-se ${canonical}`}${name}`;
}
