import { parseArgs } from 'node:util';
import { SurveyAnswer, SweepAnswer, type SweptItem } from './dlq-answers.ts';
import { itemLine, letterLines, surveyLines, sweepSummary } from './dlq-lines.ts';
import { ApiRefusal, ApiSilent, connection, type LedgerApi, ledgerApi } from './ledger-api.ts';
import { progressBar } from './progress-bar.ts';
import { type ExitCode, type Invocation, type Output, UsageError, type Verb } from './verb.ts';

const ACTIONS = ['list', 'show', 'replay', 'repair', 'discard'] as const;
type Action = (typeof ACTIONS)[number];

interface Options {
  readonly cause?: string | undefined;
  readonly municipality?: string | undefined;
  readonly all?: boolean | undefined;
  readonly 'dry-run'?: boolean | undefined;
  readonly reason?: string | undefined;
  readonly json?: boolean | undefined;
  readonly data?: string | undefined;
}

/**
 * `dlq list|show|replay|repair|discard`: what lies in the dead-letter queue of a running installation, and what is to become of it.
 *
 * @returns 0 when the queue is empty, what was asked for is there, or all of it was dealt with; 1 when something lies there, is not
 *   there, or stays; 2 for a call that makes no sense, or an API that does not answer
 */
export const dlq: Verb = async (args, invocation) => run(args, invocation, apiFor);

type ApiFor = (invocation: Invocation, data: string | undefined) => Promise<LedgerApi>;

const apiFor: ApiFor = async ({ directory }, data) => ledgerApi(await connection('ops', { directory, data }));

/** The verb over an API that is handed in. */
export async function run(args: readonly string[], invocation: Invocation, apiOf: ApiFor): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      cause: { type: 'string' },
      municipality: { type: 'string' },
      all: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      reason: { type: 'string' },
      json: { type: 'boolean' },
      data: { type: 'string' },
    },
  });
  const [given, ...ids] = positionals;
  const action = ACTIONS.find((one) => one === given);
  if (!action) throw new UsageError(`Diga o que fazer: ${ACTIONS.join(', ')}.`);
  checkCall(action, ids, values);
  try {
    const api = await apiOf(invocation, values.data);
    if (action === 'list') return await list(api, values, invocation);
    if (action === 'show') return await show(api, ids[0] ?? '', values, invocation.output);
    return await act(api, action, ids, values, invocation.output);
  } catch (error) {
    if (!(error instanceof ApiRefusal || error instanceof ApiSilent)) throw error;
    invocation.output.progress?.('');
    invocation.output.err(error.message);
    return 2;
  }
}

function checkCall(action: Action, ids: readonly string[], { cause, municipality, all, reason }: Options): void {
  const some = ids.length > 0 || cause !== undefined || municipality !== undefined;
  switch (action) {
    case 'list':
      if (ids.length > 0) throw new UsageError('list não recebe identificadores; use show.');
      return;
    case 'show':
      if (ids.length !== 1) throw new UsageError('Informe um identificador, de nota ou de mensagem, e só um.');
      return;
    default:
      if (!some && !all) throw new UsageError('Diga quais: identificadores, --cause, --municipality ou --all.');
      if (some && all) throw new UsageError('--all não combina com outros filtros.');
      if (action === 'discard' && all) throw new UsageError('discard não tem --all: diga quais, ou a causa.');
      if (action === 'discard' && !reason) throw new UsageError('Informe o motivo com --reason.');
      if (new Set(ids.map(isInvoice)).size > 1) throw new UsageError('Informe notas ou mensagens, e não ambas.');
  }
}

const isInvoice = (id: string): boolean => id.startsWith('inv_');

async function list(api: LedgerApi, { cause, municipality, json }: Options, { output, now }: Invocation) {
  const found = await api.get(`/dlq${query({ cause, municipalityCode: municipality })}`, SurveyAnswer);
  if (json) output.out(JSON.stringify(found));
  else for (const line of surveyLines(found, now)) output.out(line);
  return found.seen === 0 && found.complete ? 0 : 1;
}

