import type { Route } from './routing/route.ts';
import type { Sale } from './sale.ts';
import { ibsCbsDutySince } from './tax/ibs-cbs-duty.ts';

/** What is accepted, and yet to be looked at by a person. The message is Portuguese, for the fiscal user. */
export interface Warning {
  /** JSON pointer into the emission request. */
  readonly pointer: string;
  readonly code: WarningCode;
  readonly message: string;
}

export const WARNING_CODES = ['ibs-cbs-missing', 'city-unprepared'] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

/** What a client should know of an accepted invoice before the authority has answered. */
export function warningsOf(
  sale: Sale,
  { cityUnprepared }: { readonly cityUnprepared?: Route['cityUnprepared'] | undefined },
): readonly Warning[] {
  return [ibsCbsMissing(sale), cityUnprepared && CITY_UNPREPARED].filter((warning) => warning !== undefined);
}

function ibsCbsMissing(sale: Sale): Warning | undefined {
  const since = sale.ibsCbs ? undefined : ibsCbsDutySince(sale);
  if (since === undefined) return undefined;
  const day = since.split('-').toReversed().join('/');
  return {
    pointer: '/ibsCbs',
    code: 'ibs-cbs-missing',
    message: `Desde ${day} a nota deste serviço deve informar o IBS e a CBS. A falta ainda não impede a autorização, mas é uma desconformidade: informe ibsCbs.`,
  };
}

const CITY_UNPREPARED: Warning = {
  pointer: '/municipalityCode',
  code: 'city-unprepared',
  message:
    'O município não consta como preparado para receber notas pelo emissor nacional, e a nota pode ser recusada. Se isso ocorrer, procure a prefeitura.',
};
