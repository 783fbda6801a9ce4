import { canonicalJson } from '../../events/canonical-json.ts';
import { type Commit, START, type Tip, tipAfter } from '../../events/commit.ts';
import { type Emission, EmissionSchema } from '../../events/emission.ts';
import { ConcurrencyError, read } from '../../events/event-store.ts';
import { type InvoiceId, invoiceIdFor } from '../../events/ids.ts';
import { evolve, initialState, type LivingInvoice } from '../../events/invoice.ts';
import { upcast } from '../../events/upcasters.ts';
import type { Cnpj } from '../../nfse/cnpj.ts';
import type { Occasion } from '../execute.ts';
import type { CommandDeps, Documents, DpsNumbers } from '../ports.ts';
import { startWork, workFor } from '../start-work.ts';
import { checkWritable, type DpsSettings, providerFor, storeDps } from '../store-dps.ts';
import { decideEmit } from './decide.ts';

export interface EmitRequest {
  readonly requestId: string;
  readonly emission: Emission & { readonly companyCnpj: Cnpj };
  readonly dps: { readonly series: string; readonly number?: number };
  /** The client named the competence date. Where it did not, the date is today's and says nothing about the request. */
  readonly dateGiven: boolean;
  /**
   * The same request, with what it leaves out taken from an emission of before. Registrations change; a request that is repeated
   * means what it meant at first.
   */
  readonly completedBy?: (before: LivingInvoice) => Pick<EmitRequest, 'emission' | 'dps'>;
}

export interface EmitDeps extends CommandDeps {
  readonly documents: Pick<Documents, 'put'>;
  readonly numbers: DpsNumbers;
  readonly dps: DpsSettings;
}

export interface AcceptedEmission {
  readonly invoice: LivingInvoice;
  readonly tip: Tip;
  /** The same request was accepted before: nothing new was written. */
  readonly repeated: boolean;
}

/** The request id already names another emission of this company. */
export class RequestIdReused extends Error {
  override readonly name = 'RequestIdReused';
  readonly code = 'request-id-reused';
  constructor(requestId: string) {
    super(`Request ${requestId} was used before, with other content`);
  }
}

/**
 * Accepts an emission. The order (number, document, event, workflow) leaves nothing that cannot be finished when the process
 * dies between two steps: see ADR 0004.
 *
 * @throws UnwritableFields, RequestIdReused, CommitTooLarge
 */
export async function emitInvoice(deps: EmitDeps, request: EmitRequest, occasion: Occasion): Promise<AcceptedEmission> {
  const { requestId, emission } = request;
  const invoiceId = invoiceIdFor(emission.companyCnpj, requestId);
  checkWritable(deps.dps, emission, request.dps.series, occasion.at);
  const dps = { series: request.dps.series, number: await numberFor(deps, request) };
  const xmlKey = await storeDps(deps, invoiceId, emission, dps, occasion.at);
  const command = { requestId, emission, provider: providerFor(deps.dps, emission.municipalityCode), dps, xmlKey };
  try {
    // A blind write: a new stream needs no read, and the condition on version 1 catches the request that was here before.
    const commit = await deps.events.append({
      invoiceId,
      tip: START,
      events: decideEmit(command, initialState(invoiceId)),
      meta: occasion.meta,
      commitId: deps.newCommitId(),
      at: occasion.at,
    });
    const invoice = begun(commit);
    const tip = tipAfter(commit);
    const work = workFor(invoice, 'emission', occasion.meta.traceId);
    // Who replaces a note of ours has its invoice told afterwards, for which the worker reads the stream anyway.
    const fresh = emission.replaces?.invoiceId
      ? {}
      : { fresh: { companyCnpj: emission.companyCnpj, dps, xmlKey, tip, at: occasion.at } };
    await startWork(deps, work && { ...work, ...fresh });
    return { invoice, tip, repeated: false };
  } catch (error) {
    if (error instanceof ConcurrencyError) return acceptedBefore(deps, invoiceId, request, error.winner, occasion);
    throw error;
  }
}

async function numberFor({ numbers }: EmitDeps, { emission, dps }: EmitRequest): Promise<number> {
  if (dps.number === undefined) return numbers.take(emission.companyCnpj, dps.series);
  await numbers.reserve(emission.companyCnpj, dps.series, dps.number);
  return dps.number;
}

/** The request is known: the same content gets the invoice as it is now (and its workflow, should it have been lost). */
async function acceptedBefore(
  deps: EmitDeps,
  invoiceId: InvoiceId,
  request: EmitRequest,
  first: Commit,
  { meta }: Occasion,
): Promise<AcceptedEmission> {
  if (!sameRequest(request, begun(first))) throw new RequestIdReused(request.requestId);
  const { invoice, tip } = read(invoiceId, await deps.events.load(invoiceId));
  if (invoice.status === 'NONE') throw new RequestIdReused(request.requestId);
  await startWork(deps, workFor(invoice, 'emission', meta.traceId));
  return { invoice, tip, repeated: true };
}

function begun(commit: Commit): LivingInvoice {
  const [first] = commit.events;
  if (!first) throw new RangeError(`Commit ${commit.commitId} has no event`);
  return evolve(initialState(commit.invoiceId), upcast(first));
}

function sameRequest(request: EmitRequest, invoice: LivingInvoice): boolean {
  const { emission: asked, dps } = request.completedBy?.(invoice) ?? request;
  const { series, number } = dps;
  const before = EmissionSchema.parse(invoice);
  const emission = request.dateGiven ? asked : { ...asked, competenceDate: before.competenceDate };
  return (
    series === invoice.dps.series &&
    (number === undefined || number === invoice.dps.number) &&
    canonicalJson(EmissionSchema.parse(emission)) === canonicalJson(before)
  );
}
