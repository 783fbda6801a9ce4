import { all, at, localName, textOf } from '../../../src/nfse/abrasf/elements.ts';
import { rpsFacts } from '../../../src/nfse/abrasf/read-rps.ts';
import { parseCnpj } from '../../../src/nfse/cnpj.ts';
import { parseCpf } from '../../../src/nfse/cpf.ts';
import type { Dialect } from '../../../src/nfse/municipality-profiles/schema.ts';
import { DocumentError } from '../../../src/nfse/national/read-documents.ts';
import type { XmlElement } from '../../../src/nfse/xml.ts';

/** Checks that belong to other parts of the project, handed in where they are at hand. */
export interface HandedInChecks {
  /** What the layout has against a message; nothing when it is right. Answered with E160. */
  readonly layout?: (root: XmlElement, dialect: Dialect) => readonly string[];
  /** Whether every element that the city wants signed is, rightly. Answered with E172. */
  readonly signature?: (xml: string, dialect: Dialect) => boolean;
}

/**
 * The rules of a city hall that need no register.
 *
 * @param declaration `InfDeclaracaoPrestacaoServico` or `InfRps`
 * @param today `YYYY-MM-DD` in the city
 * @returns the code of every rule broken
 */
export function faultsOf(declaration: XmlElement, today: string): readonly string[] {
  let facts: ReturnType<typeof rpsFacts>;
  try {
    facts = rpsFacts(declaration);
  } catch (error) {
    if (error instanceof DocumentError) return ['E160'];
    throw error;
  }
  const { customerDocument: customer, companyCnpj } = facts;
  const amount = (name: string) => Number(textOf(declaration, name) ?? '0');
  const discounts = amount('DescontoIncondicionado') + amount('DescontoCondicionado');
  const rate = amount('Aliquota') * (localName(declaration) === 'InfRps' ? 100 : 1);
  const service = at(declaration, 'Servico');
  const rules: readonly (readonly [broken: boolean, code: string])[] = [
    [parseCnpj(companyCnpj) === undefined, 'E44'],
    [!/^\d{1,15}$/.test(facts.number), 'E90'],
    [facts.series.length > 5, 'E93'],
    [facts.issuedAt.slice(0, 10) > today, 'E16'],
    [(textOf(declaration, 'Competencia') ?? '').slice(0, 7) > today.slice(0, 7), 'E2'],
    [facts.amount === 0, 'E18'],
    [amount('ValorDeducoes') > amount('ValorServicos'), 'E19'],
    [discounts > amount('ValorServicos'), 'E21'],
    [facts.serviceItem === undefined, 'E31'],
    [!textOf(service, 'Discriminacao'), 'E41'],
    [!/^\d{7}$/.test(textOf(service, 'CodigoMunicipio') ?? ''), 'E42'],
    [customer?.length === 14 && parseCnpj(customer) === undefined, 'E47'],
    [customer?.length === 11 && parseCpf(customer) === undefined, 'E47'],
    [customer === undefined && textOf(declaration, 'IssRetido') === '1', 'E48'],
    [customer === companyCnpj, 'E52'],
    [textOf(declaration, 'Aliquota') !== undefined && (rate < 2 || rate > 5), 'E227'],
  ];
  return [...new Set(rules.filter(([broken]) => broken).map(([, code]) => code))];
}

/** The declarations in a message, whatever it wraps them in. */
export function declarationsIn(root: XmlElement): readonly XmlElement[] {
  return all(root, 'InfDeclaracaoPrestacaoServico', 'InfRps');
}
