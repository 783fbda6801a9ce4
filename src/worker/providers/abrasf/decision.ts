import type { AbrasfAnswer } from '../../../nfse/abrasf/read-answer.ts';
import type { ConfirmedCancellation } from '../../../nfse/abrasf/read-cancellation.ts';
import { type AbrasfNote, withoutLeadingZeros } from '../../../nfse/abrasf/read-note.ts';
import { type Asked, pending, silence, unsettled, type Verdict, verdictOf } from '../verdict.ts';
import { refusalIn } from './refusal.ts';

/** What an answer of a city hall comes to. */
export type CityDecision =
  | { readonly kind: 'note'; readonly note: AbrasfNote }
  | { readonly kind: 'cancelled'; readonly cancellation: ConfirmedCancellation }
  | Verdict;

/** Which of an answer's notes and messages are meant: those of our RPS, or of our note. Without it all are. */
export interface Meant {
  readonly rps?: { readonly series: string; readonly number: string };
  readonly nfseNumber?: string;
}

/**
 * Decides what an answer means: a note is a note, a confirmation a cancellation, a code what the catalogue says of it, and anything else
 * leaves the outcome unknown.
 *
 * @param status HTTP, 200 where it is not known
 */
export function decideCity(
  { status, answer }: { readonly status: number; readonly answer: AbrasfAnswer },
  asked: Asked,
  meant: Meant = {},
): CityDecision {
  const isSuccess = status >= 200 && status < 300;
  const note = isSuccess ? answer.notes.find((one) => isMeant(one, meant)) : undefined;
  const confirmed = answer.cancellation && isOfNote(answer.cancellation, meant) ? answer.cancellation : undefined;
  const cancellation = isSuccess && asked === 'cancel' ? (confirmed ?? note?.cancellation) : undefined;
  // A confirmation without a time is less than a refusal beside it.
  if (cancellation && (cancellation.at !== undefined || answer.messages.length === 0)) {
    return { kind: 'cancelled', cancellation };
  }
  if (note && asked !== 'cancel') return { kind: 'note', note };
  const refusal = refusalIn(answer, meant.rps?.number);
  const queued = asked === 'cancel' ? undefined : queueOf(answer, asked);
  // A batch that was taken is asked for by its protocol, whatever is said beside it that no table has.
  if (queued && (!refusal || refusal.class === 'UNLISTED')) return queued;
  const isContradicted = answer.showsNote || answer.cancellation !== undefined;
  if (asked === 'find' && refusal?.absent && !isContradicted && !NO_WORD_OF_THE_CITY.has(status)) {
    return { kind: 'absent' };
  }
  if (refusal) {
    const verdict = verdictOf(refusal, asked);
    return verdict.kind === 'pending' && answer.protocol !== undefined
      ? { ...verdict, protocol: answer.protocol }
      : verdict;
  }
  const silent = silence(status, asked, `HTTP ${status} without a message`);
  return silent.kind === 'unavailable' ? silent : unsettled(UNSETTLED[asked](status));
}

/** Under these statuses something in front of the city's system answers. */
const NO_WORD_OF_THE_CITY: ReadonlySet<number> = new Set([401, 403, 407, 429, 502, 503, 504]);

const UNSETTLED: Readonly<Record<Asked, (status: number) => string>> = {
  issue: (status) => `HTTP ${status}: an answer without note, protocol and message`,
  find: (status) => `HTTP ${status}: the answer names no note of this RPS`,
  batch: (status) => `HTTP ${status}: the batch's answer does not name this RPS`,
  cancel: (status) => `HTTP ${status}: an answer without confirmation and message`,
};

/** A confirmation that names no note is of the one that was asked about. */
function isOfNote({ nfseNumber: named }: ConfirmedCancellation, { nfseNumber }: Meant): boolean {
  return (
    named === undefined || nfseNumber === undefined || withoutLeadingZeros(named) === withoutLeadingZeros(nfseNumber)
  );
}

function isMeant(note: AbrasfNote, { rps, nfseNumber }: Meant): boolean {
  if (nfseNumber !== undefined && note.number !== nfseNumber) return false;
  if (!rps) return true;
  if (note.rps?.number !== rps.number) return false;
  // The national layout writes a series with or without its zeros.
  const series = note.accessKey === undefined ? rps.series : withoutLeadingZeros(rps.series);
  return note.rps.series === undefined || note.rps.series === series;
}

/** A batch that the city took, or has not processed yet. */
function queueOf({ protocol, batchStatus }: AbrasfAnswer, asked: Asked): Verdict | undefined {
  if (batchStatus === '1' || batchStatus === '2')
    return pending('the city hall has not processed the batch yet', protocol);
  if (asked !== 'issue' || protocol === undefined) return undefined;
  return pending('the city hall took the batch and will process it later', protocol);
}
