import { type Corrections, corrected } from '../../events/emission.ts';
import type { Known } from '../../events/event-store.ts';
import { AUTHORITY_UNAVAILABLE, OUTCOME_UNKNOWN } from '../../events/failure-codes.ts';
import type { Invoice, LivingInvoice } from '../../events/invoice.ts';
import type { MunicipalAgreement } from '../../nfse/routing/agreement.ts';
import type { Route, RouteAuthority } from '../../nfse/routing/route.ts';
import { type Decided, execute, type Occasion } from '../execute.ts';
import type { CommandDeps, DpsNumbers } from '../ports.ts';
import { startWork, workFor } from '../start-work.ts';
import {
  type Declaration,
  providerFor,
  rateLeftOut,
  type StoreDpsDeps,
  storeDocument,
  storeDps,
  unnumberedDps,
} from '../store-dps.ts';
import { decideRetry, NoteMayExist, NothingToRetry, type RetryInvoice } from './decide.ts';

export interface RetryRequest {
  readonly by: string;
  readonly reason: string;
  readonly corrections?: Corrections;
  /** Where the rule sends the corrected emission now. */
  readonly route: Route;
  /** What is known of the municipality that the ISS is due to, asked once a document is to be built for this authority. */
  readonly agreementFor?: (authority: RouteAuthority) => Promise<MunicipalAgreement>;
}

export interface RetryDeps extends CommandDeps, StoreDpsDeps {
  readonly numbers: Pick<DpsNumbers, 'take'>;
}

/** Failures that no answer of the authority stands behind. */
const UNANSWERED: ReadonlySet<string> = new Set([OUTCOME_UNKNOWN, AUTHORITY_UNAVAILABLE]);

/**
 * Builds the document of the corrected emission, stores it, appends `RetryRequested` and starts the workflow. The document
 * comes before the event that names it, as in an emission.
 *
 * @param known the invoice and its tip as they were read; the corrections are meant for this state
 * @throws NothingToRetry, NoteMayExist, ReplacedNoteConfirmed, UnwritableFields, SeriesExhausted, TooMuchContention
 */
export async function retryInvoice(
  deps: RetryDeps,
  known: Known,
  request: RetryRequest,
  occasion: Occasion,
): Promise<Decided> {
  const { invoice } = known;
  if (invoice.status === 'NONE') throw new NothingToRetry(invoice.id, invoice.status);
  const { by, reason, corrections } = request;
  const submission = await submissionOf(deps, invoice, request, occasion.at);
  const command = { by, reason, ...(corrections ? { corrections } : {}), ...submission };
  const decided = await execute(deps, invoice.id, (current) => decideRetry(command, current), occasion, known);
  if (decided.commit) await startWork(deps, workFor(decided.invoice, 'retry', occasion.meta.traceId));
  return decided;
}

/** Which authority takes the retry: the one that the rule names now, unless the first one has not answered. */
export function authorityOfRetry(invoice: Invoice, route: Route): RouteAuthority {
  const stays = invoice.status !== 'FAILED' || UNANSWERED.has(invoice.error?.code ?? '');
  return stays && invoice.status !== 'NONE' ? invoice.route.authority : route.authority;
}

type Submission = Pick<RetryInvoice, 'xmlKey' | 'rerouted' | 'rateLeftOut'>;

/**
 * What is sent. Without an answer the authority stays the first one, and without corrections so does the document, so that a note which
 * is there is recognised. What was refused goes where the rule sends it now.
 */
async function submissionOf(
  deps: RetryDeps,
  invoice: LivingInvoice,
  { corrections, route, agreementFor }: RetryRequest,
  at: string,
): Promise<Submission> {
  const unanswered = UNANSWERED.has(invoice.error?.code ?? '');
  const { xmlKey: sent, rateLeftOut: sentWithoutRate } = invoice;
  if (invoice.status !== 'FAILED' || (unanswered && !corrections))
    return { xmlKey: sent, rateLeftOut: sentWithoutRate };
  const emission = corrected(invoice, corrections);
  const { authority } = invoice.route;
  if (authorityOfRetry(invoice, route) === authority) {
    const declaration = { emission, authority, agreement: await agreementFor?.(authority) };
    const xmlKey = await storeDps(deps, invoice.id, declaration, invoice.dps, at);
    return { xmlKey, ...rateLeftOut(deps.dps, declaration) };
  }
  if (invoice.noteInDoubt) throw new NoteMayExist(invoice.id);
  const agreement = await agreementFor?.(route.authority);
  return rerouted(deps, invoice, { emission, authority: route.authority, agreement }, route, at);
}

/** The document for another authority. It gets a number of its own: the one it had is known to the first authority. */
async function rerouted(
  deps: RetryDeps,
  { id, companyCnpj, dps: { series } }: LivingInvoice,
  declaration: Declaration,
  route: Route,
  at: string,
): Promise<Submission> {
  const documentOf = unnumberedDps(deps.dps, declaration, series, at);
  const number = await deps.numbers.take(companyCnpj, series);
  const xmlKey = await storeDocument(deps, id, declaration, documentOf(number), at);
  const to = { route, provider: providerFor(deps.dps, declaration), dps: { series, number } };
  return { xmlKey, rerouted: to, ...rateLeftOut(deps.dps, declaration) };
}
