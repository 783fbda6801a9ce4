import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { all } from '../nfse/abrasf/elements.ts';
import { OPERATIONS } from '../nfse/abrasf/operations.ts';
import { parseXml, XmlError } from '../nfse/xml.ts';
import { answerText } from '../worker/providers/answer-text.ts';
import { type Asked, silence } from '../worker/providers/verdict.ts';
import { explainAbrasf } from './explain-abrasf.ts';
import { explainNationalJson, explainNationalXml, isNationalXml } from './explain-national.ts';
import { type Circumstances, type Explanation, NOT_AN_ANSWER, nextAfter, outcomeOf, UNDATED } from './explanation.ts';
import { keptExchange } from './kept-exchange.ts';

/** What the verb needs of its surroundings. Paths are relative to `directory`. */
interface Surroundings {
  readonly directory: string;
  readonly output: { out(line: string): void; err(line: string): void };
}

const MAX_BYTES = 20 * 1024 * 1024;

/** Names under which an operation may be given, besides ABRASF's own. */
const ASKED: Readonly<Record<string, Asked>> = {
  issue: 'issue',
  find: 'find',
  cancel: 'cancel',
  GerarNfse: 'issue',
  RecepcionarLoteRps: 'issue',
  RecepcionarLoteRpsSincrono: 'issue',
  ConsultarSituacaoLoteRps: 'batch',
  ConsultarLoteRps: 'batch',
  ConsultarNfsePorRps: 'find',
  CancelarNfse: 'cancel',
};

/**
 * `explain FILE`: what an authority's answer means, national JSON or ABRASF in whatever wrapping, or the record that was kept of it, and
 * what to do now.
 *
 * @returns 0 when it is good (a note, a cancellation, a queue), 1 when it is not, 2 for a call that makes no sense
 */
export async function explain(args: readonly string[], { directory, output }: Surroundings): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, operation: { type: 'string' }, http: { type: 'string' } },
  });
  const [file, ...others] = positionals;
  const bytes = file === undefined || others.length > 0 ? undefined : await bytesOf(resolve(directory, file));
  const complaint =
    file === undefined || others.length > 0
      ? 'Indique um arquivo.'
      : bytes === undefined
        ? `Não foi possível ler ${file}.`
        : values.operation !== undefined && !Object.hasOwn(ASKED, values.operation)
          ? `Não há operação ${values.operation}; há ${Object.keys(ASKED).join(', ')}.`
          : values.http !== undefined && !/^[1-5]\d\d$/.test(values.http)
            ? `${values.http} não é um código HTTP.`
            : undefined;
  if (bytes === undefined || complaint !== undefined) {
    output.err(complaint ?? '');
    return 2;
  }
  const explanation = explanationOf(bytes, {
    operation: values.operation,
    asked: values.operation === undefined ? undefined : ASKED[values.operation],
    status: values.http === undefined ? undefined : Number(values.http),
  });
  if (values.json) output.out(JSON.stringify({ file, ...explanation }));
  else for (const line of printed(explanation)) output.out(line);
  return GOOD.has(explanation.outcome) ? 0 : 1;
}

const GOOD: ReadonlySet<Explanation['outcome']> = new Set(['ISSUED', 'FOUND', 'CANCELLED', 'PENDING']);

/** What an answer means. @param bytes of its body, as they came, or of the record that the worker kept of the exchange */
export function explanationOf(bytes: Uint8Array, given: Circumstances = {}): Explanation {
  const { text } = answerText(bytes);
  const kept = keptExchange(text);
  if (!kept) return meaningOf(text, given);
  const { asked, operation = 'unknown' } = given;
  switch (kept.kind) {
    case 'answered':
      return meaningOf(kept.body, { ...given, status: given.status ?? kept.status });
    case 'unanswered': {
      const outcome = kept.left ? 'UNKNOWN' : 'UNAVAILABLE';
      return { provider: 'unknown', operation, outcome, codes: [], next: nextAfter(outcome, asked) };
    }
    case 'sent':
      return { provider: 'unknown', operation, outcome: 'UNKNOWN', codes: [], next: NOT_AN_ANSWER };
  }
}

