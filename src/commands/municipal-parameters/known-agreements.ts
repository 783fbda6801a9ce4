import type { Agreement } from '../../nfse/municipal-parameters/values.ts';
import { type MunicipalAgreement, UNKNOWN_AGREEMENT } from '../../nfse/routing/agreement.ts';
import { ageOf, type ParameterRecord, type ParameterRecords } from './records.ts';

/** A municipality's agreement as an emission finds it. */
export interface KnownAgreement {
  readonly agreement: MunicipalAgreement;
  /** Whether it is certain enough to refuse an emission by: a stale answer is only better than none. */
  readonly fresh: boolean;
}

export interface KnownAgreements {
  /** What is known now. Never rejects, and never waits for the national system. */
  of(municipalityCode: string): Promise<KnownAgreement>;
}

export interface KnownAgreementsDeps {
  readonly records: Pick<ParameterRecords, 'of'>;
  readonly now: () => Date;
  /** Told when the table could not be read. */
  readonly onTrouble: (error: unknown) => void;
}

/** So long a process goes on with an answer before it reads the table again: a busy one reads nothing for an invoice. */
const MAX_REMEMBERED_MS = { fresh: 300_000, other: 15_000 } as const;
/** The municipality that was read longest ago gives way. */
const MAX_REMEMBERED = 5_000;

export const NOTHING_KNOWN: KnownAgreement = { agreement: UNKNOWN_AGREEMENT, fresh: false };

export function knownAgreements({ records, now, onTrouble }: KnownAgreementsDeps): KnownAgreements {
  const remembered = new Map<string, { readonly known: KnownAgreement; readonly readAt: number }>();

  async function read(municipalityCode: string): Promise<KnownAgreement> {
    try {
      const [record] = await records.of(municipalityCode, [{ kind: 'agreement' }]);
      return record ? agreementIn(record, now()) : NOTHING_KNOWN;
    } catch (error) {
      onTrouble(error);
      return NOTHING_KNOWN;
    }
  }

  return {
    async of(municipalityCode) {
      const at = now().getTime();
      const before = remembered.get(municipalityCode);
      if (before && at - before.readAt < MAX_REMEMBERED_MS[before.known.fresh ? 'fresh' : 'other']) return before.known;
      const known = await read(municipalityCode);
      remembered.delete(municipalityCode);
      remembered.set(municipalityCode, { known, readAt: at });
      const [oldest] = remembered.keys();
      if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
      return known;
    },
  };
}

/** The rule of who issues knows an agreement as active, absent or unknown: a flag that was not told is taken for a no. */
function agreementIn(record: ParameterRecord, now: Date): KnownAgreement {
  const age = ageOf(record, now);
  const { answer } = record;
  if (!answer || age === 'expired') return NOTHING_KNOWN;
  const fresh = age === 'fresh';
  if (answer.kind === 'not-set') return { agreement: { status: 'absent' }, fresh };
  // The record is of the question about the agreement.
  const { nationalIssuers = false, enabledByDefault = false } = answer.value as Agreement;
  return { agreement: { status: 'active', nationalIssuer: nationalIssuers, enabledByDefault }, fresh };
}
