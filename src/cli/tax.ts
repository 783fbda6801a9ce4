import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { emissionTime, latestCompetence } from '../commands/store-dps.ts';
import { EmitBody, emissionOf } from '../handlers/emission-request.ts';
import { type FieldError, Problem } from '../handlers/problem.ts';
import { parse } from '../handlers/request-fields.ts';
import { type Cents, cents, formatCents } from '../nfse/cents.ts';
import { parseCnpj } from '../nfse/cnpj.ts';
import { type Figures, type Line, workOut } from '../nfse/tax/work-out.ts';

/** What the verb needs of its surroundings. Paths are relative to `directory`. */
interface Surroundings {
  readonly directory: string;
  readonly now: Date;
  readonly output: { out(line: string): void; err(line: string): void };
}

/** What the API takes at most. */
const MAX_BYTES = 256 * 1024;

/**
 * `tax FILE`: what an emission request, as `POST /invoices` takes it, comes to, line by line.
 *
 * @returns 0 when it could be issued, 1 when the request is refused (with every reason), 2 for a call that makes no sense
 */
export async function tax(args: readonly string[], { directory, now, output }: Surroundings): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' } },
  });
  const [file, ...others] = positionals;
  const text = file === undefined || others.length > 0 ? undefined : await textOf(resolve(directory, file));
  if (file === undefined || text === undefined) {
    output.err(file === undefined ? 'Indique um arquivo.' : `Não foi possível ler ${positionals.join(' ')}.`);
    return 2;
  }
  const found = examined(text, now);
  if (values.json) output.out(JSON.stringify({ file, valid: 'figures' in found, ...asJson(found) }));
  else if ('figures' in found) for (const line of found.figures.lines) output.out(printed(line));
  else
    for (const { pointer, message, howToFix } of found.errors) output.out(`${pointer || file}: ${message} ${howToFix}`);
  return 'figures' in found ? 0 : 1;
}

type Found = { readonly figures: Figures } | { readonly errors: readonly FieldError[] };

function examined(text: string, now: Date): Found {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    const [message, howToFix] = ['O arquivo não é JSON válido.', 'Use o mesmo corpo de POST /invoices.'];
    return { errors: [{ pointer: '', code: 'not-json', message, howToFix }] };
  }
  try {
    const body = parse(EmitBody, content);
    const companyCnpj = parseCnpj(body.companyCnpj);
    if (!companyCnpj) throw new RangeError(`${body.companyCnpj} was checked to be a CNPJ`);
    const { municipalityCode } = body;
    const at = now.toISOString();
    const today = emissionTime(at, municipalityCode).slice(0, 10);
    const place = { companyCnpj, municipalityCode, today, latestCompetence: latestCompetence(at, municipalityCode) };
    return { figures: workOut(emissionOf(body, place)) };
  } catch (error) {
    if (error instanceof Problem && error.facts.errors) return { errors: error.facts.errors };
    throw error;
  }
}

/** Money and rates as the API writes them: decimal strings with two places. */
function asJson(found: Found): object {
  if ('errors' in found) return found;
  const { lines, ...sums } = found.figures;
  return {
    ...Object.fromEntries(Object.entries(sums).map(([name, amount]) => [name, formatCents(amount)])),
    lines: lines.map(({ base, rateBasisPoints, amount, ...told }) => ({
      ...told,
      base: decimal(base),
      rate: decimal(rateBasisPoints),
      amount: decimal(amount),
    })),
  };
}

function printed({ label, base, rateBasisPoints, amount, source, note }: Line): string {
  const of =
    base === undefined || rateBasisPoints === undefined ? '' : `${decimal(rateBasisPoints)} % de ${decimal(base)}`;
  const told = note === undefined ? source : `${note} (${source})`;
  return `${label.padEnd(40)}${of.padStart(24)}${(decimal(amount) ?? '?').padStart(16)}  ${told}`;
}

function decimal(hundredths: Cents | number | undefined): string | undefined {
  return hundredths === undefined ? undefined : formatCents(cents(hundredths));
}

/** `undefined` for a file that is not there, cannot be read, or is larger than a request may be. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    return size > MAX_BYTES ? undefined : await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
