import { builtInFile } from '../src/nfse/municipality-profiles/built-in.ts';
import { ProfilesSchema } from '../src/nfse/municipality-profiles/schema.ts';

/**
 * The profiles of a local stack: the municipalities of the sandbox, and every municipality of the built-in profiles with the address
 * of the stand-in that speaks its dialect in place of its own, for whichever environment. No real host is left.
 *
 * @param urls of the stand-in city halls and of the stand-in national system
 */
export function localProfiles(urls: { readonly cityHall: string; readonly nationalApi: string }): object {
  const { dialects, municipalities } = standInProfiles(urls.cityHall);
  const builtIn = ProfilesSchema.parse(builtInFile).municipalities.map((city) => {
    const address = city.provider === 'national' ? urls.nationalApi : `${urls.cityHall}/${city.code}/nfse`;
    return { ...city, addresses: { production: address, test: address } };
  });
  return { dialects, municipalities: [...builtIn, ...municipalities] };
}

/**
 * Municipalities of the sandbox that the stand-in city halls serve, one for each way of asking for a note. Only a local stack knows
 * of them: in production these cities have their own systems.
 *
 * @param url of the stand-in
 */
export function standInProfiles(url: string) {
  const city = (code: string, name: string, dialect: string) => ({
    code,
    name,
    provider: 'abrasf',
    dialect,
    addresses: { test: `${url}/${STAND_IN_PATHS[code]}/nfse` },
  });
  return {
    dialects: {
      'stand-in-single': dialect('2.04', 'single', 'cdata', '1.1'),
      'stand-in-queue': dialect('2.04', 'async-batch', 'escaped', '1.1'),
      'stand-in-batch': dialect('2.03', 'sync-batch', 'escaped', '1.2'),
      'stand-in-old': dialect('1.00', 'async-batch', 'inline', '1.1'),
      'stand-in-login': {
        ...dialect('2.04', 'single', 'cdata', '1.1'),
        login: { user: 'username', password: 'password' },
      },
    },
    municipalities: [
      city(SINGLE, 'Contagem', 'stand-in-single'),
      city(QUEUE, 'Uberlândia', 'stand-in-queue'),
      city(BATCH, 'Juiz de Fora', 'stand-in-batch'),
      city(OLD, 'Montes Claros', 'stand-in-old'),
      city(LOGIN, 'Governador Valadares', 'stand-in-login'),
      { ...city(SIX_DIGITS, 'Coronel Fabriciano', 'stand-in-batch'), differences: { serviceItem: 'nnnnnn' } },
    ],
  };
}

/** GerarNfse, 2.04. */
export const SINGLE = '3118601';
/** RecepcionarLoteRps, 2.04. */
export const QUEUE = '3170206';
/** RecepcionarLoteRpsSincrono, 2.03, SOAP 1.2. */
export const BATCH = '3136702';
/** RecepcionarLoteRps, 1.00. */
export const OLD = '3143302';
/** GerarNfse, 2.04, with user and password. */
export const LOGIN = '3127701';
/** The same as `BATCH`, with the national code's six digits for the service. */
export const SIX_DIGITS = '3119401';

/** The path of each of them at the stand-in. */
export const STAND_IN_PATHS: Readonly<Record<string, string>> = {
  [SINGLE]: 'contagem',
  [QUEUE]: 'uberlandia',
  [BATCH]: 'juiz-de-fora',
  [OLD]: 'montes-claros',
  [LOGIN]: 'governador-valadares',
  [SIX_DIGITS]: 'coronel-fabriciano',
};

/** Whether the sandbox alone leads the municipality to a city hall. */
export const isStandInCity = (code: string): boolean => Object.hasOwn(STAND_IN_PATHS, code);

function dialect(layout: string, emission: string, payload: string, soapVersion: string): object {
  return {
    layout,
    namespaces: { messages: 'http://www.abrasf.org.br/nfse.xsd' },
    soap: {
      version: soapVersion,
      namespace: 'http://nfse.abrasf.org.br',
      action: '{namespace}/{operation}',
      wrapper: '{operation}Request',
      header: 'nfseCabecMsg',
      data: 'nfseDadosMsg',
      payload,
    },
    header: { version: layout },
    emission,
    // In place within the envelope, an inclusive canonical form would take in the envelope's own namespaces.
    signature: { rps: true, batch: true, cancellation: true, exclusive: payload === 'inline' },
  };
}
