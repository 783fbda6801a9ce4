import { describe, expect, it } from 'vitest';
import type { KeptAnswer, ParameterFailure, ParameterRecord } from '../../commands/municipal-parameters/records.ts';
import { type ParameterQuestion, parameterKey } from '../../nfse/municipal-parameters/questions.ts';
import { NotRepresentable } from '../authority.ts';
import { authorityBreaker } from '../lanes/breaker.ts';
import { type HttpResponse, TransportError } from '../providers/transport.ts';
import { type ErrandOutcome, parameterFetching } from './fetching.ts';

const BELO_HORIZONTE = '3106200';
const companyCnpj = '11222333000181';
const agreement: ParameterQuestion = { kind: 'agreement' };
const withholdings: ParameterQuestion = { kind: 'withholdings' };
const wanted = (questions: readonly ParameterQuestion[] = [agreement], company = companyCnpj) => ({
  municipalityCode: BELO_HORIZONTE,
  companyCnpj: company,
  questions: [...questions],
});

const active = { status: 200, headers: {}, body: '{"parametrosConvenio":{"aderenteEmissorNacional":1}}' };
const inactive = { status: 404, headers: {}, body: '{"parametrosConvenio":null,"mensagem":"inativo"}' };
const page = { status: 503, headers: {}, body: '<html></html>' };
const malformed = { status: 400, headers: {}, body: '{"parametrosConvenio":null,"mensagem":"mal formada"}' };
const handshakeFailed = new TransportError('ECONNRESET', { sent: false });
const set: KeptAnswer = { kind: 'set', value: { nationalIssuers: true } };

/** A worker's fetching over records in memory and an API that gives these answers in turn, the last of them again and again. */
function fetching(...script: (HttpResponse | TransportError)[]) {
  const clock = { now: Date.parse('2026-12-01T12:00:00Z') };
  const records = new Map<string, ParameterRecord>();
  const asked: string[] = [];
  const done: [string, ErrandOutcome][] = [];
  const pauses: number[] = [];
  const faults: unknown[] = [];
  const withoutCertificate = new Set<string>();
  const state = { tableDown: false };
  const keyOf = (municipalityCode: string, question: ParameterQuestion) =>
    `${municipalityCode}#${parameterKey(question)}`;
  const it = parameterFetching({
    records: {
      async of(municipalityCode, questions) {
        if (state.tableDown) throw new Error('the table does not answer');
        return questions.flatMap((question) => records.get(keyOf(municipalityCode, question)) ?? []);
      },
      async answered(municipalityCode, question, answer, at) {
        const parameter = parameterKey(question);
        const answeredAt = at.toISOString();
        records.set(keyOf(municipalityCode, question), { municipalityCode, parameter, answer, answeredAt });
      },
      async failed(municipalityCode, question, failure) {
        const key = keyOf(municipalityCode, question);
        const before = records.get(key) ?? { municipalityCode, parameter: parameterKey(question) };
        records.set(key, { ...before, failure });
      },
    },
    async transportOf(company) {
      if (withoutCertificate.has(company)) {
        throw new NotRepresentable({ code: 'CERTIFICATE_MISSING', message: '', howToFix: '', source: '' });
      }
      return async ({ path }) => {
        asked.push(path);
        const answer = (script.length > 1 ? script.shift() : script[0]) ?? expect.fail('no answer is left');
        if (answer instanceof TransportError) throw answer;
        return answer;
      };
    },
    breaker: authorityBreaker({
      failures: 3,
      probeAfterMs: 10_000,
      now: () => clock.now,
      random: () => 0,
      onChange: () => {},
    }),
    now: () => new Date(clock.now),
    today: () => '2026-12-01',
    pause: async (ms) => void pauses.push(ms),
    onDone: ({ question }, outcome) => void done.push([parameterKey(question), outcome]),
    onTrouble: (error) => void faults.push(error),
  });
  return {
    it,
    clock,
    asked,
    done,
    pauses,
    faults,
    withoutCertificate,
    state,
    record: (question = agreement) => records.get(keyOf(BELO_HORIZONTE, question)),
    /** What is known before the worker is asked. */
    know: (record: Partial<ParameterRecord>, question = agreement) =>
      records.set(keyOf(BELO_HORIZONTE, question), {
        municipalityCode: BELO_HORIZONTE,
        parameter: parameterKey(question),
        ...record,
      }),
    async want(...of: Parameters<typeof it.want>) {
      it.want(...of);
      while (done.length + faults.length === 0) await Promise.resolve();
      await it.stop();
    },
  };
}

const hoursBefore = (clock: { now: number }, hours: number) => new Date(clock.now - hours * 3_600_000).toISOString();

