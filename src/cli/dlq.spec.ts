import { describe, expect, it } from 'vitest';
import { run } from './dlq.ts';
import type { SweptItem } from './dlq-answers.ts';
import { ApiSilent, type LedgerApi } from './ledger-api.ts';
import { UsageError } from './verb.ts';

const item = (id: number, outcome: string, more: Partial<SweptItem> = {}): SweptItem => ({
  invoiceId: `inv_${id}`,
  letterIds: [`letter-${id}`],
  cause: 'worker-died',
  outcome,
  ...more,
});
const nothing = { seen: 0, total: 0, complete: true, groups: [] };

/** The verb over an API that answers by a script: a survey, then a round of the sweep after another. */
async function dlq(
  args: readonly string[],
  { survey = {}, rounds = [], watched = false }: { survey?: object; rounds?: readonly object[]; watched?: boolean },
) {
  const out: string[] = [];
  const err: string[] = [];
  const bars: string[] = [];
  const asked: unknown[] = [];
  const left = [...rounds];
  const api: LedgerApi = {
    get: async (path, answer) => {
      asked.push(path);
      return answer.parse({ ...nothing, ...survey });
    },
    post: async (path, body, answer) => {
      asked.push([path, JSON.parse(JSON.stringify(body))]);
      const next = left.shift();
      if (!next) throw new ApiSilent('A API não respondeu.');
      return answer.parse(next);
    },
  };
  const output = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    document: () => {},
    ...(watched && { progress: (line: string) => void bars.push(line) }),
  };
  const exit = await run(args, { directory: '/', now: new Date('2026-11-10T15:00:00Z'), output }, async () => api);
  return { exit, out, err, bars, asked };
}

describe('nfse dlq list', () => {
  it('ends with 0 when nothing lies there', async () =>
    expect(await dlq(['list'], {})).toMatchObject({ exit: 0, out: ['Nada na fila de mensagens mortas.'] }));

  it('shows each cause with what to do, what it did not see, and ends with 1', async () => {
    const group = {
      cause: 'aws-access-denied',
      municipalityCode: '3106200',
      letters: 12,
      invoices: 11,
      oldestSentAt: '2026-11-10T12:00:00.000Z',
      sample: { invoiceIds: ['inv_1'], letterIds: ['letter-1'] },
    };
    const { exit, out } = await dlq(['list', '--cause', 'aws-access-denied'], {
      survey: { seen: 12, total: 40, complete: false, groups: [group] },
    });
    expect(exit).toBe(1);
    expect(out[1]).toMatch(/^aws-access-denied +3106200 +12 +11 +3 h +inv_1$/);
    expect(out.join('\n')).toContain('Lidas 12 de cerca de 40');
    expect(out.at(-1)).toContain('confira permissões');
  });

  it('prints nothing that a terminal would obey', async () => {
    const letter = {
      letterId: 'l',
      cause: 'defect',
      errorName: 'E',
      errorMessage: '\u001b[2J',
      sentAt: '',
      bodyHash: '',
    };
    const { out } = await dlq(['show', 'l'], { survey: { letters: [letter] } });
    expect(out.join('')).not.toContain('\u001b');
  });
});

describe('nfse dlq replay', () => {
  const rounds = [
    { items: [item(1, 'started'), item(2, 'kept', { why: 'failed' })], left: 2, more: true },
    { items: [item(2, 'kept', { why: 'failed' }), item(3, 'dropped', { status: 'ISSUED' })], left: 1, more: true },
    { items: [item(2, 'kept', { why: 'failed' })], left: 1, more: true },
  ];

  it('goes on round after round, until one deals with nothing; each invoice is told once', async () => {
    const { exit, out, asked } = await dlq(['replay', '--all', '--reason', 'Corrigido'], { rounds });
    expect(asked).toHaveLength(4);
    expect(asked[1]).toEqual(['/dlq/replay', { all: true, mode: 'replay', reason: 'Corrigido', dryRun: false }]);
    expect(out).toEqual([
      'inv_1: reiniciada (worker-died)',
      'inv_2: ficou na fila (worker-died, falha nossa, veja o log)',
      'inv_3: saiu da fila, já estava resolvida (worker-died, ISSUED)',
      'reiniciada: 1; ficou na fila: 1; saiu da fila, já estava resolvida: 1.',
    ]);
    expect(exit).toBe(1);
  });

  it('does not run after an invoice whose work fails again at once', async () => {
    const round = { items: [item(1, 'started')], left: 1, more: true };
    expect((await dlq(['repair', '--all'], { rounds: [round, round, round] })).asked).toHaveLength(3);
  });

  it('shows a bar where somebody watches, and the lines after it', async () => {
    const { bars, out } = await dlq(['repair', '--all'], { rounds, survey: { seen: 3 }, watched: true });
    expect(bars.map((bar) => bar.replace(/^\[.*\] /, ''))).toEqual(['0/3', '2/3', '3/3', '']);
    expect(out).toHaveLength(4);
  });

  it('looks once in a dry run', async () => {
    const { exit, asked, out } = await dlq(['replay', '--cause', 'defect', '--dry-run'], {
      rounds: [{ items: [item(1, 'start')], left: 9, more: true }],
    });
    expect([exit, asked.length, out.at(-1)]).toEqual([0, 2, 'Simulação: seria reiniciada: 1.']);
  });

  it('ends with 1 when one that was named is not there', async () => {
    const { exit, out } = await dlq(['replay', 'inv_7'], { rounds: [{ items: [], left: 0, more: false }] });
    expect([exit, out[0]]).toEqual([1, 'inv_7: não foi vista na fila']);
  });

  it('gives scripts one JSON value', async () => {
    const { out } = await dlq(['replay', 'letter-1', '--json'], {
      rounds: [{ items: [item(1, 'started')], left: 0, more: false }],
    });
    expect(out).toHaveLength(1);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ action: 'replay', items: [{ outcome: 'started' }], missing: [] });
  });

  it('ends with 2 when the API does not answer', async () =>
    expect(await dlq(['replay', '--all'], {})).toMatchObject({ exit: 2, err: ['A API não respondeu.'] }));

  it.each([[['replay', 'inv_1', 'letter-1']], [['discard', '--cause', 'defect']], [['list', 'inv_1']]])(
    '%j is a call that makes no sense',
    (args) => expect(dlq(args, {})).rejects.toThrow(UsageError),
  );
});