function meaningOf(body: string, given: Circumstances): Explanation {
  // As it was saved: with a mark, blank lines or a NUL around it.
  const text = body.replaceAll('\0', ' ').trim();
  const start = text[0];
  const known =
    start === '{' || start === '[' || start === '"'
      ? explainNationalJson(text, given)
      : start === '<'
        ? isNationalXml(text)
          ? explainNationalXml(text, given)
          : (explainAbrasf(text, given) ?? abrasfRequest(text, given))
        : undefined;
  return known ?? nobodys(given);
}

/** A request of the model's, alone or in its envelope: not an answer, but known. */
function abrasfRequest(text: string, given: Circumstances): Explanation | undefined {
  const operation = operationIn(text);
  if (operation === undefined) return undefined;
  const shown = given.operation ?? operation;
  return { provider: 'abrasf', operation: shown, outcome: 'UNKNOWN', codes: [], next: NOT_AN_ANSWER };
}

function operationIn(text: string): string | undefined {
  const [name] = [/(?:<|&lt;)(?:\w+:)?(\w+Envio)[\s>&]/, /(?:<|&lt;)(?:\w+:)?(cabecalho)[\s>&]/].flatMap(
    (form) => form.exec(text)?.[1] ?? [],
  );
  if (name === undefined || !isXml(text)) return undefined;
  const [operation = name] = Object.entries(OPERATIONS).find(([, root]) => root === name) ?? [];
  return operation;
}

function isXml(text: string): boolean {
  try {
    return all(parseXml(text.trim()), 'html', 'HTML').length === 0;
  } catch (error) {
    if (error instanceof XmlError) return false;
    throw error;
  }
}

/** HTML of a gateway, something else, nothing. */
function nobodys({ operation = 'unknown', asked, status = 200 }: Circumstances): Explanation {
  const outcome = outcomeOf(silence(status, asked ?? 'issue', ''));
  return { provider: 'unknown', operation, outcome, codes: [], next: nextAfter(outcome, asked) };
}

function printed({ provider, operation, outcome, note, protocol, codes, next }: Explanation): readonly string[] {
  return [
    `${outcome} (${provider}, ${operation})`,
    ...(note ? [`Nota ${note.number}${detailsOf(note)}`] : []),
    ...(protocol === undefined ? [] : [`Protocolo ${protocol}`]),
    ...codes.map(
      ({ code, class: handling, message, howToFix, pointer, source }) =>
        `${code} [${handling}]${pointer ? ` ${pointer}` : ''}: ${message} ${howToFix}${source ? ` («${source}»)` : ''}`,
    ),
    ...(next === undefined ? [] : [next]),
  ].map((line) => line.replace(/\p{Cc}+/gu, ' '));
}

function detailsOf(note: NonNullable<Explanation['note']>): string {
  const details = [
    note.dps && `DPS/RPS ${note.dps.number}${note.dps.series === undefined ? '' : ` da série ${note.dps.series}`}`,
    note.accessKey && `chave ${note.accessKey}`,
    note.verificationCode && `verificação ${note.verificationCode}`,
    note.amount && `valor ${note.amount}`,
    note.netAmount && `líquido ${note.netAmount}`,
    note.customerDocument && `tomador ${note.customerDocument}`,
    note.cancelledAt && (note.cancelledAt === UNDATED ? 'cancelada' : `cancelada em ${note.cancelledAt}`),
  ].filter(Boolean);
  return details.length === 0 ? '' : `: ${details.join(', ')}`;
}

async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(path);
    return size > MAX_BYTES ? undefined : await readFile(path);
  } catch {
    return undefined; // not there, or a folder: the caller says so
  }
}
