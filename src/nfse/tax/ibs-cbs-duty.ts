import type { Sale } from '../sale.ts';

/** From when on notes of an activity have to tell their IBS and CBS. The first row that fits counts. */
interface Duty {
  /** `YYYY-MM-DD`: competence date of the first service. */
  readonly from: string;
  /** Beginnings of the service codes; all services when left out. */
  readonly services?: readonly string[];
  /** Whether the row is of companies in the Simples Nacional (MEI included), or of all others. */
  readonly simples: boolean;
}

/**
 * Services of and through digital platforms are due from 2026-12-01, too; no member of an emission tells them from others.
 *
 * @source Ato Conjunto RFB/CGIBS 4/2026 of 2026-07-30
 */
const DUTIES: readonly Duty[] = [
  { simples: false, services: ['0103', '0105', '0109', '1601', '99'], from: '2026-12-01' },
  { simples: false, from: '2026-10-01' },
  { simples: true, from: '2027-01-01' },
];

/** Since when the sale's activity has to tell its IBS and CBS, where its competence is not earlier than that; `undefined` where it need not. */
export function ibsCbsDutySince({ issuer, service, competenceDate }: Sale): string | undefined {
  const simples = issuer.simplesNacional !== 'NONE';
  const duty = DUTIES.find(
    (row) => row.simples === simples && (row.services?.some((begin) => service.code.startsWith(begin)) ?? true),
  );
  return duty && competenceDate >= duty.from ? duty.from : undefined;
}
