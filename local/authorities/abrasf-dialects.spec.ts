import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseInvoiceId } from '../../src/events/ids.ts';
import { buildRps } from '../../src/nfse/abrasf/rps-document.ts';
import { parametersOf } from '../../src/nfse/abrasf/soap-envelope.ts';
import { localTime } from '../../src/nfse/local-time.ts';
import { builtInFile } from '../../src/nfse/municipality-profiles/built-in.ts';
import { rpsStyleOf } from '../../src/nfse/municipality-profiles/dialect-styles.ts';
import { endpointOf } from '../../src/nfse/municipality-profiles/endpoint.ts';
import { type AbrasfProfile, profilesFrom } from '../../src/nfse/municipality-profiles/profiles.ts';
import { type Dialect, ProfilesSchema } from '../../src/nfse/municipality-profiles/schema.ts';
import { emission } from '../../src/nfse/tax/sales.fixtures.ts';
import { verifySignatures } from '../../src/nfse/xmldsig/verify.ts';
import type { SigningWish } from '../../src/worker/providers/abrasf/desk.ts';
import { withLogin } from '../../src/worker/providers/abrasf/login.ts';
import { abrasfProvider } from '../../src/worker/providers/abrasf/provider.ts';
import { httpTransport } from '../../src/worker/providers/http-transport.ts';
import type { FindOutcome, Provider, Submission } from '../../src/worker/providers/provider.ts';
import type { HttpRequest, Transport } from '../../src/worker/providers/transport.ts';
import { signMessage } from '../../src/worker/signing.ts';
import { makeCertificate } from '../../test/certificates.ts';
import { strictChecks } from './abrasf/strict-checks.ts';
import { startAbrasfCityHall } from './abrasf-city-hall.ts';

const invoiceId = parseInvoiceId('inv_00000000000000000000000000') ?? expect.fail('no invoice id');
const CODE = '3118601';
const DIALECTS = Object.keys(ProfilesSchema.parse(builtInFile).dialects);
const signer = makeCertificate();
const municipalRegistration = '1234567';

let hall: Awaited<ReturnType<typeof startAbrasfCityHall>>;
let lastNumber = 0;

beforeAll(async () => {
  hall = await startAbrasfCityHall({ queueSeconds: 0.05, checks: strictChecks });
});
afterAll(() => hall.stop());

/** A city at the stand-in that speaks the dialect, whichever it is. */
function profileIn(dialect: string): AbrasfProfile {
  const addresses = { test: `${hall.url}/${dialect}/nfse` };
  const city = { code: CODE, name: 'Contagem', provider: 'abrasf', dialect, addresses };
  const found = profilesFrom(builtInFile, { municipalities: [city] })(CODE);
  return found.provider === 'abrasf' ? found : expect.fail(`${dialect} is no ABRASF`);
}

const dialectNamed = (name: string): Dialect => {
  const city = { code: CODE, name: 'Contagem', provider: 'abrasf', dialect: name, addresses: {} };
  const found = profilesFrom(builtInFile, { municipalities: [city] })(CODE);
  return found.provider === 'abrasf' ? found.dialect : expect.fail(`${name} is no ABRASF`);
};

/** The provider for such a city, and every request as it leaves. */
function cityOf(profile: AbrasfProfile, signs = true): { provider: Provider; sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  const baseUrl = endpointOf(profile, '2')?.baseUrl ?? expect.fail('no address');
  const http = httpTransport({ baseUrl, timeoutMs: 5_000 });
  const noted: Transport = (request) => {
    sent.push(request);
    return http(request);
  };
  const { login } = profile.dialect;
  const transport = login ? withLogin(noted, login, { user: 'empresa', password: 'a & b' }) : noted;
  const provider = abrasfProvider({
    transport,
    profile,
    environment: '2',
    ...(signs && { sign: (xml: string, wish: SigningWish) => signMessage(xml, wish, signer) }),
  });
  return { provider, sent };
}

function submissionTo(profile: AbrasfProfile): Submission {
  const issuedAt = localTime(Date.now() - 60_000, '-03:00');
  const dps = { series: '1', number: ++lastNumber };
  const { companyCnpj } = emission;
  const sale = { ...emission, municipalityCode: CODE, competenceDate: issuedAt.slice(0, 10), dps, issuedAt };
  return {
    invoiceId,
    companyCnpj,
    municipalityCode: CODE,
    dps,
    attempt: 0,
    document: buildRps(sale, rpsStyleOf(profile.dialect)),
  };
}

