import * as z from 'zod/mini';
import type { Commit } from '../events/commit.ts';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import type { InvoiceEvent } from '../events/event-types.ts';
import { type ChainBreak, type ChainVerdict, verifyChain } from '../events/hash-chain.ts';
import type { InvoiceId } from '../events/ids.ts';
import { fold, ImpossibleHistory, type Invoice } from '../events/invoice.ts';
import { UnreadableEvent, upcast } from '../events/upcasters.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { fromRow } from '../projections/invoice-row.ts';
import { dynamoDbInvoicesTable } from '../projections/invoices-table.ts';
import { checkVisible } from './access.ts';
import { eventToJson } from './event-json.ts';
import { lambda } from './lambda.ts';
import { notFound } from './problem.ts';
import { fail, field, parse } from './request-fields.ts';
import { resource } from './resource.ts';
import { invoiceIdIn } from './stream.ts';

const config = readConfig();
const client = dynamoDb();
const events = dynamoDbEventStore({ client, tableName: config.tables.events });
const invoices = dynamoDbInvoicesTable(client, config.tables.invoices);

export const Query = z.strictObject({
  version: z.optional(z.pipe(z.coerce.number(), z.int().check(z.gte(1)))),
  asOf: z.optional(z.iso.datetime({ offset: true, error: field('date-time') })),
  /** Adds the commits as they lie in the store, of which the hashes are made. */
  stored: z.optional(z.enum(['true', 'false'])),
});

/** The timeline of an invoice, the state at its end or at the moment asked for, and whether the whole chain holds. */
export const handler = lambda('history', async (call) => {
  const { version, asOf, stored } = parse(Query, call.event.queryStringParameters ?? {}, '/query');
  if (version !== undefined && asOf !== undefined) fail('/query/asOf', 'one-moment');
  const invoiceId = invoiceIdIn(call);
  // The witness first: a stream that is read after it has everything that the witness has seen.
  const row = await invoices.get(invoiceId);
  const commits = await events.load(invoiceId);
  if (commits.length === 0 && !row) throw notFound();

  const chain = verifyChain(commits, row && fromRow(row).tip);
  const whole = folded(invoiceId, commits);
  // A history that somebody spoiled must still be shown to those it belongs to: the projection remembers whose it is.
  const owner = row?.companyCnpj ?? (whole && whole.status !== 'NONE' ? whole.companyCnpj : '');
  checkVisible(call.caller, owner);
  call.note({ invoiceId, companyCnpj: owner, chain: chain.intact });

  const numbered = commits.flatMap((commit) =>
    commit.events.map((event, index) => ({ commit, event, number: commit.version + index })),
  );
  // What had happened by a moment is a beginning of the history, whatever clocks wrote into it.
  const past = ({ event, number }: (typeof numbered)[number]) =>
    (version !== undefined && number > version) || (asOf !== undefined && Date.parse(event.at) > Date.parse(asOf));
  const end = numbered.findIndex(past);
  const shown = end === -1 ? numbered : numbered.slice(0, end);
  const state = foldedEvents(
    invoiceId,
    shown.map(({ event }) => event),
  );
  return {
    status: 200,
    body: {
      invoiceId,
      chain: {
        ...chain,
        ...(chain.intact ? {} : { message: BREAKS[chain.reason](chain.brokenAt) }),
      } satisfies ChainVerdict & object,
      invoice: state && state.status !== 'NONE' ? resource(state, shown.at(-1)?.number ?? 0) : null,
      events: shown.map(({ commit, event, number }) => ({
        version: number,
        ...eventToJson(event),
        commit: { commitId: commit.commitId, hash: commit.hash, prevHash: commit.prevHash },
      })),
      ...(stored === 'true' ? { commits } : {}),
    },
  };
});

const BREAKS: Readonly<Record<ChainBreak, (version: number) => string>> = {
  'content-changed': (version) => `O conteúdo da versão ${version} foi alterado depois de gravado.`,
  'link-broken': (version) => `A versão ${version} não está encadeada à anterior: a anterior foi trocada.`,
  'commit-missing': (version) => `A versão ${version} não existe, embora existam posteriores: foi apagada.`,
  'tail-missing': (version) => `O fim da história foi apagado a partir da versão ${version}.`,
  'tail-replaced': (version) => `A versão ${version} não é a que a projeção viu: foi trocada.`,
};

function folded(invoiceId: InvoiceId, commits: readonly Commit[]): Invoice | undefined {
  return foldedEvents(
    invoiceId,
    commits.flatMap((commit) => commit.events),
  );
}

/** The folded state, or nothing where a spoiled stream tells no possible story. */
function foldedEvents(invoiceId: InvoiceId, stored: Commit['events']): Invoice | undefined {
  try {
    return fold(invoiceId, stored.map(upcast) as InvoiceEvent[]);
  } catch (error) {
    if (error instanceof UnreadableEvent || error instanceof ImpossibleHistory) return undefined;
    throw error;
  }
}