describe('fetching parameters', () => {
  it('asks for each question once, and keeps the answer', async () => {
    const { it: worker, asked, record, done } = fetching(active);
    worker.want(wanted([agreement]));
    worker.want(wanted([agreement]));
    while (done.length === 0) await Promise.resolve();
    await worker.stop();
    expect(asked).toEqual(['/3106200/convenio']);
    expect(record()).toMatchObject({ answer: set, answeredAt: '2026-12-01T12:00:00.000Z' });
  });

  it('keeps that nothing is set as an answer', async () => {
    const { want, record } = fetching(inactive);
    await want(wanted());
    expect(record()?.answer).toEqual({ kind: 'not-set', message: 'inativo' });
  });

  it('tries again at once when a connection fails, and only once', async () => {
    const healed = fetching(handshakeFailed, active);
    await healed.want(wanted());
    expect(healed.record()?.answer).toEqual(set);
    const broken = fetching(handshakeFailed);
    await broken.want(wanted());
    expect(broken.asked).toHaveLength(2);
    expect(broken.record()?.failure).toEqual({ at: '2026-12-01T12:00:00.000Z', code: 'NO_ANSWER' });
  });

  it.each<[string, HttpResponse, ParameterFailure['code']]>([
    ['a page', page, 'NO_ANSWER'],
    ['a refusal', malformed, 'REFUSED'],
  ])('keeps the last answer beside the mark that %s came', async (_, answer, code) => {
    const { want, know, clock, record } = fetching(answer);
    const answeredAt = hoursBefore(clock, 30);
    know({ answer: set, answeredAt });
    await want(wanted());
    expect(record()).toMatchObject({ answer: set, answeredAt, failure: { code } });
  });

  it('does not ask for what is fresh: another worker had asked', async () => {
    const { want, know, clock, asked, done, pauses } = fetching(active);
    know({ answer: set, answeredAt: hoursBefore(clock, 23) });
    await want(wanted());
    expect(asked).toEqual([]);
    expect(done).toEqual([['agreement', 'unneeded']]);
    expect(pauses).toEqual([]);
  });

  it('asks for what is fresh where an authority has just contradicted it', async () => {
    const { want, know, clock, record } = fetching(inactive);
    know({ answer: set, answeredAt: hoursBefore(clock, 1) });
    await want(wanted(), true);
    expect(record()?.answer?.kind).toBe('not-set');
  });

  it('leaves a question alone that has just failed', async () => {
    const { want, know, clock, asked } = fetching(active);
    know({ failure: { at: new Date(clock.now - 5_000).toISOString(), code: 'NO_ANSWER' } });
    await want(wanted());
    expect(asked).toEqual([]);
  });

  it('tells a company without a certificate, and asks for another company all the same', async () => {
    const other = '77001122000127';
    const lacking = fetching(active);
    lacking.withoutCertificate.add(companyCnpj);
    await lacking.want(wanted());
    expect(lacking.record()?.failure).toMatchObject({ code: 'CERTIFICATE', companyCnpj });
    lacking.done.length = 0;
    await lacking.want(wanted([agreement], other));
    expect(lacking.record()?.answer).toEqual(set);
  });

  it('makes a pause after each call, so that no city’s crowd of questions becomes a storm', async () => {
    const { it: worker, pauses, done } = fetching(active, active);
    worker.want(wanted([agreement, withholdings]));
    while (done.length < 2) await Promise.resolve();
    await worker.stop();
    expect(pauses).toEqual([200, 200]);
  });

  it('calls nobody while its breaker is open', async () => {
    const { it: worker, done, asked } = fetching(page);
    worker.want(
      wanted([
        agreement,
        withholdings,
        { kind: 'rates', service: '01.07.01.000' },
        { kind: 'specialRegimes', service: '01.07.01.000' },
      ]),
    );
    while (done.length < 4) await Promise.resolve();
    await worker.stop();
    expect(done.map(([, outcome]) => outcome)).toEqual(['no-answer', 'no-answer', 'no-answer', 'not-called']);
    expect(asked).toHaveLength(3);
  });

  it('goes on with the next question when a table of ours fails', async () => {
    const failing = fetching(active);
    failing.state.tableDown = true;
    failing.it.want(wanted([agreement]));
    while (failing.faults.length === 0) await Promise.resolve();
    failing.state.tableDown = false;
    failing.it.want(wanted([withholdings]));
    while (failing.done.length === 0) await Promise.resolve();
    await failing.it.stop();
    expect(failing.faults).toEqual([new Error('the table does not answer')]);
    expect(failing.done).toEqual([['withholdings', 'no-answer']]);
  });
});
