import type { XmlElement } from '../xml.ts';
import { brokenRules, everywhere, type Part, type Rule, type RuleProblem, registrationRule, rule } from './rules.ts';
import { signatureProblems } from './signature-rules.ts';

const DOCUMENT_RULES: readonly Rule[] = [
  registrationRule('registration', 'Cnpj', 'CNPJ'),
  registrationRule('registration', 'Cpf', 'CPF'),
];

const BATCH_RULES: readonly Rule[] = [
  rule(
    'E69',
    'QuantidadeRps',
    (batch) => Number(batch.text('QuantidadeRps')) !== (batch.child('ListaRps')?.all('Rps').length ?? 0),
    'A quantidade informada não é a de RPS no lote.',
  ),
  rule(
    'batch-id',
    '@Id',
    (batch) => /^\d/.test(batch.text('@Id') ?? ''),
    'O identificador não pode começar por um dígito.',
  ),
];

const SERVICE_RULES: readonly Rule[] = [
  rule(
    'withholding-party',
    'ResponsavelRetencao',
    (service) => service.text('IssRetido') === '2' && service.has('ResponsavelRetencao'),
    'Só há responsável pela retenção quando o ISS é retido (IssRetido 1).',
  ),
  rule(
    'process-number',
    'NumeroProcesso',
    (service) => ['6', '7'].includes(service.text('ExigibilidadeISS') ?? '') && !service.has('NumeroProcesso'),
    'Com a exigibilidade suspensa o número do processo é obrigatório.',
  ),
  rule(
    'E227',
    'Valores/Aliquota',
    // Model 2 writes a percentage; 1.00, which has no ExigibilidadeISS, a fraction.
    (service) => service.has('ExigibilidadeISS') && (service.money('Valores/Aliquota') ?? 0) > 500,
    'A alíquota do ISS não passa de 5%.',
  ),
  rule(
    'discounts',
    'Valores/ValorServicos',
    (service) => {
      const gross = service.money('Valores/ValorServicos');
      const taken = ['ValorDeducoes', 'DescontoIncondicionado', 'DescontoCondicionado'];
      return gross !== undefined && taken.reduce((sum, name) => sum + amount(service, name), 0) > gross;
    },
    'Os descontos e as deduções somam mais que o valor do serviço.',
  ),
];

const DECLARATION_RULES: readonly Rule[] = [
  rule(
    'E2',
    'Competencia',
    (info) => (info.text('Competencia') ?? '').slice(0, 7) > (info.text('Rps/DataEmissao') ?? '~').slice(0, 7),
    'O mês da competência não pode ser depois do mês da emissão.',
  ),
  rule(
    'E52',
    'TomadorServico',
    (info) => {
      const customer = info.text('TomadorServico/IdentificacaoTomador/CpfCnpj/Cnpj');
      return customer !== undefined && customer === info.text('Prestador/CpfCnpj/Cnpj');
    },
    'O tomador não pode ser o próprio prestador.',
  ),
];

function amount(service: Part, name: string): number {
  return service.money(`Valores/${name}`) ?? 0;
}

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  CpfCnpj: DOCUMENT_RULES,
  // 1.00 has the provider's CNPJ directly in what is his.
  Prestador: DOCUMENT_RULES,
  IdentificacaoPrestador: DOCUMENT_RULES,
  IdentificacaoNfse: DOCUMENT_RULES,
  LoteRps: [...DOCUMENT_RULES, ...BATCH_RULES],
  Servico: SERVICE_RULES,
  InfDeclaracaoPrestacaoServico: DECLARATION_RULES,
};

/** Every rule broken anywhere in a message of the ABRASF models. */
export function abrasfRuleProblems(root: XmlElement): readonly RuleProblem[] {
  const broken = Object.entries(RULES).flatMap(([name, rules]) =>
    everywhere(root, name).flatMap(([element, path]) => brokenRules(rules, element, path)),
  );
  return [...broken, ...signatureProblems(root)].sort((one, other) => one.at - other.at);
}
