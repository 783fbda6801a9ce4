import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { expiryOf, type KeptAnswer } from '../src/commands/municipal-parameters/records.ts';
import type { ParameterQuestion } from '../src/nfse/municipal-parameters/questions.ts';
import { dynamoDbParameters } from '../src/platform/dynamodb-parameters.ts';
import { type Answer, type Api, apiAs, credentials, example } from './stack/api.ts';
import { newCnpj, newCompanyWithCertificate } from './stack/own-company.ts';
import { dynamoDb, ownTables } from './stack/own-tables.ts';
import { eventually } from './stack/own-worker.ts';

const client = await apiAs('client');
const operator = await apiAs('operator');
const admin = await apiAs('admin');
const COMPANY = '11222333000181';
/** Nobody else's in these tests. */
const WITHOUT_CERTIFICATE = newCnpj();

/** Of the stand-in: local/authorities/parameters/municipalities.ts. No other test emits in them. */
const ORDINARY = '3106309';
const INACTIVE = '3157807';
const PASCAL_CASE = '3106705';
const PAGE = '3171204';
const NEVER_ASKED = '1100023';
const WITHOUT_ASKER = '1100031';
const FIRST_EMISSION = '1100056';

const pathOf = (code: string, query = '') => `/municipalities/${code}/parameters${query}`;

