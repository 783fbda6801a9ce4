import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { invoiceId, newEmission } from '../../../test/invoices.ts';
import { auditFolder } from './audit-folder.ts';

const parent = mkdtempSync(path.join(tmpdir(), 'nfse-ledger-audit-folder-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(parent, 'audit-'));
});

const now = new Date('2026-12-01T01:00:00.000Z');
const open = (question = 'all', at = now, where: string | undefined = folder) =>
  auditFolder(where, { question, segments: 2, now: at });
const document = (day: string) => `dps-${day.replaceAll('-', '')}-${'x'.repeat(43)}.xml`;
const named = (day: string, id = invoiceId) => ({ invoiceId: id, version: 1, document: document(day) });
const PROGRESS = {
  after: { invoiceId, version: 2 },
  done: false,
  totals: { invoices: 1, commits: 2, firstDay: '2026-11-10' },
};
const FOUND = { invoiceId, findings: [{ kind: 'row-missing' as const, version: 2 }] };

describe('the folder of an audit', () => {
  it('has for the next run where the one before stood, and when the audit was begun', () => {
    const first = open();
    first.note(FOUND);
    first.noteUnavailable('no answer\nat all');
    first.awaited.add([named('2026-11-26'), named('2026-11-25'), named('2026-11-26', newEmission().invoiceId)]);
    first.journal.save(1, PROGRESS, [invoiceId]);

    const next = open('all', new Date('2026-12-02T01:00:00.000Z'));
    expect(next.startedAt).toEqual(now);
    expect(next.journal.segments).toEqual([{ done: false, totals: expect.anything() }, PROGRESS]);
    expect([...next.journal.met]).toEqual([invoiceId]);
    expect([next.earlierFindings, next.earlierUnavailable]).toEqual([[FOUND], 'no answer at all']);
    expect(next.awaited.days()).toEqual(['2026-11-25', '2026-11-26']);
    expect(next.awaited.on('2026-11-26')).toHaveLength(2);
    next.awaited.close('2026-11-26');
    expect(open().awaited.days()).toEqual(['2026-11-25']);
  });

  it('forgets a line that a killed process had only begun', () => {
    const first = open();
    first.note(FOUND);
    first.journal.save(0, PROGRESS, [invoiceId]);
    for (const name of ['met.txt', 'findings.ndjson']) appendFileSync(path.join(folder, name), '{"invoiceId":"inv_');
    const next = open();
    next.journal.save(0, PROGRESS, [invoiceId]);
    const { journal, earlierFindings } = open();
    expect([[...journal.met], earlierFindings]).toEqual([[invoiceId, invoiceId], [FOUND]]);
  });

  it('is empty when the audit came to its end', () => {
    const one = open();
    one.note(FOUND);
    one.awaited.add([named('2026-11-26')]);
    one.journal.save(0, PROGRESS, [invoiceId]);
    one.finish();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is no other audit’s, and has nobody else’s files', () => {
    open().journal.save(0, PROGRESS, []);
    expect(() => open('since 2026-11-01')).toThrow('outras opções');
    writeFileSync(path.join(folder, 'thesis.txt'), 'years of work');
    expect(() => open()).toThrow('thesis.txt');
  });

  it('is made where it is not there yet', () => {
    const deeper = path.join(folder, 'a', 'b');
    open('all', now, deeper).journal.save(0, PROGRESS, []);
    expect(existsSync(path.join(deeper, 'state.json'))).toBe(true);
  });
});
