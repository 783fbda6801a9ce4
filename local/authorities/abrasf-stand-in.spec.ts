import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { soapEnvelope } from '../../src/nfse/abrasf/soap-envelope.ts';
import { BATCH, QUEUE, SINGLE } from '../municipality-profiles.ts';
import { cityHallOfTheFile, company } from './abrasf/city-hall.fixtures.ts';
import { startAbrasfCityHall } from './abrasf-city-hall.ts';

const { url, profile, city, submission, processed } = cityHallOfTheFile();

describe('a city hall, to a call that is not of its dialect', () => {
  const message = '<ConsultarNfseRpsEnvio xmlns="http://www.abrasf.org.br/nfse.xsd"/>';
  const header =
    '<cabecalho xmlns="http://www.abrasf.org.br/nfse.xsd" versao="2.04"><versaoDados>2.04</versaoDados></cabecalho>';
  const good = soapEnvelope({
    version: '1.1',
    namespace: 'http://nfse.abrasf.org.br',
    wrapper: 'ConsultarNfsePorRpsRequest',
    qualified: false,
    payload: 'cdata',
    parameters: [
      ['nfseCabecMsg', header],
      ['nfseDadosMsg', message],
    ],
  });
  const asked = async (code: string, body: string) =>
    (await fetch(profile(code).addresses.test ?? '', { method: 'POST', body })).text();

  it('answers one that is', async () => expect(await asked(SINGLE, good)).toContain('ConsultarNfseRpsResposta'));

  it.each([
    ['another version of SOAP', BATCH, good, 'VersionMismatch'],
    ['no header message', SINGLE, good.replace(header, ''), 'E183'],
    ['another version of the data', SINGLE, good.replace('<versaoDados>2.04', '<versaoDados>2.03'), 'E185'],
    [
      'another name around the parameters',
      SINGLE,
      good.replaceAll('ConsultarNfsePorRpsRequest', 'ConsultarNfsePorRps'),
      'E238',
    ],
    ['another namespace', SINGLE, good.replace('http://nfse.abrasf.org.br', 'http://tempuri.org/'), 'E186'],
    ['elements in place of text', SINGLE, good.replace(/<!\[CDATA\[(<Consultar.*?)\]\]>/, '$1'), 'E186'],
  ])('refuses %s', async (_, code, body, reason) => {
    expect(await asked(code, body)).toContain(reason);
  });
});

describe('the stand-in', () => {
  it('remembers its notes and its queue across a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'abrasf-city-hall-'));
    try {
      const before = await startAbrasfCityHall({ dataDir });
      const sale = submission(SINGLE);
      const outcome = await city(SINGLE, 5000, before.url).issue(sale);
      const waiting = submission(QUEUE);
      const taken = await city(QUEUE, 5000, before.url).issue(waiting);
      await before.stop();
      const after = await startAbrasfCityHall({ dataDir });
      expect(await city(SINGLE, 5000, after.url).find(sale)).toMatchObject({
        kind: 'found',
        note: { nfseNumber: outcome.kind === 'issued' ? outcome.note.nfseNumber : '' },
      });
      const protocol = taken.kind === 'pending' ? taken.protocol : undefined;
      expect(await processed(city(QUEUE, 5000, after.url), waiting, protocol)).toMatchObject({ kind: 'found' });
      const notes = (await (await fetch(new URL('/control/notes', after.url))).json()) as unknown[];
      expect(notes).toHaveLength(2);
      await after.stop();
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  it('counts how often it was asked', async () => {
    const sale = submission(SINGLE);
    await city(SINGLE).issue(sale);
    await city(SINGLE).find(sale);
    const rps = `contagem/${company}/1/${sale.dps.number}`;
    const calls = await fetch(new URL(`/control/calls?rps=${rps}`, url()));
    expect(await calls.json()).toEqual({ rps, posts: 1, lookups: 1 });
  });

  it('checks signature and layout where the checks are handed in', async () => {
    const strict = await startAbrasfCityHall({ checks: { signature: () => false, layout: () => [] } });
    expect(await city(SINGLE, 5000, strict.url).issue(submission(SINGLE))).toMatchObject({ error: { code: 'E172' } });
    await strict.stop();
  });
});
