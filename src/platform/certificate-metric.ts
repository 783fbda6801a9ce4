import { logMetrics } from './metrics.ts';

const DAY_MS = 86_400_000;

/**
 * Whole days until a company's certificate ends, negative once it has. Without a dimension for the company, so that thousands of
 * them are one metric, whose minimum is what an alarm watches; the line itself says which company it was.
 */
export function noteCertificateAge(companyCnpj: string, validTo: Date, now: Date): void {
  const daysLeft = Math.floor((validTo.getTime() - now.getTime()) / DAY_MS);
  logMetrics({
    message: 'certificate',
    facts: { companyCnpj, validTo: validTo.toISOString() },
    metrics: { CertificateDaysLeft: [daysLeft, 'Count'] },
    at: now,
  });
}
