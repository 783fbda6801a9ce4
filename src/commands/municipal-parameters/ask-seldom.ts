import { parameterKey } from '../../nfse/municipal-parameters/questions.ts';
import type { ParameterRequests, ParametersWanted } from './wanted.ts';

/** Clients ask every few seconds until there is an answer; the worker needs to hear of it once. */
const MIN_ASK_INTERVAL_MS = 15_000;
/** Of the questions that are remembered; the oldest gives way. */
const MAX_REMEMBERED = 5_000;

/**
 * Requests that this process sends once in a while, however often it is asked for them, and that never fail: whoever asks has an answer to
 * give without them.
 *
 * @param onTrouble told of a request that could not be sent
 */
export function askSeldom(
  requests: ParameterRequests,
  nowMs: () => number,
  onTrouble: (error: unknown) => void,
): ParameterRequests {
  const askedAt = new Map<string, number>();
  return {
    async want(wanted: ParametersWanted) {
      const at = nowMs();
      const questions = wanted.questions.filter((question) => {
        const key = [wanted.companyCnpj, wanted.municipalityCode, parameterKey(question)].join(' ');
        if (at - (askedAt.get(key) ?? Number.NEGATIVE_INFINITY) < MIN_ASK_INTERVAL_MS) return false;
        askedAt.delete(key);
        askedAt.set(key, at);
        return true;
      });
      for (const key of askedAt.keys()) {
        if (askedAt.size <= MAX_REMEMBERED) break;
        askedAt.delete(key);
      }
      if (questions.length > 0) await requests.want({ ...wanted, questions }).catch(onTrouble);
    },
  };
}
