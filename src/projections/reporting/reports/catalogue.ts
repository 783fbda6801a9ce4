import { numbers } from './numbers.ts';
import { issueTimes, rejections } from './operations.ts';
import type { Report } from './report.ts';
import { federal, iss, services } from './taxes.ts';
import { totals } from './totals.ts';

/** Every report, in the order of the documentation. */
export const REPORTS: readonly Report[] = [totals, iss, federal, services, rejections, issueTimes, numbers];
