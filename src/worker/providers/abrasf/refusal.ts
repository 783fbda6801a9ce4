import type { AbrasfAnswer } from '../../../nfse/abrasf/read-answer.ts';
import type { AbrasfMessage } from '../../../nfse/abrasf/read-messages.ts';
import {
  type AbrasfRejectionClass,
  classifyAbrasf,
  decideAbrasfRejection,
  explainAbrasfRejection,
} from '../../../nfse/abrasf/rejections.ts';
import type { ProviderError } from '../provider.ts';

/** What an answer's messages come to. */
export interface Refusal {
  readonly class: AbrasfRejectionClass;
  readonly error: ProviderError;
  /**
   * The note may exist although the answer refuses: a vendor's own code, which may mean "already informed", or a code that says
   * the RPS was there twice.
   */
  readonly doubtful: boolean;
  /** Nothing but "not there": the only refusal after which a lookup has found nothing. */
  readonly absent: boolean;
}

const MAX_SOURCE = 2000;
const MOST_EXPLAINED = 5;
const NO_CODE = 'SEM-CODIGO';
/** Duplicates within a batch. A batch of ours has one RPS, so that the other one was sent before. */
const SAID_TO_BE_DOUBLE = new Set(['E71', 'E996']);

/**
 * The refusal in an answer, or `undefined` when it has none. Messages about other RPS of a batch do not count, alerts decide nothing.
 *
 * @param rpsNumber ours
 */
export function refusalIn(answer: AbrasfAnswer, rpsNumber?: string): Refusal | undefined {
  const ours = answer.messages.filter((message) => rpsNumber === undefined || isAbout(message, rpsNumber));
  const codes = classifyAbrasf(ours.map(codeOf));
  const decided = decideAbrasfRejection(ours.map(codeOf));
  if (!decided || decided.class === 'ALERT') return undefined;
  const telling = codes.filter((one) => one.class !== 'ALERT');
  const explained = [decided, ...telling.filter(({ code }) => code !== decided.code)]
    .map(({ code }) => code)
    .slice(0, MOST_EXPLAINED)
    .map(explainAbrasfRejection);
  const field = explained[0]?.field;
  return {
    class: decided.class,
    doubtful: telling.some(({ code, known }) => !known || SAID_TO_BE_DOUBLE.has(code)),
    absent: telling.every((one) => one.class === 'NOT_FOUND'),
    error: {
      code: decided.code,
      message: distinct(explained.map(({ message }) => message)),
      howToFix: distinct(explained.map(({ howToFix }) => howToFix)),
      ...(field !== undefined && { field }),
      source: ours.map(described).join('; ').slice(0, MAX_SOURCE),
    },
  };
}

function isAbout({ rpsNumber }: AbrasfMessage, ours: string): boolean {
  return rpsNumber === undefined || rpsNumber.replace(/^0+(?=\d)/, '') === ours;
}

function codeOf({ code }: AbrasfMessage): string {
  return code === '' ? NO_CODE : code;
}

function described({ code, text, correction }: AbrasfMessage): string {
  return `${code}: ${text}${correction ? ` (${correction})` : ''}`;
}

function distinct(sentences: readonly string[]): string {
  return [...new Set(sentences)].join(' ');
}