/** Asks again, as a client would, until the answer is so. */
async function until(api: Api, path: string, so: (answer: Answer) => boolean): Promise<Answer> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await api.get(path);
    if (so(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`It did not become so: ${answer.status} ${JSON.stringify(answer.body)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
const complete = ({ status }: Answer) => status === 200;

describe('the parameters of a municipality', () => {
  it('are fetched when somebody asks for the first time, and there when they ask again', async () => {
    const path = pathOf(ORDINARY, '?service=010701&benefit=31063090200001');
    const first = await client.get(path);
    expect(first.status).toBe(202);
    expect(first.headers.get('retry-after')).toBe('3');
    expect(first.body).toMatchObject({
      complete: false,
      agreement: { status: 'UNKNOWN' },
      rates: { status: 'UNKNOWN' },
    });
    const { body } = await until(client, path, complete);
    expect(body).toMatchObject({
      municipalityCode: ORDINARY,
      name: 'Belo Oriente',
      complete: true,
      agreement: { status: 'SET', value: { nationalIssuers: true, enabledByDefault: true } },
      withholdings: { status: 'SET', value: { article6: { enabled: false, periods: [] }, municipal: [] } },
      rates: { status: 'SET', value: { inForce: { percent: '2.50', from: '2026-01-01', taxed: true } } },
      specialRegimes: { status: 'SET', value: { inForce: [{ regime: '6', status: 'ALLOWED' }] } },
      benefit: { status: 'SET', value: { reductionPercent: '30.00' } },
    });
    expect(body.agreement).not.toHaveProperty('stale');
  });

  it('tell the rate of another day', async () => {
    const path = pathOf(ORDINARY, '?service=010701&date=2024-05-10');
    const { body } = await until(client, path, complete);
    expect(body).toMatchObject({ date: '2024-05-10', rates: { value: { inForce: { percent: '5.00' } } } });
  });

  it('say so where the agreement is not active', async () => {
    const { body } = await until(client, pathOf(INACTIVE, '?service=010101'), complete);
    expect(body).toMatchObject({
      agreement: { status: 'NOT_SET', message: 'O convênio do município ainda não está ativo.' },
      rates: { status: 'NOT_SET' },
    });
  });

  it('are the same where the national system writes their names otherwise', async () => {
    const { body } = await until(client, pathOf(PASCAL_CASE), complete);
    expect(body.agreement).toMatchObject({ status: 'SET', value: { nationalIssuers: true } });
  });

  it('stay unknown where a gateway answers, and say why', async () => {
    const failed = ({ body }: Answer) => body.agreement.lastFailure !== undefined;
    const { status, body } = await until(client, pathOf(PAGE), failed);
    expect(status).toBe(202);
    expect(body.agreement).toEqual({ status: 'UNKNOWN', lastFailure: { at: expect.any(String), code: 'NO_ANSWER' } });
  });

  it('tell a company that it has no certificate, and nobody else', async () => {
    const failed = ({ body }: Answer) => body.agreement.lastFailure !== undefined;
    const { body } = await until(admin, pathOf(NEVER_ASKED, `?companyCnpj=${WITHOUT_CERTIFICATE}`), failed);
    expect(body.agreement.lastFailure.code).toBe('CERTIFICATE');
    expect((await until(client, pathOf(NEVER_ASKED), complete)).body.agreement).not.toHaveProperty('lastFailure');
  });
});

describe('a company that stores its certificate', () => {
  it('has what its municipality has set fetched, before its first note', async () => {
    const municipalityCode = '1100064';
    const path = pathOf(municipalityCode);
    expect((await admin.get(path)).status).toBe(422);
    await newCompanyWithCertificate({ municipalityCode });
    // Asked in nobody's name, so that the question itself has nothing fetched.
    await until(admin, path, complete);
  });
});

describe('who asks for parameters', () => {
  it('names a company, where somebody who may act for all has to have them fetched', async () => {
    const { status, body } = await admin.get(pathOf(WITHOUT_ASKER));
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer: '/query/companyCnpj', code: 'required' }]);
    await until(admin, pathOf(WITHOUT_ASKER, `?companyCnpj=${COMPANY}`), complete);
    expect((await admin.get(pathOf(WITHOUT_ASKER))).status).toBe(200);
  });

  it('may not ask in the name of another company', async () => {
    const stranger = await apiAs('client-other');
    expect((await stranger.get(pathOf(ORDINARY, `?companyCnpj=${COMPANY}`))).status).toBe(403);
  });

  it.each<[string, string, number, string?]>([
    ['a municipality that there is none of', pathOf('0000000'), 404],
    ['a service that is not in the list', pathOf(ORDINARY, '?service=999999'), 422, '/query/service'],
    ['a service with dots', pathOf(ORDINARY, '?service=01.07.01'), 422, '/query/service'],
    ['a split without its service', pathOf(ORDINARY, '?municipalCode=001'), 422, '/query/service'],
    ['a benefit that is too short', pathOf(ORDINARY, '?benefit=31'), 422, '/query/benefit'],
    ['a day that is none', pathOf(ORDINARY, '?date=2026-02-30'), 422, '/query/date'],
    ['something else', pathOf(ORDINARY, '?competence=2026-01'), 422, '/query/competence'],
  ])('is told what is wrong with %s', async (_, path, status, pointer) => {
    const answer = await operator.get(path);
    expect(answer.status).toBe(status);
    if (pointer) expect(answer.body.errors).toMatchObject([{ pointer }]);
  });
});

describe('an emission', () => {
  const example118 = example('emit-invoice');
  const rated = { ...example118.amounts, issRate: '2.50' };
  const emitIn = (municipalityCode: string, amounts: object = rated, more: object = {}) =>
    client.post('/invoices', { ...example118, municipalityCode, amounts, ...more });
  const declared = async (invoiceId: string) => {
    const { body } = await client.get(`/invoices/${invoiceId}/xml?document=dps`);
    return (await fetch(body.url)).text();
  };

  it('does not wait for what nobody knows, and has it fetched for the next', async () => {
    const { status, body } = await emitIn(FIRST_EMISSION);
    expect(status).toBe(202);
    expect(await declared(body.invoiceId)).toContain('<pAliq>2.50</pAliq>');
    expect(JSON.stringify(body.warnings)).not.toContain('iss-rate');
    await client.until(body.invoiceId, 'ISSUED');
    const { parameters } = credentials().tables;
    const Key = { municipalityCode: FIRST_EMISSION, parameter: 'agreement' };
    await eventually(async () => {
      const { Item } = await dynamoDb().send(new GetCommand({ TableName: parameters, Key }));
      return Item?.answer?.kind === 'set';
    });
  });

  it('leaves the rate out where the municipality keeps it in the national system', async () => {
    await until(client, pathOf(ORDINARY), complete);
    const { body } = await emitIn(ORDINARY);
    expect(await declared(body.invoiceId)).not.toContain('pAliq');
    expect(body.amounts.issRate).toBe('2.50');
    expect(body).not.toHaveProperty('iss');
    const leftOut = expect.objectContaining({ pointer: '/amounts/issRate', code: 'iss-rate-left-out' });
    expect(body.warnings).toContainEqual(leftOut);
    expect((await client.until(body.invoiceId, 'ISSUED')).warnings).toContainEqual(leftOut);
  });

  it('declares the rate where the client says that the municipality does not keep it', async () => {
    const { body } = await emitIn(ORDINARY, rated, { iss: { municipalityActive: false } });
    expect(await declared(body.invoiceId)).toContain('<pAliq>2.50</pAliq>');
  });

  it('declares the rate where the agreement is not active, and is refused with advice without one', async () => {
    await until(client, pathOf(INACTIVE), complete);
    const { body } = await emitIn(INACTIVE);
    expect(await declared(body.invoiceId)).toContain('<pAliq>2.50</pAliq>');
    const refused = await emitIn(INACTIVE, example118.amounts);
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toMatchObject([
      { pointer: '/amounts/issRate', code: 'iss-rate-required', howToFix: expect.stringContaining('issRate') },
    ]);
  });
});

describe('ParametersTable', async () => {
  const dynamo = dynamoDb();
  const { parameters: tableName } = await ownTables(dynamo);
  const records = dynamoDbParameters(dynamo, tableName);
  const agreement: ParameterQuestion = { kind: 'agreement' };
  const rates: ParameterQuestion = { kind: 'rates', service: '01.07.01.000' };
  const answer: KeptAnswer = { kind: 'set', value: { nationalIssuers: true } };
  const at = new Date('2026-12-01T12:00:00.000Z');
  const failure = { at: '2026-12-02T12:00:00.000Z', code: 'NO_ANSWER' } as const;
  const expiryStored = async (municipalityCode: string) => {
    const Key = { municipalityCode, parameter: 'agreement' };
    return (await dynamo.send(new GetCommand({ TableName: tableName, Key }))).Item?.expiresAt;
  };

  it('keeps an answer beside the failures that come after it, and forgets those with the next answer', async () => {
    await records.answered(ORDINARY, agreement, answer, at);
    await records.failed(ORDINARY, agreement, failure);
    const kept = { municipalityCode: ORDINARY, parameter: 'agreement', answer, answeredAt: at.toISOString() };
    expect(await records.of(ORDINARY, [agreement, agreement, rates])).toEqual([{ ...kept, failure }]);
    expect(await expiryStored(ORDINARY)).toBe(expiryOf(answer, at).getTime() / 1000);
    await records.answered(ORDINARY, agreement, answer, at);
    expect(await records.of(ORDINARY, [agreement])).toEqual([kept]);
  });

  it('keeps the failures of a question that was never answered for a day', async () => {
    await records.failed(INACTIVE, agreement, failure);
    expect(await records.of(INACTIVE, [agreement])).toEqual([
      { municipalityCode: INACTIVE, parameter: 'agreement', failure },
    ]);
    expect(await expiryStored(INACTIVE)).toBe(Date.parse(failure.at) / 1000 + 86_400);
  });
});