/** Asks until the city has an answer, as the reconciler would. */
async function processed(provider: Provider, asked: Submission): Promise<FindOutcome> {
  for (let tries = 0; tries < 100; tries++) {
    const outcome = await provider.find(asked);
    if (outcome.kind !== 'pending') return outcome;
    await sleep(20);
  }
  return expect.fail('the batch was never processed');
}

/**
 * The ids that are signed in a call. A signature by the exclusive form holds where the message stands as elements in the envelope; the
 * inclusive form would take in the envelope's namespaces, so that such a city has to take the message out first.
 */
function signedIn({ body = '' }: HttpRequest, { soap, signature }: Dialect): readonly string[] {
  const takenOut = /<(\w+Envio)\b[\s\S]*<\/\1>/.exec(body)?.[0] ?? '';
  const inPlace = signature.exclusive ? body : takenOut;
  const documents = soap.payload === 'inline' ? [inPlace] : parametersOf(body).map(({ xml }) => xml);
  return documents.flatMap((xml) =>
    verifySignatures(xml).map((finding) => (finding.good ? finding.id : expect.fail(finding.message))),
  );
}

describe.each(DIALECTS)('a city that speaks %s', (dialect) => {
  it('issues a note, shows it again and cancels it', async () => {
    const profile = profileIn(dialect);
    const { soap, signature, login, cancellation } = profile.dialect;
    const { provider, sent } = cityOf(profile);
    const submission = submissionTo(profile);
    const { number } = submission.dps;

    expect(await provider.find(submission)).toEqual({ kind: 'absent' });
    const first = await provider.issue(submission);
    const protocol = first.kind === 'pending' ? first.protocol : undefined;
    const found = await processed(provider, { ...submission, ...(protocol ? { protocol } : {}) });
    if (found.kind !== 'found') return expect.fail(JSON.stringify({ first, found }));
    expect(found.matches).toBe(true);
    if (first.kind === 'issued') expect(found.note.nfseNumber).toBe(first.note.nfseNumber);

    const emitting = sent.find(({ body = '' }) => body.includes('LoteRps') || body.includes('GerarNfse'));
    const ids = signedIn(emitting ?? expect.fail('nothing was emitted'), profile.dialect);
    expect(ids.includes(`decl1n${number}`)).toBe(signature.rps);
    expect(ids.some((id) => id.startsWith('lote'))).toBe(signature.batch && profile.dialect.emission !== 'single');
    const envelope = soap.version === '1.2' ? 'http://www.w3.org/2003/05/soap-envelope' : 'schemas.xmlsoap.org/soap';
    expect(sent.every(({ body = '' }) => body.includes(envelope))).toBe(true);
    expect(sent.every(({ body = '' }) => body.includes('a &amp; b'))).toBe(login !== undefined);

    const { nfseNumber, issuedAt } = found.note;
    const { companyCnpj, municipalityCode, dps } = submission;
    const outcome = await provider.cancel({
      ...{ invoiceId, companyCnpj, municipalityCode, dps, nfseNumber, issuedAt, municipalRegistration },
      ...{ reasonCode: '2', reason: 'Serviço não prestado ao tomador', at: new Date().toISOString() },
    });
    if (cancellation.byWebService) expect(outcome).toMatchObject({ kind: 'cancelled' });
    else expect(outcome).toMatchObject({ kind: 'rejected', error: { code: 'SEM_WEB_SERVICE', source: 'not sent' } });
  });
});

describe.each(DIALECTS.filter((dialect) => dialectNamed(dialect).signature.questions))(
  'a city that speaks %s, and signs its questions',
  (dialect) => {
    it('does not say whether it has a note when the question is not signed', async () => {
      const profile = profileIn(dialect);
      const { provider } = cityOf(profile, false);
      expect(await provider.find(submissionTo(profile))).toMatchObject({
        kind: 'unknown',
        reason: expect.stringContaining('E172'),
      });
    });
  },
);

it('the dialects of cities that sign their questions are these', () =>
  expect(DIALECTS.filter((dialect) => dialectNamed(dialect).signature.questions)).toEqual([
    'issnet',
    'giss',
    'ginfes',
    'dsf-2',
  ]));
