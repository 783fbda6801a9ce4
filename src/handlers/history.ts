import * as z from 'zod/mini';
import { eventsIn } from '../events/commit.ts';
import { documentsNamedBy } from '../events/document-key.ts';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import type { ChainBreak, ChainVerdict } from '../events/hash-chain.ts';
import { readConfig } from '../platform/config.ts';
import { liveInvoices } from '../projections/live-invoices.ts';
import { dynamoDb } from './aws-clients.ts';
import { documentLink } from './document-link.ts';
import { eventToJson } from './event-json.ts';
import { statesAround } from './history-states.ts';
import { lambda } from './lambda.ts';
import { fail, field, parse, wholeNumber } from './request-fields.ts';
import { resource } from './resource.ts';
import { invoiceIdIn } from './stream.ts';
import { foldedBestEffort, visibleHistory } from './visible-history.ts';

const config = readConfig();
const client = dynamoDb();
const events = dynamoDbEventStore({ client, tableName: config.tables.events });
const invoices = liveInvoices({
  client,
  tables: config.tables,
  freshSeconds: config.projectionPointerSeconds,
  nowMs: Date.now,
});

export const Query = z.strictObject({
  version: z.optional(wholeNumber(1)),
  asOf: z.optional(z.iso.datetime({ offset: true, error: field('date-time') })),
  /** Adds the commits as they lie in the store, of which the hashes are made. */
  stored: z.optional(z.enum(['true', 'false'])),
  /** Adds the whole invoice before and after each event, which makes the answer several times as long. */
  states: z.optional(z.enum(['true', 'false'])),
});

/** The timeline of an invoice, the state at its end or at the moment asked for, and whether the whole chain holds. */
export const handler = lambda('history', async (call) => {
  const { version, asOf, stored, states } = parse(Query, call.event.queryStringParameters ?? {}, '/query');
  if (version !== undefined && asOf !== undefined) fail('/query/asOf', 'one-moment');
  const invoiceId = invoiceIdIn(call);
  const { commits, chain, owner } = await visibleHistory({ events, invoices }, call.caller, invoiceId);
  call.note({ invoiceId, companyCnpj: owner, chain: chain.intact });

  const numbered = commits.flatMap((commit) =>
    eventsIn(commit).map((event, index) => ({ commit, event, number: commit.version + index })),
  );
  // What had happened by a moment is a beginning of the history, whatever clocks wrote into it.
  const past = ({ event, number }: (typeof numbered)[number]) =>
    (version !== undefined && number > version) || (asOf !== undefined && Date.parse(event.at) > Date.parse(asOf));
  const end = numbered.findIndex(past);
  const shown = end === -1 ? numbered : numbered.slice(0, end);
  const state = foldedBestEffort(
    invoiceId,
    shown.map(({ event }) => event),
  );
  const around = states === 'true' ? statesAround(invoiceId, shown) : [];
  return {
    status: 200,
    body: {
      invoiceId,
      chain: {
        ...chain,
        ...(chain.intact ? {} : { message: BREAKS[chain.reason](chain.brokenAt) }),
      } satisfies ChainVerdict & object,
      invoice: state && state.status !== 'NONE' ? resource(state, shown.at(-1)?.number ?? 0) : null,
      events: shown.map(({ commit, event, number }, index) => ({
        version: number,
        ...eventToJson(event),
        documents: documentsNamedBy(invoiceId, event).map((name) => documentLink(invoiceId, name)),
        ...around[index],
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
