import type { ParameterQuestion } from '../../nfse/municipal-parameters/questions.ts';
import type { ParameterAnswer } from '../../nfse/municipal-parameters/read-answer.ts';

/** An answer that is kept: what the municipality has set, or that it has set nothing. */
export type KeptAnswer = Extract<ParameterAnswer, { readonly kind: 'set' | 'not-set' }>;

/** What is known of one question about one municipality. Times are ISO 8601, UTC. */
export interface ParameterRecord {
  readonly municipalityCode: string;
  /** The question's key. */
  readonly parameter: string;
  /** The last answer there was. */
  readonly answer?: KeptAnswer;
  readonly answeredAt?: string;
  /** What went wrong since. */
  readonly failure?: ParameterFailure;
}

export interface ParameterFailure {
  readonly at: string;
  readonly code: ParameterFailureCode;
  /** Whose certificate it was about; left out where it was about the API itself, which concerns everybody. */
  readonly companyCnpj?: string;
}

export type ParameterFailureCode = 'NO_ANSWER' | 'REFUSED' | 'CERTIFICATE';

/** `ParametersTable`. */
export interface ParameterRecords {
  /** Those of these questions of which anything is known, in no order. */
  of(municipalityCode: string, questions: readonly ParameterQuestion[]): Promise<readonly ParameterRecord[]>;
  /** An answer takes the place of the one before, and of what went wrong since. */
  answered(municipalityCode: string, question: ParameterQuestion, answer: KeptAnswer, at: Date): Promise<void>;
  /** Keeps the last answer. */
  failed(municipalityCode: string, question: ParameterQuestion, failure: ParameterFailure): Promise<void>;
}

const HOUR_MS = 3_600_000;
/** A day; that nothing is set is asked again sooner, since somebody may just be setting it. */
const MAX_FRESH_MS = { set: 24 * HOUR_MS, 'not-set': HOUR_MS } as const;
/** How long after that an answer is better than none, while the API is down. */
const MAX_STALE_MS = 7 * 24 * HOUR_MS;

/** `fresh` answers are used as they are, `stale` ones until there is a newer one, `expired` ones never. */
export type ParameterAge = 'fresh' | 'stale' | 'expired';

export function ageOf({ answer, answeredAt }: Pick<ParameterRecord, 'answer' | 'answeredAt'>, now: Date): ParameterAge {
  if (!answer || answeredAt === undefined) return 'expired';
  const ageMs = now.getTime() - Date.parse(answeredAt);
  const freshMs = MAX_FRESH_MS[answer.kind];
  if (ageMs <= freshMs) return 'fresh';
  return ageMs <= freshMs + MAX_STALE_MS ? 'stale' : 'expired';
}

/** When an answer of this moment is of no use to anybody any more. */
export function expiryOf(answer: KeptAnswer, at: Date): Date {
  return new Date(at.getTime() + MAX_FRESH_MS[answer.kind] + MAX_STALE_MS);
}
