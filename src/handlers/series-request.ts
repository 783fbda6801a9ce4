import type { DpsCounter } from '../commands/company-ports.ts';
import type { Cnpj } from '../nfse/cnpj.ts';
import { SERIES } from './emission-fields.ts';
import type { Call } from './lambda.ts';
import { Problem } from './problem.ts';

/** The series that the path names. @throws Problem 404 for text that is no series of own software */
export function seriesIn({ event }: Call): string {
  const series = event.pathParameters?.series ?? '';
  if (SERIES.test(series)) return series;
  throw new Problem({
    status: 404,
    code: 'series-not-found',
    title: 'Série não encontrada',
    detail: 'Não existe esta série de DPS. Use de 1 a 49999, sem zeros à esquerda.',
  });
}

/** A counter as the API gives it. A series that nothing was emitted in starts at 1. */
export async function seriesResource(numbers: DpsCounter, companyCnpj: Cnpj, series: string): Promise<object> {
  const { nextNumber, usedNumber } = await numbers.state(companyCnpj, series);
  return { companyCnpj, series, nextNumber, usedNumber, changes: await numbers.changes(companyCnpj, series) };
}
