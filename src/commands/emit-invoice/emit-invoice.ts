import type { Emission } from '../../events/emission.ts';
import { emptyStream, type Known, readOn } from '../../events/event-store.ts';
import { invoiceIdFor } from '../../events/ids.ts';
import type { Invoice, LivingInvoice } from '../../events/invoice.ts';
import type { Cnpj } from '../../nfse/cnpj.ts';
import type { MunicipalAgreement } from '../../nfse/routing/agreement.ts';
import type { Route } from '../../nfse/routing/route.ts';
import { execute, type Occasion } from '../execute.ts';
import type { CommandDeps, DpsNumbers } from '../ports.ts';
import { startWork, workFor } from '../start-work.ts';
import { providerFor, rateLeftOut, type StoreDpsDeps, storeDocument, unnumberedDps } from '../store-dps.ts';
import { decideEmit, type EmitInvoice } from './decide.ts';

export interface EmitRequest {
  readonly requestId: string;
  readonly emission: Emission & { readonly companyCnpj: Cnpj };
  /** Who takes it. */
  readonly route: Route;
  /** What is known of the municipality that the ISS is due to; nothing when left out. */
  readonly agreement?: MunicipalAgreement;
  /** Municipalities whose agreement is not known, or not fresh: the worker asks for it once it has done its work. */
  readonly agreementsWanted?: readonly string[];
  /** `jumpReason`: why the number is far ahead of the counter, from somebody who may say so. */
  readonly dps: { readonly series: string; readonly number?: number; readonly jumpReason?: string };
  /** The client named the competence date. Where it did not, the date is today's and says nothing about the request. */
  readonly dateGiven: boolean;
  /**
   * The same request, with what it leaves out taken from an emission of before. Registrations change; a request that is repeated
   * means what it meant at first.
   */
  readonly completedBy?: (before: LivingInvoice) => Pick<EmitRequest, 'emission' | 'dps'>;
}

export interface EmitDeps extends CommandDeps, StoreDpsDeps {
  readonly numbers: DpsNumbers;
}

export interface AcceptedEmission extends Known {
  /** The same request was accepted before: nothing new was written. */
  readonly repeated: boolean;
}

/**
 * Accepts an emission. The order (number, document, event, workflow) leaves nothing that cannot be finished when the process
 * dies between two steps: see ADR 0004.
 *
 * @throws UnwritableFields, RequestIdReused, CommitTooLarge, SeriesExhausted, DpsNumberTooFar
 */
export async function emitInvoice(deps: EmitDeps, request: EmitRequest, occasion: Occasion): Promise<AcceptedEmission> {
  const { emission } = request;
  const invoiceId = invoiceIdFor(emission.companyCnpj, request.requestId);
  const declaration = { emission, authority: request.route.authority, agreement: request.agreement };
  const documentOf = unnumberedDps(deps.dps, declaration, request.dps.series, occasion.at);
  const dps = { series: request.dps.series, number: await numberFor(deps, request) };
  const xmlKey = await storeDocument(deps, invoiceId, declaration, documentOf(dps.number), occasion.at);
  const command = {
    ...commandFor(request, providerFor(deps.dps, declaration), dps, xmlKey),
    ...rateLeftOut(deps.dps, declaration),
  };
  // A blind write: a new stream needs no read, and the condition on version 1 catches the request that was here before.
  const decided = await execute(
    deps,
    invoiceId,
    (stream) => decideEmit(asMeantFirst(command, request, stream), stream),
    occasion,
    emptyStream(invoiceId),
  );
  if (!decided.commit) return acceptedBefore(deps, decided, occasion);
  const work = workFor(decided.invoice, 'emission', occasion.meta.traceId);
  // The worker reads the stream of an emission that replaces a note of ours anyway, to tell that note's invoice afterwards.
  const emitted = emission.replaces?.invoiceId ? {} : { emitted: { xmlKey, tip: decided.tip, at: occasion.at } };
  const { agreementsWanted = [] } = request;
  const wanted = agreementsWanted.length > 0 ? { agreementsWanted: [...agreementsWanted] } : {};
  await startWork(deps, work && { ...work, ...emitted, ...wanted });
  return { ...decided, repeated: false };
}

async function numberFor({ numbers }: EmitDeps, { emission, dps }: EmitRequest): Promise<number> {
  if (dps.number === undefined) return numbers.take(emission.companyCnpj, dps.series);
  await numbers.reserve(emission.companyCnpj, dps.series, dps.number, dps.jumpReason !== undefined);
  return dps.number;
}

function commandFor(
  { requestId, emission, route, dateGiven, dps: asked }: EmitRequest,
  provider: string,
  dps: EmitInvoice['dps'],
  xmlKey: string,
): EmitInvoice {
  const names = { competenceDate: dateGiven, dpsNumber: asked.number !== undefined };
  const { jumpReason } = asked;
  return {
    requestId,
    emission,
    provider,
    route,
    dps,
    xmlKey,
    names,
    ...(jumpReason ? { dpsJumpReason: jumpReason } : {}),
  };
}

/** The command as the request meant it when it came first. */
function asMeantFirst(command: EmitInvoice, { completedBy }: EmitRequest, stream: Invoice): EmitInvoice {
  if (stream.status === 'NONE' || !completedBy) return command;
  const { emission, dps } = completedBy(stream);
  return { ...command, emission, dps: { ...command.dps, series: dps.series } };
}

/** The invoice as it is now, and its workflow started again, should the first start have been lost. */
async function acceptedBefore(deps: EmitDeps, first: Known, { meta }: Occasion): Promise<AcceptedEmission> {
  const { invoice, tip } = (await deps.events.load(first.invoice.id, first.tip.version)).reduce(readOn, first);
  await startWork(deps, workFor(invoice, 'emission', meta.traceId));
  return { invoice, tip, repeated: true };
}
