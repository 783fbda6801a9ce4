import { liveOutage } from '../faults/outage.ts';
import type { Report } from './report.ts';
import type { ScenarioOptions } from './scenario.ts';

export const title = 'a city hall down for a week, less an hour, with 20,000 invoices waiting, on a virtual clock';

const INVOICES = 20_000;
const OF_A_COMPANY = 500;
const HOURS = 167;
const PER_SECOND = 10;
/** A few ask first, and go when they may: they have no part in the order. */
const MOST_PROBES = 10;

/** In memory, with the code that decides: after a whole week the service gives up and says what to do, so it is an hour less. */
export async function run({ invoices = INVOICES, progress }: ScenarioOptions): Promise<Report> {
  const companies = Math.max(4, Math.round(invoices / OF_A_COMPANY));
  const outage = await liveOutage({
    invoices,
    companies,
    hours: HOURS,
    perSecond: PER_SECOND,
    newcomers: true,
    progress,
  });
  const most = 4 * PER_SECOND;
  return {
    summary: `${invoices} invoices of ${companies} companies, down for ${HOURS} hours, ${PER_SECOND} a second when it is back`,
    figures: [
      ['calls while it was down', String(outage.callsWhileDown)],
      ['commits of an invoice', outage.eventsOfAnInvoice.toFixed(1)],
      [
        'drained after',
        `${Math.round(outage.drainMinutes)} min; the rate alone needs ${Math.round(invoices / PER_SECOND / 60)}`,
      ],
    ],
    promises: [
      {
        promise: 'none is lost, and each is issued once',
        kept: outage.issued === outage.accepted && outage.flawed.length === 0,
        seen: `${outage.issued} of ${outage.accepted} issued, with those that came when it was back${outage.flawed
          .map((id) => `, ${id} is not in order`)
          .slice(0, 3)
          .join('')}`,
      },
      {
        promise: 'the backlog comes back in order, company by company',
        kept: outage.outOfOrder <= MOST_PROBES,
        seen: `${outage.outOfOrder} of ${invoices} were sent after a later one of their company; those that find out that it is back may be`,
      },
      {
        promise: 'no receive is spent on waiting',
        kept: outage.mostReceives === 1 && outage.mostReceivesWhileDown <= 2 && outage.dead === 0,
        seen: `receives of a message, at the most: ${outage.mostReceivesWhileDown} until the breaker opened, ${outage.mostReceives} since it is back; ${outage.dead} dead letters`,
      },
      {
        promise: 'no stampede when it is back',
        kept: outage.mostCallsInASecond <= most,
        seen: `${outage.mostCallsInASecond} calls in the busiest second, ${most} are allowed (a look-up and a declaration each, and the bucket)`,
      },
    ],
  };
}
