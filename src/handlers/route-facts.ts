import type { Company } from '../commands/company-ports.ts';
import type { RouteFacts } from '../commands/route-emission.ts';
import { hasOwnSystem, type ProfileOf } from '../nfse/municipality-profiles/profiles.ts';
import { choiceOn } from '../nfse/routing/decisions.ts';

/**
 * What the rule of who issues asks for besides the emission. Where the city never had a system of its own nothing is to be decided, and
 * nobody is asked.
 *
 * @param at ISO 8601, UTC: the moment of emission
 * @param registered the company, if it is registered
 */
export async function routeFacts(
  profileOf: ProfileOf,
  municipalityCode: string,
  at: string,
  registered: () => Promise<Company | undefined>,
): Promise<RouteFacts> {
  if (!hasOwnSystem(profileOf(municipalityCode))) return { at };
  const { routeDecisions = [] } = (await registered()) ?? {};
  return { at, choiceOn: (issueDate) => choiceOn(routeDecisions, municipalityCode, issueDate) };
}
