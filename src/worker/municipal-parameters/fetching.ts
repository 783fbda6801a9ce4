import { ageOf, type ParameterFailure, type ParameterRecords } from '../../commands/municipal-parameters/records.ts';
import type { ParametersWanted } from '../../commands/municipal-parameters/wanted.ts';
import { type ParameterQuestion, parameterKey } from '../../nfse/municipal-parameters/questions.ts';
import type { ParameterAnswer } from '../../nfse/municipal-parameters/read-answer.ts';
import { NotRepresentable } from '../authority.ts';
import type { Breaker } from '../lanes/breaker.ts';
import type { Transport } from '../providers/transport.ts';
import { askParameters } from './parameters-api.ts';

/** One question about one municipality, and whose certificate asks it. */
export interface Errand {
  readonly municipalityCode: string;
  readonly companyCnpj: string;
  readonly question: ParameterQuestion;
  /** Asked although there is a fresh answer: an authority has just said something that contradicts it. */
  readonly anew: boolean;
}

/** What became of an errand; `unneeded` where somebody else had asked, `not-called` while the breaker is open. */
export type ErrandOutcome = ParameterAnswer['kind'] | 'certificate' | 'unneeded' | 'not-called';

export interface ParameterFetchingDeps {
  readonly records: ParameterRecords;
  /** @throws NotRepresentable for a company without a certificate */
  readonly transportOf: (companyCnpj: string) => Promise<Transport>;
  readonly breaker: Breaker;
  readonly now: () => Date;
  /** The date in a municipality, `YYYY-MM-DD`. */
  readonly today: (municipalityCode: string) => string;
  readonly pause: (ms: number) => Promise<void>;
  /** Told of every errand that ended. */
  readonly onDone: (errand: Errand, outcome: ErrandOutcome, reason?: string) => void;
  /** Told of one that could not be done: our own table or store of certificates failed. */
  readonly onTrouble: (error: unknown) => void;
}

export interface ParameterFetching {
  /** Takes a request up. What is asked for already, or was answered a moment ago, is not asked for again. */
  want(wanted: ParametersWanted, anew?: boolean): void;
  /** Resolves once nothing is under way. What waits is dropped: whoever needs it asks again. */
  stop(): Promise<void>;
}

/**
 * Refusals by which an authority contradicts what is known of the municipality's agreement: it has none, takes no national issuers, does not
 * administer the service, or keeps its rates elsewhere than the declaration took for granted.
 */
export const AGREEMENT_REFUSALS: ReadonlySet<string> = new Set([
  'E0037',
  'E0038',
  'E0039',
  'E0312',
  'E0617',
  'E0619',
  'E0635',
  'E0640',
]);

/** One call at a time, and no more than five a second: nobody waits for these answers. */
const MIN_INTERVAL_MS = 200;
/** A question that failed is left alone for so long, however often it is asked. */
const MIN_RETRY_MS = 15_000;
/** More than that are dropped; a crowd of them means that the API is slow or down. */
const MAX_WAITING = 500;

/**
 * Fetches parameters behind the invoices' back: by itself, one after the other, with a breaker of its own. A failure ends here, as a mark
 * beside the last answer.
 */
export function parameterFetching(deps: ParameterFetchingDeps): ParameterFetching {
  const { breaker, now, onDone, onTrouble } = deps;
  const waiting = new Map<string, Errand>();
  let atWork: Promise<void> | undefined;
  let doing: string | undefined;

  async function work(): Promise<void> {
    for (const [key, errand] of waiting) {
      waiting.delete(key);
      doing = key;
      try {
        const { outcome, reason } = await fetchOne(errand);
        onDone(errand, outcome, reason);
        if (outcome !== 'unneeded' && outcome !== 'not-called') await deps.pause(MIN_INTERVAL_MS);
      } catch (error) {
        onTrouble(error);
      }
    }
    doing = undefined;
    atWork = undefined;
  }

  async function fetchOne(errand: Errand): Promise<{ readonly outcome: ErrandOutcome; readonly reason?: string }> {
    const { municipalityCode, companyCnpj, question } = errand;
    if (breaker.gate().kind === 'shut') return { outcome: 'not-called' };
    if (await isUnneeded(errand)) return { outcome: 'unneeded' };
    let transport: Transport;
    try {
      transport = await deps.transportOf(companyCnpj);
    } catch (error) {
      if (!(error instanceof NotRepresentable)) throw error;
      await failed(errand, { code: 'CERTIFICATE', companyCnpj });
      return { outcome: 'certificate', reason: error.error.code };
    }
    const answer = await breaker.call(
      companyCnpj,
      () => askParameters(transport, municipalityCode, question, deps.today(municipalityCode)),
      ({ kind }) => kind === 'no-answer',
    );
    switch (answer?.kind) {
      case undefined:
        return { outcome: 'not-called' };
      case 'set':
      case 'not-set':
        await deps.records.answered(municipalityCode, question, answer, now());
        return { outcome: answer.kind };
      case 'refused':
        await failed(errand, { code: 'REFUSED' });
        return { outcome: answer.kind, reason: answer.message };
      case 'no-answer':
        await failed(errand, { code: 'NO_ANSWER' });
        return { outcome: answer.kind, reason: answer.reason };
    }
  }

  async function isUnneeded({ municipalityCode, companyCnpj, question, anew }: Errand): Promise<boolean> {
    const [record] = await deps.records.of(municipalityCode, [question]);
    if (!record) return false;
    if (!anew && ageOf(record, now()) === 'fresh') return true;
    const { failure } = record;
    if (!failure || now().getTime() - Date.parse(failure.at) >= MIN_RETRY_MS) return false;
    return failure.companyCnpj === undefined || failure.companyCnpj === companyCnpj;
  }

  function failed({ municipalityCode, question }: Errand, failure: Omit<ParameterFailure, 'at'>): Promise<void> {
    return deps.records.failed(municipalityCode, question, { at: now().toISOString(), ...failure });
  }

  return {
    want({ municipalityCode, companyCnpj, questions }, anew = false) {
      for (const question of questions) {
        const key = `${municipalityCode}#${parameterKey(question)}`;
        if (key === doing || waiting.has(key) || waiting.size >= MAX_WAITING) continue;
        waiting.set(key, { municipalityCode, companyCnpj, question, anew });
      }
      atWork ??= waiting.size > 0 ? work() : undefined;
    },
    async stop() {
      waiting.clear();
      await atWork;
    },
  };
}
