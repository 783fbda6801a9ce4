import { describe, expect, it } from 'vitest';
import { noteQuestion } from '../../../nfse/abrasf/messages.ts';
import { builtInFile } from '../../../nfse/municipality-profiles/built-in.ts';
import { messageStyleOf } from '../../../nfse/municipality-profiles/dialect-styles.ts';
import { profilesFrom } from '../../../nfse/municipality-profiles/profiles.ts';
import { parseXml } from '../../../nfse/xml.ts';
import type { HttpRequest } from '../transport.ts';
import { call } from './call.ts';

const requester = { companyCnpj: '11222333000181', municipalRegistration: '4321' };

/** What a city of this dialect is sent when it is asked for the note of RPS 7. */
async function sentIn(dialect: string): Promise<HttpRequest> {
  const city = { code: '3118601', name: 'Contagem', provider: 'abrasf', dialect, addresses: {} };
  const profile = profilesFrom(builtInFile, { municipalities: [city] })(city.code);
  if (profile.provider !== 'abrasf') return expect.fail(`${dialect} is no ABRASF`);
  const requests: HttpRequest[] = [];
  const hall = {
    transport: async (request: HttpRequest) => {
      requests.push(request);
      return { status: 200, headers: {}, body: '' };
    },
    dialect: profile.dialect,
    endpoint: { path: () => '/nfse' },
    environment: '2',
  } as const;
  const message = noteQuestion({ series: '1', number: 7 }, requester, messageStyleOf(profile.dialect));
  await call(hall, 'ConsultarNfsePorRps', message);
  const [sent] = requests;
  return sent ?? expect.fail('nothing was sent');
}

describe('a question in the dialect', () => {
  it.each([
    ['nfecidades', 'http://nfse.abrasf.org.br/ConsultarNfsePorRps', '<e:ConsultarNfsePorRpsRequest '],
    ['megasoft', 'http://ws.megasoftarrecadanet.com.br/ConsultarNfsePorRps', '<e:ConsultarNfsePorRpsRequest '],
    [
      'coplan',
      'Tributarioaction/ANFSE_WEB_SERVICE.CONSULTARNFSEPORRPS',
      '<nfse_web_service.CONSULTARNFSEPORRPS xmlns="Tributario"><Consultarnfseporrpsrequest><nfseCabecMsg>',
    ],
    [
      'fiorilli',
      'http://ws.issweb.fiorilli.com.br/consultarNfsePorRps',
      '<e:consultarNfsePorRps xmlns:e="http://ws.issweb.fiorilli.com.br/"><ConsultarNfseRpsEnvio xmlns="http://www.abrasf.org.br/nfse.xsd">',
    ],
    [
      'simpliss',
      'http://www.sistema.com.br/Sistema.Ws.Nfse/INfseService/ConsultarNfsePorRps',
      '<ConsultarNfsePorRps xmlns="http://www.sistema.com.br/Sistema.Ws.Nfse"><ConsultarNfseRpsEnvio xmlns="http://www.sistema.com.br/Sistema.Ws.Nfse"><IdentificacaoRps xmlns="http://www.sistema.com.br/Nfse/arquivos/nfse_3.xsd">',
    ],
  ])('%s has its action and its envelope', async (dialect, action, beginning) => {
    const { headers, body = '' } = await sentIn(dialect);
    expect(headers?.soapaction).toBe(`"${action}"`);
    expect(body).toContain(beginning);
    expect(() => parseXml(body.replace(/<\?city-login \w+\?>/g, ''))).not.toThrow();
  });

  it('fiorilli bears user and password behind the message', async () =>
    expect((await sentIn('fiorilli')).body).toContain(
      '</ConsultarNfseRpsEnvio><username><?city-login user?></username><password><?city-login password?></password></e:consultarNfsePorRps>',
    ));

  it('simpliss bears them as one parameter', async () =>
    expect((await sentIn('simpliss')).body).toMatch(
      /<pParam><P1 xmlns="[^"]+\.Cn"><\?city-login user\?><\/P1><P2 .*<\/P2><\/pParam><\/ConsultarNfsePorRps>/,
    ));
});
