import { parseArgs } from 'node:util';
import * as z from 'zod/mini';
import { ApiRefusal, ApiSilent, connection, ledgerApi } from '../ledger-api.ts';
import { UsageError, type Verb } from '../verb.ts';
import { invoiceIdsIn } from './ledger.ts';

const State = z.nullable(z.record(z.string(), z.unknown()));
const HistorySchema = z.object({
  invoiceId: z.string(),
  chain: z.object({
    intact: z.boolean(),
    commits: z.optional(z.number()),
    message: z.optional(z.string()),
  }),
  invoice: State,
  events: z.array(
    z.object({
      version: z.number(),
      type: z.string(),
      at: z.string(),
      meta: z.object({ actor: z.string(), requestId: z.string(), traceId: z.optional(z.string()) }),
      documents: z.array(z.object({ kind: z.string(), name: z.string(), href: z.string() })),
      before: z.optional(State),
      after: z.optional(State),
      commit: z.object({ hash: z.string() }),
    }),
  ),
});
type History = z.infer<typeof HistorySchema>;

/** What changes with every event, or repeats what the event's own line says. */
const UNTOLD = new Set(['version', 'updatedAt', 'links', 'invoiceId']);
/** Of an invoice's first state, what tells it from others; all of it is in the event. */
const FIRST = new Set(['status', 'companyCnpj', 'municipalityCode', 'dps', 'total', 'competenceDate']);

/** `nfse audit replay`: the history of an invoice as a timeline, to its end or to a moment, with what each event changed. */
export const replay: Verb = async (args, invocation) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'as-of': { type: 'string' },
      version: { type: 'string' },
      data: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [invoiceId, ...more] = invoiceIdsIn(positionals);
  if (!invoiceId || more.length > 0) throw new UsageError('Informe uma nota, e só uma');
  const { 'as-of': asOf, version } = values;
  if (asOf !== undefined && version !== undefined) throw new UsageError('Informe --as-of ou --version, não os dois');
  const query = new URLSearchParams({ states: 'true', ...(asOf && { asOf }), ...(version && { version }) });
  const from = { directory: invocation.directory, data: values.data };
  const api = ledgerApi(await connection('auditor', from));
  const history = await api.get(`/invoices/${invoiceId}/events?${query}`, HistorySchema).catch((error: unknown) => {
    if (error instanceof ApiRefusal || error instanceof ApiSilent) throw new UsageError(error.message);
    throw error;
  });
  if (values.json) invocation.output.out(JSON.stringify(history, null, 2));
  else for (const line of timeline(history)) invocation.output.out(line);
  return history.chain.intact ? 0 : 1;
};

/** The history for a person, an event after the other. */
export function timeline({ invoiceId, chain, invoice, events }: History): string[] {
  const verdict = chain.intact ? `cadeia íntegra, ${chain.commits} commits` : `CADEIA QUEBRADA: ${chain.message}`;
  const state = invoice ? String(invoice.status) : 'sem estado possível';
  return [
    `${invoiceId}: ${state} (${verdict})`,
    ...events.flatMap(({ version, type, at, meta, documents, before, after, commit }) => [
      '',
      `${version}. ${at}  ${type}`,
      `   por ${meta.actor}, requisição ${meta.requestId}${meta.traceId ? `, rastro ${meta.traceId}` : ''}`,
      ...changes(before ?? null, after).map((change) => `   ${change}`),
      ...documents.map(({ href }) => `   documento ${href}`),
      `   hash ${commit.hash}`,
    ]),
  ];
}

function changes(before: z.infer<typeof State>, after: z.infer<typeof State> | undefined): string[] {
  if (!after) return ['(o estado não pode ser calculado daqui em diante)'];
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after)])];
  return names.flatMap((name) => {
    if (UNTOLD.has(name) || (before === null && !FIRST.has(name))) return [];
    const [was, is] = [before?.[name], after[name]].map((value) => JSON.stringify(value));
    if (was === is) return [];
    return before === null ? [`${name}: ${is}`] : [`${name}: ${was ?? 'sem valor'} → ${is ?? 'sem valor'}`];
  });
}
