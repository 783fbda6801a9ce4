import type { Route } from './routing/route.ts';
import type { Sale } from './sale.ts';
import { ibsCbsDutySince } from './tax/ibs-cbs-duty.ts';
import { rateStatement } from './tax/stated-rate.ts';

/** What is accepted, and yet to be looked at by a person. The message is Portuguese, for the fiscal user. */
export interface Warning {
  /** JSON pointer into the emission request. */
  readonly pointer: string;
  readonly code: WarningCode;
  readonly message: string;
}

export const WARNING_CODES = [
  'ibs-cbs-missing',
  'city-unprepared',
  'foreign-number-not-informed',
  'foreign-trade-missing',
  'iss-rate-left-out',
] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

/** What a client should know of an accepted invoice before the authority has answered. */
export function warningsOf(sale: Sale, { provider, cityUnprepared, rateLeftOut }: Way): readonly Warning[] {
  return [
    ibsCbsMissing(sale),
    cityUnprepared && CITY_UNPREPARED,
    ...numbersNotInformed(sale),
    ...(provider === 'national' ? aboutNationalLayout(sale, rateLeftOut) : []),
  ].filter((warning) => warning !== undefined);
}

/** Which way the invoice goes, as far as there are warnings about it. */
interface Way {
  /** The family of layouts that its document is of. */
  readonly provider?: string | undefined;
  readonly cityUnprepared?: Route['cityUnprepared'] | undefined;
  /** The document leaves the given rate out, for what was known of the municipality. */
  readonly rateLeftOut?: true | undefined;
}

function numbersNotInformed({ customer, intermediary, ibsCbs }: Sale): readonly Warning[] {
  const parties = { '/customer': customer, '/intermediary': intermediary, '/ibsCbs/recipient': ibsCbs?.recipient };
  return Object.entries(parties)
    .filter(([, party]) => party?.noNif === 'NOT_INFORMED')
    .map(([at]) => ({
      pointer: `${at}/noNif`,
      code: 'foreign-number-not-informed',
      message:
        'O número fiscal (NIF) de quem está no exterior não foi informado. Numa nota nova, informe nif, ou em noNif por que ele não existe (EXEMPT) ou não é exigido (NOT_REQUIRED).',
    }));
}

function aboutNationalLayout(sale: Sale, rateLeftOut = false): readonly (Warning | undefined)[] {
  const { service, amounts } = sale;
  const abroad = [sale.customer, sale.intermediary].some((party) => party?.foreignAddress !== undefined);
  return [
    abroad && !service.foreignTrade ? FOREIGN_TRADE_MISSING : undefined,
    rateLeftOut || (amounts.issRateBasisPoints !== undefined && rateStatement(sale) === 'omitted')
      ? RATE_LEFT_OUT
      : undefined,
  ];
}

const FOREIGN_TRADE_MISSING: Warning = {
  pointer: '/service/foreignTrade',
  code: 'foreign-trade-missing',
  message:
    'Para quem está no exterior o sistema nacional pode exigir os dados de comércio exterior (E0330, E0331). Se a nota for recusada, informe service.foreignTrade.',
};

const RATE_LEFT_OUT: Warning = {
  pointer: '/amounts/issRate',
  code: 'iss-rate-left-out',
  message:
    'A alíquota do ISS não foi escrita na nota: nesta operação o sistema nacional não a aceita, porque usa a que o município mantém, ou porque a nota não tem ISS a declarar.',
};

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
