import type { Sale, SaleParty } from '../sale.ts';
import type { BrokenRule } from './broken-rules.ts';
import { RULE_TEXTS } from './rule-texts.ts';

type ReplacementCode = Extract<keyof typeof RULE_TEXTS, `replacement-${string}`>;
type Verdict = readonly [broken: boolean, pointer: string, code: ReplacementCode, advice?: string];

/**
 * What a replacement changes of the replaced sale that the national system requires to stay the same. Outside Simples Nacional
 * these are competence, service and place (E0060); inside it and for a MEI competence, identified customer and price (E0061).
 * Between the two (reasons 01 and 02) only the competence, common to both rules, is certain.
 *
 * @returns nothing when the replacement is allowed; pointers are JSON pointers into the emission request
 * @source NFS-e national layout 1.01, business rules E0060 and E0061
 */
export function brokenReplacementRules(sale: Sale, replaced: Sale): readonly BrokenRule[] {
  const { competenceDate } = replaced;
  const dateAdvice = `Informe competenceDate "${competenceDate}", ou omita o campo.`;
  const verdicts: readonly Verdict[] = [
    [sale.competenceDate !== competenceDate, '/competenceDate', 'replacement-competence', dateAdvice],
    ...(isInSimples(sale) === isInSimples(replaced) ? aboutParts(sale, replaced) : []),
  ];
  return verdicts
    .filter(([broken]) => broken)
    .map(([, pointer, code, advice]) => ({ pointer, code, ...RULE_TEXTS[code], ...(advice && { howToFix: advice }) }));
}

function aboutParts(sale: Sale, replaced: Sale): readonly Verdict[] {
  const { service, amounts, customer } = sale;
  const before = replaced.service;
  if (isInSimples(sale)) {
    const identity = identityOf(replaced.customer);
    return [
      [identity !== undefined && identityOf(customer) !== identity, '/customer', 'replacement-customer'],
      [amounts.service !== replaced.amounts.service, '/amounts/service', 'replacement-amount'],
    ];
  }
  return [
    [service.code !== before.code, '/service/code', 'replacement-service'],
    [service.municipalCode !== before.municipalCode, '/service/municipalCode', 'replacement-service'],
    service.country === undefined && before.country === undefined
      ? [service.municipalityCode !== before.municipalityCode, '/service/municipalityCode', 'replacement-place']
      : [service.country !== before.country, '/service/country', 'replacement-place'],
  ];
}

const isInSimples = ({ issuer }: Sale): boolean => issuer.simplesNacional !== 'NONE';

/** The number that identifies a party, in Brazil or abroad; `undefined` where it has none. */
const identityOf = (party: SaleParty | undefined): string | undefined => party?.cnpj ?? party?.cpf ?? party?.nif;