async function show(api: LedgerApi, id: string, { json }: Options, output: Output): Promise<ExitCode> {
  const found = await api.get(`/dlq${query(isInvoice(id) ? { invoiceId: id } : { letterId: id })}`, SurveyAnswer);
  const { letters = [] } = found;
  if (json) output.out(JSON.stringify({ complete: found.complete, letters }));
  else if (letters.length > 0) for (const line of letters.flatMap(letterLines)) output.out(line);
  else output.err(found.complete ? `${id} não está na fila.` : `${id} não foi vista, e nem tudo foi lido: repita.`);
  return letters.length > 0 ? 0 : 1;
}

/** Invoices a round where somebody watches: a bar should move. */
const WATCHED_LIMIT = 20;

/** Asks until nothing that was meant is left to look at, or a round deals with nothing new. */
async function act(
  api: LedgerApi,
  action: 'replay' | 'repair' | 'discard',
  ids: readonly string[],
  { cause, municipality, all, reason, json, 'dry-run': dryRun = false }: Options,
  output: Output,
): Promise<ExitCode> {
  const filters = { cause, municipalityCode: municipality };
  const body = {
    ...filters,
    ...(ids.length > 0 && { [ids.every(isInvoice) ? 'invoiceIds' : 'letterIds']: ids }),
    all,
    reason,
    dryRun,
    ...(action !== 'discard' && { mode: action }),
    ...(output.progress && !dryRun && { limit: WATCHED_LIMIT }),
  };
  const total = ids.length || (await lettersIn(api, filters));
  const items = new Map<string, SweptItem>();
  for (let more = true; more; ) {
    output.progress?.(progressBar(lettersOf(items), total));
    const swept = await api.post(action === 'discard' ? '/dlq/discard' : '/dlq/replay', body, SweepAnswer);
    // What failed again at once is another letter by now: it is not gone after a second time.
    let newlyDone = false;
    for (const item of swept.items) {
      const key = item.invoiceId ?? item.letterIds.join();
      const before = items.get(key)?.outcome ?? 'kept';
      newlyDone ||= before === 'kept' && item.outcome !== 'kept';
      if (!json && !output.progress && items.get(key)?.outcome !== item.outcome) output.out(itemLine(item));
      items.set(key, item);
    }
    more = swept.more && !dryRun && newlyDone;
  }
  output.progress?.('');
  return concluded(action, ids, [...items.values()], { dryRun, json }, output);
}

function concluded(
  action: Action,
  ids: readonly string[],
  items: readonly SweptItem[],
  { dryRun, json }: { readonly dryRun: boolean; readonly json?: boolean | undefined },
  output: Output,
): ExitCode {
  const missing = ids.filter((id) => !items.some((item) => item.invoiceId === id || item.letterIds.includes(id)));
  if (json) output.out(JSON.stringify({ action, dryRun, items, missing }));
  else {
    // Where a bar took their place, the lines come now.
    if (output.progress) for (const item of items) output.out(itemLine(item));
    for (const id of missing) output.out(`${id}: não foi vista na fila`);
    output.out(sweepSummary(items, dryRun));
  }
  const stays = items.some(({ outcome }) => outcome === 'kept' || outcome === 'keep');
  return stays || missing.length > 0 ? 1 : 0;
}

async function lettersIn(api: LedgerApi, filters: Readonly<Record<string, string | undefined>>): Promise<number> {
  const { seen, total, complete } = await api.get(`/dlq${query(filters)}`, SurveyAnswer);
  return complete ? seen : total;
}

function lettersOf(items: ReadonlyMap<string, SweptItem>): number {
  return [...items.values()].reduce((sum, { letterIds }) => sum + letterIds.length, 0);
}

function query(parameters: Readonly<Record<string, string | undefined>>): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) text.append(name, value);
  return text.size > 0 ? `?${text}` : '';
}
