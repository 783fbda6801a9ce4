import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type Commit, commitOf, START, tipAfter } from '../../src/events/commit.ts';
import { totalOf } from '../../src/events/emission.ts';
import { event, type NewEvent } from '../../src/events/event-types.ts';
import { type InvoiceId, invoiceIdFor } from '../../src/events/ids.ts';
import type { Cnpj } from '../../src/nfse/cnpj.ts';
import {
  cancelFailed,
  cancelled,
  cancelledUnsent,
  cancelRequested,
  deferred,
  emission,
  failed,
  issued,
  meta,
  rejection,
  retryRequested,
} from '../invoices.ts';

export const COMPANIES = ['11222333000181', '12345678000195', '77888999000181'] as const;
const MUNICIPALITIES = ['3106200', '3550308'];
const SERVICES = ['010101', '071001', '170101'];
export const FIRST_DAY = Date.parse('2026-10-01T03:00:00Z');
const DAY_MS = 86_400_000;

const refused = (code: string) => event('Failed', { error: { ...rejection, code }, attempt: 1 });

/** What happens to invoices after their emission; `Issued` gets a key of its own. */
const LIVES: readonly (readonly NewEvent[])[] = [
  [],
  [issued],
  [deferred, issued],
  [refused('E0240')],
  [refused('E0240'), retryRequested, issued],
  [failed, retryRequested, refused('E0014')],
  [issued, cancelRequested, cancelled],
  [issued, cancelRequested, cancelFailed],
  [issued, cancelRequested],
  [cancelRequested, cancelledUnsent],
];

export interface Told {
  readonly invoiceId: InvoiceId;
  readonly commits: readonly Commit[];
}

/** One invoice: who, where, when, what, for how much, and what became of it. `replaces` is the place of the note it replaces. */
const invoice = fc.record({
  company: fc.constantFrom(...COMPANIES),
  municipality: fc.constantFrom(...MUNICIPALITIES),
  service: fc.constantFrom(...SERVICES),
  life: fc.constantFrom(...LIVES),
  // Some in the last hours of a day in Brasília, which are the next one's in UTC.
  emittedAfterMs: fc.integer({ min: 0, max: 70 * DAY_MS }),
  pauseMs: fc.integer({ min: 1, max: 5_000 }),
  competence: fc.integer({ min: 0, max: 60 }),
  amount: fc.integer({ min: 100, max: 5_000_000 }),
  rate: fc.constantFrom(undefined, 200, 500),
  withheld: fc.boolean(),
  inss: fc.constantFrom(undefined, 1_000),
  irrf: fc.constantFrom(undefined, 150),
  csrf: fc.constantFrom(undefined, 465),
  number: fc.integer({ min: 1, max: 30 }),
  series: fc.constantFrom('1', '2'),
  replaces: fc.option(fc.nat({ max: 11 }), { nil: undefined, freq: 4 }),
});

/** Streams as the event store has them, of a dozen invoices that may share days, numbers and series. */
export const streams: fc.Arbitrary<readonly Told[]> = fc
  .tuple(fc.uuid(), fc.array(invoice, { minLength: 1, maxLength: 12 }))
  .map(([seed, invoices]) => invoices.map((one, place) => told(one, seed, place)));

const accessKeyOf = (seed: string, place: number) =>
  BigInt(`0x${createHash('sha256').update(`${seed} ${place}`).digest('hex')}`)
    .toString()
    .slice(0, 50);

function told(one: typeof invoice extends fc.Arbitrary<infer T> ? T : never, seed: string, place: number): Told {
  const invoiceId = invoiceIdFor(one.company as Cnpj, `${seed} ${place}`);
  const amounts = {
    service: one.amount,
    issWithheldBy: one.withheld && one.rate !== undefined ? ('CUSTOMER' as const) : ('NOBODY' as const),
    ...(one.rate === undefined ? {} : { issRateBasisPoints: one.rate }),
  };
  const emitted = event('Emitted', {
    ...emission,
    companyCnpj: one.company,
    municipalityCode: one.municipality,
    competenceDate: new Date(FIRST_DAY + one.competence * DAY_MS).toISOString().slice(0, 10),
    service: { ...emission.service, code: one.service },
    amounts,
    federalTaxes: { inssWithheld: one.inss, irrfWithheld: one.irrf, csrfWithheld: one.csrf },
    ...(one.replaces === undefined
      ? {}
      : { replaces: { accessKey: accessKeyOf(seed, one.replaces), reasonCode: '01' as const } }),
    requestId: `${seed} ${place}`,
    provider: 'national',
    route: { authority: 'national', rule: 'no-city-system' },
    dps: { series: one.series, number: one.number },
    total: totalOf(amounts),
    xmlKey: 'dps.xml',
  });
  const commits: Commit[] = [];
  for (const [step, happened] of [emitted, ...one.life].entries()) {
    const last = commits.at(-1);
    const own =
      happened.type === 'Issued'
        ? event('Issued', { ...happened.data, accessKey: accessKeyOf(seed, place) })
        : happened;
    commits.push(
      commitOf({
        invoiceId,
        tip: last ? tipAfter(last) : START,
        events: [own],
        meta,
        commitId: `${seed} ${place} ${step}`,
        at: new Date(FIRST_DAY + one.emittedAfterMs + step * one.pauseMs).toISOString(),
      }),
    );
  }
  return { invoiceId, commits };
}
