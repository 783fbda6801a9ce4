import type { AbrasfAnswer } from '../../../nfse/abrasf/read-answer.ts';
import type { AbrasfMessage } from '../../../nfse/abrasf/read-messages.ts';
import { classifyAbrasf, decideAbrasfRejection, explainAbrasfRejection } from '../../../nfse/abrasf/rejections.ts';
import { wordsStatePresence } from '../../../nfse/rejections/stated.ts';
import { explainUnlisted } from '../../../nfse/rejections/unlisted.ts';
import type { Refusal } from '../verdict.ts';

const MAX_SOURCE = 2000;
const MAX_EXPLAINED = 5;
const NO_CODE = 'SEM-CODIGO';
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
  const listed = [decided, ...telling].filter(({ known }) => known).map(({ code }) => code);
  const explained = [...new Set(listed)].slice(0, MAX_EXPLAINED).map(explainAbrasfRejection);
  const unlisted = ours.filter((_, place) => codes[place]?.class === 'UNLISTED');
  const [message, howToFix] = unlisted.length > 0 ? explainUnlisted('A prefeitura', unlisted.map(wordsOf)) : [];
  const field = explained[0]?.field;
  return {
    class: decided.class,
    doubtful: unlisted.length > 0 || telling.some(({ code }) => SAID_TO_BE_DOUBLE.has(code)),
    absent: telling.every((one) => one.class === 'NOT_FOUND') && !ours.some(({ text }) => wordsStatePresence(text)),
    error: {
      code: decided.code,
      message: distinct([...explained.map((one) => one.message), message]),
      howToFix: distinct([...explained.map((one) => one.howToFix), howToFix]),
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

function wordsOf({ code, text, correction }: AbrasfMessage) {
  return { code, text: correction ? `${text} (${correction})` : text };
}

function described(message: AbrasfMessage): string {
  return `${message.code}: ${wordsOf(message).text}`;
}

function distinct(sentences: readonly (string | undefined)[]): string {
  return [...new Set(sentences.filter((sentence) => sentence !== undefined))].join(' ');
}
