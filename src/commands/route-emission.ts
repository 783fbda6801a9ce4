import type { Emission } from '../events/emission.ts';
import { builtInProfiles } from '../nfse/municipality-profiles/built-in.ts';
import { hasOwnSystem, issuesOn } from '../nfse/municipality-profiles/profiles.ts';
import { type MunicipalAgreement, UNKNOWN_AGREEMENT } from '../nfse/routing/agreement.ts';
import { type Route, type RouteAuthority, route } from '../nfse/routing/route.ts';
import { type DpsSettings, emissionTime } from './store-dps.ts';

/** The part of an emission that says which authority takes it. */
export type Routable = Pick<Emission, 'municipalityCode' | 'competenceDate'> & {
  readonly issuer: Pick<Emission['issuer'], 'simplesNacional'>;
  readonly service: Pick<Emission['service'], 'code'>;
};

export interface RouteFacts {
  /** The moment of emission, ISO 8601, UTC. */
  readonly at: string;
  /** What is known of the city's agreement with the national system; nothing when left out. */
  readonly agreement?: MunicipalAgreement;
  /** What is on record for the company on the day of issue (`YYYY-MM-DD`). */
  readonly choiceOn?: (issueDate: string) => RouteAuthority | undefined;
}

/** Which authority takes an emission, by the rule of `src/nfse/routing`. */
export function routeEmission(
  { profileOf = builtInProfiles }: Pick<DpsSettings, 'profileOf'>,
  { municipalityCode, competenceDate, issuer, service }: Routable,
  { at, agreement = UNKNOWN_AGREEMENT, choiceOn }: RouteFacts,
): Route {
  // The day that the document bears, which is the day of issue for whoever takes it.
  const issueDate = emissionTime(at, municipalityCode, competenceDate).slice(0, 10);
  const profile = profileOf(municipalityCode);
  const found = route({
    regime: issuer.simplesNacional,
    issueDate,
    serviceCode: service.code,
    citySystem: issuesOn(profile, issueDate),
    agreement,
    choice: choiceOn?.(issueDate),
  });
  return found.authority === 'national' && hasOwnSystem(profile) ? { ...found, besideCity: true } : found;
}
