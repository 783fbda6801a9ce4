import type { Company } from '../commands/company-ports.ts';
import type { RouteFacts } from '../commands/route-emission.ts';
import { hasOwnSystem, type ProfileOf } from '../nfse/municipality-profiles/profiles.ts';
import type { MunicipalAgreement } from '../nfse/routing/agreement.ts';
import { choiceOn } from '../nfse/routing/decisions.ts';

/**
 * What the rule of who issues asks for besides the emission. Where the city never had a system of its own there is nothing to choose, and
 * the company is not asked for.
 *
 * @param at ISO 8601, UTC: the moment of emission
 * @param agreement what is known of the city's
 * @param registered the company, if it is registered
 */
export async function routeFacts(
  profileOf: ProfileOf,
  municipalityCode: string,
  at: string,
  agreement: MunicipalAgreement,
  registered: () => Promise<Company | undefined>,
): Promise<RouteFacts> {
  if (!hasOwnSystem(profileOf(municipalityCode))) return { at, agreement };
  const { routeDecisions = [] } = (await registered()) ?? {};
  return { at, agreement, choiceOn: (issueDate) => choiceOn(routeDecisions, municipalityCode, issueDate) };
}
