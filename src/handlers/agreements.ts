import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  type KnownAgreement,
  type KnownAgreements,
  knownAgreements,
  NOTHING_KNOWN,
} from '../commands/municipal-parameters/known-agreements.ts';
import type { Emission } from '../events/emission.ts';
import { type MunicipalAgreement, UNKNOWN_AGREEMENT } from '../nfse/routing/agreement.ts';
import type { RouteAuthority } from '../nfse/routing/route.ts';
import { decidesAboutRate, lacksRate, withAgreement } from '../nfse/tax/known-agreement.ts';
import { RULE_TEXTS } from '../nfse/tax/rule-texts.ts';
import { now } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { dynamoDbParameters } from '../platform/dynamodb-parameters.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { invalid } from './problem.ts';

/** The agreements that this process knows of. */
export function agreementsOf(config: Config, client: DynamoDBDocumentClient): KnownAgreements {
  return knownAgreements({
    records: dynamoDbParameters(client, config.tables.parameters),
    now,
    onTrouble: (error) => logger.error('agreements could not be read', { error: failureOf(error) }),
  });
}

/** What an emission needs to know of agreements, and of which municipalities the worker is to ask for them. */
export interface RateFacts {
  readonly agreement: MunicipalAgreement;
  readonly agreementsWanted: readonly string[];
}

/**
 * What is known of the municipality that the ISS is due to, as far as the rate of the ISS hangs on it.
 *
 * @param issuing the municipality that issues, and what is known of it
 * @param pointer where the emission stands in the request, for the error
 * @returns as unknown what is stale and would forbid what the client may be right about
 * @throws Problem 422 for a rate that is missing, where that is certain
 */
export async function rateFacts(
  agreements: KnownAgreements,
  issuing: KnownAgreement,
  emission: Emission,
  authority: RouteAuthority,
  pointer = '',
): Promise<RateFacts> {
  const { municipalityCode } = emission;
  const due = authority === 'national' ? decidesAboutRate(emission) : undefined;
  const known = due === municipalityCode ? issuing : due === undefined ? NOTHING_KNOWN : await agreements.of(due);
  const agreementsWanted = [
    ...(issuing.fresh ? [] : [municipalityCode]),
    ...(known.fresh || due === undefined || due === municipalityCode ? [] : [due]),
  ];
  if (!lacksRate(withAgreement(emission, known.agreement))) return { agreement: known.agreement, agreementsWanted };
  if (!known.fresh) return { agreement: UNKNOWN_AGREEMENT, agreementsWanted };
  const code = 'iss-rate-required';
  const { message, howToFix } = RULE_TEXTS[code];
  throw invalid([{ pointer: `${pointer}/amounts/issRate`, code, message, howToFix }]);
}
