import type { AbrasfAnswer } from '../../../nfse/abrasf/read-answer.ts';
import type { AbrasfMessage } from '../../../nfse/abrasf/read-messages.ts';
import { withoutLeadingZeros } from '../../../nfse/abrasf/read-note.ts';
import { classifyAbrasf, decideAbrasfRejection, explainAbrasfRejection } from '../../../nfse/abrasf/rejections.ts';
import { wordsStatePresence } from '../../../nfse/rejections/stated.ts';
import { codeOf, refusalError } from '../refusal-error.ts';
import type { Refusal } from '../verdict.ts';

/** Duplicates within a batch. A batch of ours has one RPS, so that the other one was sent before. */
const SAID_TO_BE_DOUBLE = new Set(['E71', 'E996']);

/** A city hall's refusal. */
export interface CityRefusal extends Refusal {
  /** Nothing but "not there": the only refusal after which a lookup has found nothing. */
  readonly absent: boolean;
}

/**
 * The refusal in an answer, or `undefined` when it has none. Messages about other RPS of a batch do not count, alerts decide nothing, and
 * what no table has is told as it came.
 *
 * @param rpsNumber ours
 */
export function refusalIn(answer: AbrasfAnswer, rpsNumber?: string): CityRefusal | undefined {
  const ours = answer.messages.filter((message) => rpsNumber === undefined || isAbout(message, rpsNumber));
  const codes = classifyAbrasf(ours.map(codeOf));
  const decided = decideAbrasfRejection(ours.map(codeOf));
  if (!decided || decided.class === 'ALERT') return undefined;
  const telling = codes.filter((one) => one.class !== 'ALERT');
  const unlisted = ours.filter((_, place) => codes[place]?.class === 'UNLISTED');
  return {
    class: decided.class,
    doubtful: unlisted.length > 0 || telling.some(({ code }) => SAID_TO_BE_DOUBLE.has(code)),
    absent: telling.every((one) => one.class === 'NOT_FOUND') && !ours.some(({ text }) => wordsStatePresence(text)),
    error: refusalError({
      codes: [decided, ...telling],
      explain: explainAbrasfRejection,
      authority: 'A prefeitura',
      unlisted: unlisted.map(wordsOf),
      said: ours.map(described),
    }),
  };
}

function isAbout({ rpsNumber }: AbrasfMessage, ours: string): boolean {
  return rpsNumber === undefined || withoutLeadingZeros(rpsNumber) === ours;
}

function wordsOf({ code, text, correction }: AbrasfMessage) {
  return { code, text: correction ? `${text} (${correction})` : text };
}

function described(message: AbrasfMessage): string {
  return `${message.code}: ${wordsOf(message).text}`;
}
