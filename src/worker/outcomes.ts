import { leastLookMs, nextLookAt } from '../commands/lanes/looks.ts';
import type { Documents } from '../commands/ports.ts';
import type { Outcome } from '../commands/record-outcome/decide.ts';
import { documentKey } from '../events/document-key.ts';
import { DPS_NUMBER_TAKEN } from '../events/failure-codes.ts';
import type { InvoiceId } from '../events/ids.ts';
import type { LivingInvoice } from '../events/invoice.ts';
import { laneOf } from '../nfse/routing/lane.ts';
import { nextAttemptAt, nextQuestionAt } from './attempt-times.ts';
import type { Submittable } from './conversation.ts';
import type { Recorder } from './evidence.ts';
import type { Gate } from './lanes/gate.ts';
import type { IssuedNote, Pending, ProviderError } from './providers/provider.ts';

/** The exchanges that an outcome rests on. */
export type Kept = Pick<Recorder, 'keys'>;

/** No exchange took place. */
export const NOTHING_SAID: Kept = { keys: () => [] };

interface OutcomeDeps {
  readonly documents: Pick<Documents, 'put'>;
  readonly now: () => Date;
  readonly random: () => number;
  readonly retryBaseSeconds: number;
  /** The longest that any worker may still be sending on the strength of what it read. */
  readonly inFlightSeconds: number;
  /** Whether a lane flows. */
  readonly gateOf: (lane: string) => Gate;
}

const MAX_DETAIL = 300;

/** A note exists. Its document is stored before the event that names it. */
export async function issued(
  deps: OutcomeDeps,
  talk: Kept,
  id: InvoiceId,
  { xml, ...note }: IssuedNote,
): Promise<Outcome> {
  const nfseXmlKey = await stored(deps, id, 'nfse', xml);
  return { kind: 'issued', ...note, ...(nfseXmlKey ? { nfseXmlKey } : {}), ...kept(talk) };
}

/** Stores an authority's document, if there is one, and gives its key. */
export async function stored(
  { documents, now }: Pick<OutcomeDeps, 'documents' | 'now'>,
  id: InvoiceId,
  kind: string,
  xml?: string,
): Promise<string | undefined> {
  if (xml === undefined) return undefined;
  const key = documentKey(id, kind, xml, 'xml', now().toISOString());
  await documents.put(key, xml);
  return key;
}

/** @param deps with the time when the handling began: since the refusal came, others may have sent what this one does not know of */
export function failed(
  { now, begunAt, inFlightSeconds }: OutcomeDeps & { readonly begunAt: Date },
  talk: Kept,
  error: ProviderError,
): Outcome {
  const sentBefore = new Date(begunAt.getTime() - inFlightSeconds * 1000).toISOString();
  return { kind: 'failed', error, at: now().toISOString(), sentBefore, ...kept(talk) };
}

/**
 * To be tried again at a time that grows with each attempt; where the lane has stopped flowing, when all that wait in it are looked at: who
 * found out that the authority is down keeps its place among them.
 */
export function deferred(
  { now, random, retryBaseSeconds, gateOf }: OutcomeDeps,
  talk: Kept,
  { attempt, ...place }: Pick<Submittable, 'attempt' | 'municipalityCode' | 'route'>,
  reason: 'provider-unavailable' | 'outcome-unknown',
  detail: string,
): Outcome {
  const lane = laneOf(place);
  const gate = gateOf(lane);
  const next =
    gate.kind === 'flowing'
      ? nextAttemptAt(now(), attempt, retryBaseSeconds, random())
      : laneLookAt(now(), gate.since, lane, retryBaseSeconds);
  return { kind: 'deferred', reason, detail: detail.slice(0, MAX_DETAIL), nextAttemptAt: next, ...kept(talk) };
}

/** When those that wait in a lane which does not flow are looked at, all at the same moment. */
export function laneLookAt(now: Date, since: number, lane: string, retryBaseSeconds: number): string {
  return new Date(nextLookAt(now.getTime(), since, lane, leastLookMs(retryBaseSeconds))).toISOString();
}

/** The authority has the declaration in a queue of its own. Nobody waits for it here: the reconciler asks later. */
export function processing(
  { now, random, retryBaseSeconds }: OutcomeDeps,
  talk: Kept,
  { attempt }: Pick<LivingInvoice, 'attempt'>,
  answer: Pending,
): Outcome {
  return {
    kind: 'deferred',
    reason: 'authority-processing',
    detail: answer.reason.slice(0, MAX_DETAIL),
    ...(answer.protocol ? { protocol: answer.protocol } : {}),
    nextAttemptAt: nextQuestionAt(now(), attempt, retryBaseSeconds, random()),
    ...kept(talk),
  };
}

/** What a person has to settle: the number names a note of another sale. */
export function numberTaken({ dps }: Pick<LivingInvoice, 'dps'>, { nfseNumber }: IssuedNote): ProviderError {
  return {
    code: DPS_NUMBER_TAKEN,
    message: `O número ${dps.number} da série ${dps.series} já foi usado em outra nota (NFS-e ${nfseNumber}), com outro conteúdo.`,
    howToFix:
      'Emita de novo com outra chave de idempotência e outro número de DPS (ou sem número, para que ele seja gerado).',
    field: '/dps/number',
    source: 'comparação com a nota encontrada na consulta',
  };
}

export function kept(talk: Kept): { evidence?: string[] } {
  const keys = [...talk.keys()];
  return keys.length > 0 ? { evidence: keys } : {};
}
