import { read } from '../../src/events/event-store.ts';
import type { LivingInvoice } from '../../src/events/invoice.ts';
import { upcast } from '../../src/events/upcasters.ts';
import { issDueTo } from '../../src/nfse/tax/iss.ts';
import { workOut } from '../../src/nfse/tax/work-out.ts';
import type { ReportRow, ReportScope } from '../../src/projections/reporting/reports/report.ts';
import type { Told } from './stories.ts';

// Every report once more, from the events alone and as plainly as can be: loops over everything, no index, no window.

type Row = Record<string, string | number | null>;

interface Fact {
  readonly invoice: LivingInvoice;
  readonly events: readonly ReturnType<typeof upcast>[];
  readonly day: string;
}

const dayIn = (at: string) => new Date(Date.parse(at) - 3 * 3_600_000).toISOString().slice(0, 10);
const within = (day: string, { from, to }: ReportScope) => day >= from && day <= to;
const sum = <Item>(items: readonly Item[], of: (item: Item) => number) =>
  items.reduce((all, item) => all + of(item), 0);

function factsOf(streams: readonly Told[], { companies }: ReportScope): Fact[] {
  return streams.flatMap(({ invoiceId, commits }) => {
    const { invoice } = read(invoiceId, commits);
    if (invoice.status === 'NONE' || (companies !== '*' && !companies.includes(invoice.companyCnpj))) return [];
    return [{ invoice, events: commits.flatMap(({ events }) => events.map(upcast)), day: dayIn(invoice.createdAt) }];
  });
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => Row): [Row, Item[]][] {
  const groups = new Map<string, [Row, Item[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(JSON.stringify(key)) ?? [key, []];
    group[1].push(item);
    groups.set(JSON.stringify(key), group);
  }
  return [...groups.values()];
}

/** Valid notes of the period: with a note, not cancelled, and not replaced by another note of their company. */
function standing(all: readonly Fact[], mine: readonly Fact[], scope: ReportScope): Fact[] {
  const replaced = new Set(
    all.flatMap(({ invoice }) =>
      invoice.note && invoice.replaces ? [`${invoice.companyCnpj} ${invoice.replaces.accessKey}`] : [],
    ),
  );
  return mine.filter(
    ({ invoice }) =>
      invoice.note &&
      invoice.status !== 'CANCELLED' &&
      !replaced.has(`${invoice.companyCnpj} ${invoice.note.accessKey}`) &&
      within(invoice.competenceDate, scope),
  );
}

export function naiveReport(name: string, streams: readonly Told[], scope: ReportScope): ReportRow[] {
  const all = factsOf(streams, { ...scope, companies: '*' });
  const mine = factsOf(streams, scope);
  const emitted = mine.filter(({ day }) => within(day, scope));
  const valid = standing(all, mine, scope);
  switch (name) {
    case 'totals':
      return grouped(emitted, ({ invoice, day }) => {
        const of = {
          company: invoice.companyCnpj,
          day,
          municipality: invoice.municipalityCode,
          status: invoice.status,
        };
        const named = { company: 'companyCnpj', day: 'day', municipality: 'municipalityCode', status: 'status' };
        return Object.fromEntries(scope.by.map((grouping) => [named[grouping], of[grouping]]));
      }).map(([key, facts]) => ({
        ...key,
        invoices: facts.length,
        service: sum(facts, ({ invoice }) => invoice.amounts.service),
        total: sum(facts, ({ invoice }) => invoice.total),
      }));
    case 'iss':
      return grouped(valid, ({ invoice }) => ({
        companyCnpj: invoice.companyCnpj,
        competence: invoice.competenceDate.slice(0, 7),
        municipalityCode: issDueTo(invoice) ?? null,
      })).map(([key, facts]) => {
        const figures = facts.map(({ invoice }) => workOut(invoice));
        const iss = sum(figures, (one) => one.iss ?? 0);
        const issWithheld = sum(figures, (one) => (one.iss === undefined ? 0 : (one.issWithheld ?? 0)));
        return {
          ...key,
          invoices: facts.length,
          issBase: sum(figures, (one) => one.issBase ?? 0),
          iss,
          issWithheld,
          issDue: iss - issWithheld,
          unknownRate: figures.filter((one) => one.issBase !== undefined && one.iss === undefined).length,
        };
      });
    case 'federal':
      return grouped(
        valid.filter(({ invoice }) => workOut(invoice).federallyWithheld > 0),
        ({ invoice }) => ({ companyCnpj: invoice.companyCnpj, competence: invoice.competenceDate.slice(0, 7) }),
      ).map(([key, facts]) => {
        const taxes = facts.map(({ invoice }) => invoice.federalTaxes ?? {});
        const [inss, irrf, csrf] = [
          sum(taxes, (one) => one.inssWithheld ?? 0),
          sum(taxes, (one) => one.irrfWithheld ?? 0),
          sum(taxes, (one) => one.csrfWithheld ?? 0),
        ];
        return {
          ...key,
          invoices: facts.length,
          inssWithheld: inss,
          irrfWithheld: irrf,
          csrfWithheld: csrf,
          federallyWithheld: inss + irrf + csrf,
        };
      });
    case 'services':
      return grouped(valid, ({ invoice }) => ({ serviceCode: invoice.service.code })).map(([key, facts]) => ({
        ...key,
        invoices: facts.length,
        service: sum(facts, ({ invoice }) => invoice.amounts.service),
        total: sum(facts, ({ invoice }) => invoice.total),
        iss: sum(facts, ({ invoice }) => workOut(invoice).iss ?? 0),
      }));
    case 'rejections':
      return rejections(mine, scope);
    case 'issue-times':
      return issueTimes(emitted);
    case 'numbers':
      return numbers(mine, scope);
    default:
      throw new Error(`No report ${name}`);
  }
}

function rejections(mine: readonly Fact[], scope: ReportScope): Row[] {
  const refusals = mine.flatMap(({ invoice, events }) =>
    events.flatMap((event) =>
      (event.type === 'Failed' || event.type === 'CancelFailed') && within(dayIn(event.at), scope)
        ? [{ id: invoice.id, at: event.at, code: event.data.error.code, type: event.type }]
        : [],
    ),
  );
  return grouped(refusals, ({ code, type }) => ({ code, what: type === 'Failed' ? 'EMISSION' : 'CANCELLATION' })).map(
    ([key, list]) => ({
      ...key,
      rejections: list.length,
      invoices: new Set(list.map(({ id }) => id)).size,
      first: list.map(({ at }) => at).sort()[0] ?? null,
      last:
        list
          .map(({ at }) => at)
          .sort()
          .at(-1) ?? null,
    }),
  );
}

function issueTimes(emitted: readonly Fact[]): Row[] {
  const times = emitted.flatMap(({ invoice, events }) => {
    const issuedAt = events.find(({ type }) => type === 'Issued')?.at;
    return issuedAt === undefined ? [] : [{ invoice, ms: Date.parse(issuedAt) - Date.parse(invoice.createdAt) }];
  });
  return grouped(times, ({ invoice }) => ({
    municipalityCode: invoice.municipalityCode,
    provider: invoice.provider,
  })).map(([key, list]) => {
    const sorted = list.map(({ ms }) => ms).sort((a, b) => a - b);
    const at = (percent: number) => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? null;
    return {
      ...key,
      invoices: list.length,
      p50: at(50),
      p90: at(90),
      p95: at(95),
      p99: at(99),
      max: sorted.at(-1) ?? null,
    };
  });
}

const REASONS: Readonly<Record<string, string>> = { FAILED: 'REFUSED', CANCELLED: 'CANCELLED_UNSENT' };

function numbers(mine: readonly Fact[], scope: ReportScope): Row[] {
  const rows: Row[] = [];
  for (const series of new Set(mine.map(({ invoice }) => invoice.dps.series))) {
    if (scope.series !== undefined && series !== scope.series) continue;
    const ofSeries = mine.filter(({ invoice }) => invoice.dps.series === series);
    const used = ofSeries.filter(({ day }) => within(day, scope)).map(({ invoice }) => invoice.dps.number);
    let open: Row | undefined;
    for (let number = Math.min(...used); number <= Math.max(...used); number++) {
      const gap = gapAt(number, ofSeries);
      if (gap && open && open.reason === gap.reason && open.code === gap.code && open.last === number - 1) {
        open.last = number;
        open.numbers = Number(open.numbers) + 1;
        continue;
      }
      open = gap && { series, first: number, last: number, numbers: 1, ...gap };
      if (open) rows.push(open);
    }
  }
  return rows;
}

/** Why a number has no note, by the invoice that was changed last; `undefined` when it has one. */
function gapAt(number: number, ofSeries: readonly Fact[]): { reason: string; code: string | null } | undefined {
  const under = ofSeries.filter(({ invoice }) => invoice.dps.number === number);
  if (under.some(({ invoice }) => invoice.note)) return undefined;
  const [last] = under.sort(
    (a, b) => b.invoice.updatedAt.localeCompare(a.invoice.updatedAt) || a.invoice.id.localeCompare(b.invoice.id),
  );
  if (!last) return { reason: 'NEVER_USED', code: null };
  const { status, error } = last.invoice;
  return { reason: REASONS[status] ?? 'WAITING', code: status === 'FAILED' ? (error?.code ?? null) : null };
}
