import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { inProject, projectRoot } from '../local/project.ts';

interface Told {
  readonly fate: string;
  readonly status: string;
  readonly invoiceId: string;
  readonly attempts: number;
  readonly replay?: { readonly replayed: boolean; readonly sameInvoice: boolean };
  readonly chain: { readonly intact: boolean };
  readonly authority: { readonly notes: readonly { readonly cancelled: boolean }[]; readonly posts: number };
  readonly timeline: readonly { readonly event: string; readonly says: string }[];
}

/** A company of its own: an authority that is down for it is up for the other tests. */
const COMPANY = '77888999000181';

let ended: { code: number | null; stderr: string };
let result: { readonly ok: boolean; readonly proven?: string; readonly invoices: readonly Told[] };

beforeAll(async () => {
  const data = dirname(inject('credentials'));
  const child = spawn(process.execPath, [inProject('local/demo.ts'), '--data', data, '--company', COMPANY, '--json'], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  ended = { code, stderr };
  result = JSON.parse(stdout || '{"ok":false,"invoices":[]}');
});

const told = (fate: string): Told => {
  const found = result.invoices.find((invoice) => invoice.fate === fate);
  if (!found) throw new Error(`The demo tells nothing of "${fate}":\n${ended.stderr}`);
  return found;
};
const eventsOf = ({ timeline }: Told) => timeline.map(({ event }) => event);

describe('the demo', () => {
  it('ends well, and says what it has proven', () => {
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(result.ok).toBe(true);
    expect(result.proven).toMatch(/12 invoices, 12 notes, exactly one each \(1 cancelled\)/);
  });

  it('tells each change as a line where there is no terminal', () => {
    expect(ended.stderr).toMatch(/^rejected, then corrected +\d+ +FAILED +1 .+E0240/m);
    expect(ended.stderr).not.toContain('\u001b');
  });

  it.each([
    ['issued', 'ISSUED', ['Emitted', 'Issued'], 1],
    ['rejected, then corrected', 'ISSUED', ['Emitted', 'Failed', 'RetryRequested', 'Issued'], 2],
    ['answer lost, note issued', 'ISSUED', ['Emitted', 'Issued'], 1],
    ['first send lost', 'ISSUED', ['Emitted', 'SubmissionDeferred', 'Issued'], 2],
    ['502 page', 'ISSUED', ['Emitted', 'SubmissionDeferred', 'Issued'], 2],
    ['slow answer', 'ISSUED', ['Emitted', 'Issued'], 1],
    ['cancelled', 'CANCELLED', ['Emitted', 'Issued', 'CancelRequested', 'Cancelled'], 1],
    ['cancellation refused', 'ISSUED', ['Emitted', 'Issued', 'CancelRequested', 'CancelFailed'], 1],
    ['Simples Nacional, by law', 'ISSUED', ['Emitted', 'Issued'], 1],
    ['city not prepared, then decided', 'ISSUED', ['Emitted', 'Failed', 'RetryRequested', 'Issued'], 2],
    ['sent twice with one key', 'ISSUED', ['Emitted', 'Issued'], 1],
  ])('%s: ends %s with one note', (fate, status, events, posts) => {
    const invoice = told(fate);
    expect(invoice).toMatchObject({ status, chain: { intact: true }, authority: { posts } });
    expect(eventsOf(invoice)).toEqual(events);
    expect(invoice.authority.notes).toEqual([expect.objectContaining({ cancelled: status === 'CANCELLED' })]);
  });

  it('Simples Nacional, by law: goes past the system that its city has', () =>
    expect(told('Simples Nacional, by law').timeline[0]?.says).toContain('for the national system (simples-nacional)'));

  it('city not prepared, then decided: fails with advice, and its city takes it by the decision of an operator', () => {
    const { timeline, authority } = told('city not prepared, then decided');
    expect(timeline[1]?.says).toMatch(/E0037: .*route-decisions/);
    expect(timeline[2]?.says).toContain('for the city system (company-decision)');
    expect(authority.notes).toMatchObject([{ authority: 'city' }]);
  });

  it('authority down: waits, asks again, and ends ISSUED with one note', () => {
    const invoice = told('authority down');
    expect(invoice).toMatchObject({ status: 'ISSUED', chain: { intact: true } });
    expect(eventsOf(invoice)).toEqual(['Emitted', ...Array(invoice.attempts - 1).fill('SubmissionDeferred'), 'Issued']);
    expect(invoice.attempts).toBeGreaterThan(1);
    expect(invoice.authority.notes).toHaveLength(1);
  });

  it('sent twice with one key: the second answer is a replay of the first invoice', () =>
    expect(told('sent twice with one key').replay).toEqual({ replayed: true, sameInvoice: true }));
});
