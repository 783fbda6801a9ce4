import type { CityLogin } from '../commands/company-ports.ts';
import { endpointOf } from '../nfse/municipality-profiles/endpoint.ts';
import {
  type AbrasfProfile,
  addressIn,
  type Environment,
  hasOwnSystem,
  type MunicipalityProfile,
  systemOf,
} from '../nfse/municipality-profiles/profiles.ts';
import { type Authority, NotRepresentable, type Represented } from './authority.ts';
import type { HeldCertificate } from './company-certificates.ts';
import type { SigningWish } from './providers/abrasf/desk.ts';
import { withLogin } from './providers/abrasf/login.ts';
import { abrasfProvider } from './providers/abrasf/provider.ts';
import { nationalProvider } from './providers/national/provider.ts';
import type { Transport } from './providers/transport.ts';

export interface CityAuthorityDeps {
  /** Base URL of the national system; a city's own front has its address in its profile. */
  readonly nationalApi: string;
  readonly environment: Environment;
  readonly softwareVersion: string;
  readonly certificateOf: (companyCnpj: string) => Promise<HeldCertificate>;
  /** The company's user and password in a city that asks for them; `undefined` where none are stored. */
  readonly credentialsOf: (companyCnpj: string, municipalityCode: string) => Promise<CityLogin | undefined>;
  readonly connect: (baseUrl: string, certificate: HeldCertificate | undefined) => Transport;
  /** Signs in the name of the certificate's holder. Without them documents go unsigned. */
  readonly signNational?: (xml: string, certificate: HeldCertificate) => string;
  readonly signAbrasf?: (xml: string, wish: SigningWish, certificate: HeldCertificate) => string;
}

/**
 * The way of a company to the authority that takes its declaration: the national system, or the city's own, which its profile names. Hosts come from configuration and the profiles, never
 * from an invoice. Whoever speaks TLS is shown the company's certificate; whoever wants signatures gets them over any connection.
 *
 * @throws NotRepresentable for a company without a certificate or a login that the city wants, and for a city that has no system in this environment
 */
export async function cityAuthority(
  deps: CityAuthorityDeps,
  profile: MunicipalityProfile,
  { companyCnpj, municipalityCode, route }: Represented,
): Promise<Authority> {
  // A note stays with the city that issued it. Where its system is not known any more, nobody else can be asked.
  if (route.authority === 'city' && !hasOwnSystem(profile)) throw noProfile(municipalityCode);
  const system = systemOf(profile, route.authority);
  return system.provider === 'abrasf'
    ? abrasfCity(deps, system, companyCnpj)
    : nationalFront(deps, system.front, companyCnpj);
}

async function nationalFront(
  { nationalApi, environment, softwareVersion, signNational, ...deps }: CityAuthorityDeps,
  front: (MunicipalityProfile & { provider: 'national' })['front'],
  companyCnpj: string,
): Promise<Authority> {
  const baseUrl = front ? addressIn(front, environment) : nationalApi;
  if (baseUrl === undefined) throw noSystem(front?.name ?? '', environment);
  const certificate = await shown(deps, baseUrl, companyCnpj);
  const sign = signNational && certificate && { sign: (xml: string) => signNational(xml, certificate) };
  const issuePath = front && { issuePath: front.issuePath };
  return {
    transport: deps.connect(baseUrl, certificate),
    provider: (transport) => nationalProvider({ transport, environment, softwareVersion, ...sign, ...issuePath }),
  };
}

async function abrasfCity(
  { environment, signAbrasf, ...deps }: CityAuthorityDeps,
  profile: AbrasfProfile,
  companyCnpj: string,
): Promise<Authority> {
  const endpoint = endpointOf(profile, environment);
  if (!endpoint) throw noSystem(profile.name, environment);
  const { login: place } = profile.dialect;
  const login = place && (await deps.credentialsOf(companyCnpj, profile.code));
  if (place && !login) throw noLogin(profile, companyCnpj);
  const { rps, batch, cancellation, questions } = profile.dialect.signature;
  const signs = signAbrasf !== undefined && (rps || batch || cancellation || questions);
  const certificate = signs ? await deps.certificateOf(companyCnpj) : await shown(deps, endpoint.baseUrl, companyCnpj);
  const sign = signAbrasf &&
    certificate && { sign: (xml: string, wish: SigningWish) => signAbrasf(xml, wish, certificate) };
  const connection = deps.connect(endpoint.baseUrl, certificate);
  return {
    // Below whatever keeps what passes: evidence has blanks where the login was.
    transport: place && login ? withLogin(connection, place, login) : connection,
    provider: (transport) => abrasfProvider({ transport, profile, environment, ...sign }),
  };
}

async function shown(
  { certificateOf }: Pick<CityAuthorityDeps, 'certificateOf'>,
  baseUrl: string,
  companyCnpj: string,
) {
  return baseUrl.startsWith('https:') ? certificateOf(companyCnpj) : undefined;
}

function noSystem(name: string, environment: Environment): NotRepresentable {
  const which = environment === '1' ? 'de produção' : 'de testes';
  return new NotRepresentable({
    code: 'CITY_WITHOUT_SYSTEM',
    message: `O perfil de ${name} não tem endereço ${which}.`,
    howToFix: 'Peça ao suporte o endereço do sistema da prefeitura neste ambiente e reenvie a nota.',
    field: '/municipalityCode',
    source: 'not sent',
  });
}

function noProfile(municipalityCode: string): NotRepresentable {
  return new NotRepresentable({
    code: 'CITY_WITHOUT_SYSTEM',
    message: `O sistema próprio do município ${municipalityCode} não está configurado nesta instalação.`,
    howToFix: 'Peça ao suporte que cadastre o perfil do município e repita a operação.',
    field: '/municipalityCode',
    source: 'not sent',
  });
}

function noLogin({ name, code }: AbrasfProfile, companyCnpj: string): NotRepresentable {
  return new NotRepresentable({
    code: 'CITY_LOGIN_MISSING',
    message: `A prefeitura de ${name} pede usuário e senha da empresa, e eles não estão cadastrados.`,
    howToFix: `Envie-os por PUT /companies/{cnpj}/city-login (municipalityCode ${code}) e reenvie a nota (POST /invoices/{invoiceId}/retry).`,
    source: `no login of ${companyCnpj} is stored for ${code}`,
  });
}
