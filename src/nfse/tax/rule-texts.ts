/** What happened and what to do about it, for the fiscal user, in Portuguese; and who says so. */
export interface RuleText {
  readonly message: string;
  readonly howToFix: string;
  /** Code of the national catalogue by which the authority would refuse, or the law. */
  readonly source: string;
}

const text = (source: string, message: string, howToFix: string): RuleText => ({ source, message, howToFix });

/** Advice for a replacement that changes what it must keep. */
const keep = (part: string) =>
  `Mantenha ${part} da nota substituída. Para mudar isso, cancele aquela nota e emita outra, sem replaces.`;

/** The rules that can be judged without asking anybody, by the code the API answers with. */
export const RULE_TEXTS = {
  'unknown-service': text(
    'E0310',
    'Este código não existe na lista nacional de serviços.',
    'Confira os 6 dígitos (item, subitem e desdobro) na lista nacional.',
  ),
  'not-taxed-service': text(
    'E0532',
    'Este serviço não está sujeito ao ISS.',
    'Informe iss.taxation "NOT_SUBJECT" para este código de serviço.',
  ),
  'discount-too-large': text(
    'E0431, E0432',
    'Os descontos alcançam ou passam o valor do serviço.',
    'Reduza os descontos.',
  ),
  'nothing-left-to-tax': text(
    'E0427',
    'Descontos, deduções e benefício passam o valor do serviço.',
    'Reduza a dedução ou o desconto.',
  ),
  'deduction-kind': text(
    'E0468, E0470',
    'A descrição da dedução acompanha o tipo 99 (outras), e só ele.',
    'Informe otherKind com o tipo 99, e retire-o dos outros tipos.',
  ),
  'deduction-above': text(
    'E0474, E0476',
    'A dedução passa o valor que o documento permite deduzir.',
    'Informe em deduction até o valor de deductible.',
  ),
  'negative-net': text(
    'E0428',
    'O valor líquido ficaria negativo: descontos e retenções passam o valor do serviço.',
    'Confira as retenções e os descontos.',
  ),
  'iss-rate': text(
    'E0595, E0621, E0628; LC 116/2003, arts. 8 e 8-A',
    'A alíquota do ISS deve estar entre 2% e 5%; a efetiva do Simples Nacional, com ISS retido, entre 1,80% e 5%.',
    'Informe o percentual com duas casas, de "2.00" a "5.00", ou de "1.80" no Simples Nacional com ISS retido.',
  ),
  'iss-rate-required': text(
    'E0619, E0621, E0640',
    'Neste caso a alíquota do ISS é obrigatória.',
    'Informe amounts.issRate: no Simples Nacional, a alíquota efetiva do ISS da sua faixa; fora dele, a do município.',
  ),
  'rate-without-iss': text(
    'ABRASF, Aliquota',
    'Nesta operação a nota não tem ISS a declarar, e por isso não tem alíquota.',
    'Retire amounts.issRate, ou corrija iss, issuer.specialRegime ou issuer.simplesNacional.',
  ),
  'rate-elsewhere': text(
    'ABRASF, Aliquota e MunicipioIncidencia',
    'O ISS é devido em outro município, cuja alíquota a prefeitura que emite a nota não conhece.',
    'Informe em amounts.issRate a alíquota do município onde o ISS é devido.',
  ),
  'exemption-is-a-benefit': text(
    'leiaute nacional, tribISSQN e BM',
    'No sistema nacional a isenção não é um tipo de tributação.',
    'Retire iss.taxation e informe em iss.benefit o número do benefício que o município concedeu.',
  ),
  'benefit-without-iss': text(
    'ABRASF, ValorDeducoes',
    'A nota não tem ISS a declarar, e por isso não há base que o benefício reduza.',
    'Retire a redução (o número do benefício pode ficar), ou corrija iss ou issuer.',
  ),
  'effective-rate': text(
    'E0429, E0430',
    'As reduções levam o ISS a menos do mínimo (2% do valor do serviço; 1,80% no Simples Nacional com ISS retido).',
    'Reduza o desconto incondicionado, a dedução ou o benefício, ou confira a alíquota.',
  ),
  'withholding-mei': text('E0583', 'O ISS de MEI não pode ser retido.', 'Use amounts.issWithheldBy "NOBODY".'),
  'withholding-not-taxed': text(
    'E0580',
    'Não há retenção de ISS em imunidade, exportação ou não incidência.',
    'Use amounts.issWithheldBy "NOBODY", ou corrija iss.taxation.',
  ),
  'withholding-special-regime': text(
    'E0588',
    'Não há retenção de ISS em regime especial de tributação.',
    'Use amounts.issWithheldBy "NOBODY", ou retire o regime especial.',
  ),
  'withholding-suspended': text(
    'E0589',
    'Não há retenção de ISS com a exigibilidade suspensa.',
    'Use amounts.issWithheldBy "NOBODY", ou retire iss.suspension.',
  ),
  'withholding-service': text(
    'LC 116/2003',
    'O ISS deste serviço não pode ser retido.',
    'Use amounts.issWithheldBy "NOBODY".',
  ),
  'withholder-missing': text(
    'E0204',
    'O ISS é retido por quem não está identificado.',
    'Identifique quem retém (customer ou intermediary), ou use amounts.issWithheldBy "NOBODY".',
  ),
  'withholder-address': text(
    'E0237',
    'O endereço no Brasil do tomador é obrigatório quando ele retém o ISS.',
    'Informe customer.address.',
  ),
  'customer-address': text(
    'E0234',
    'O ISS deste serviço é devido no município do tomador, cujo endereço falta.',
    'Informe customer.address.',
  ),
  'customer-is-issuer': text('E0202', 'O tomador é o próprio prestador.', 'Confira o CNPJ do tomador.'),
  'foreign-address': text(
    'E0242',
    'Quem é identificado por número estrangeiro (NIF) precisa de endereço no exterior.',
    'Informe foreignAddress no lugar de address.',
  ),
  'simples-regime': text(
    'E0162',
    'O regime de apuração do Simples só vale para ME/EPP.',
    'Retire issuer.simplesRegime, ou corrija issuer.simplesNacional.',
  ),
  'special-regime-not-taxed': text(
    'E0172',
    'Regime especial só com operação tributável.',
    'Retire issuer.specialRegime, ou corrija iss.taxation.',
  ),
  'special-regime-mei': text('E0174', 'MEI não tem regime especial de tributação.', 'Retire issuer.specialRegime.'),
  'special-regime-simples': text(
    'E0175',
    'Não há regime especial com o ISS apurado dentro do Simples Nacional.',
    'Retire issuer.specialRegime, ou informe issuer.simplesRegime.',
  ),
  'special-regime-elsewhere': text(
    'E0176',
    'Com ISS devido em outro município, o único regime especial aceito é o de profissional autônomo.',
    'Retire issuer.specialRegime.',
  ),
  'immunity-kind': text(
    'E0592',
    'O tipo de imunidade é obrigatório em operação imune, e proibido nas outras.',
    'Informe iss.immunity junto com iss.taxation "IMMUNE", ou retire os dois.',
  ),
  'result-country': text(
    'E0590',
    'Exportação de serviço exige o país do resultado; fora dela ele não é aceito.',
    'Informe iss.resultCountry (ou service.country) com iss.taxation "EXPORT".',
  ),
  'foreign-trade-missing': text(
    'E0330',
    'Exportação de serviço exige os dados de comércio exterior.',
    'Informe service.foreignTrade.',
  ),
  'foreign-trade-abroad': text(
    'E0330, E0331',
    'Serviço prestado no exterior, ou para quem está no exterior, exige os dados de comércio exterior.',
    'Informe service.foreignTrade, também quando a operação é tributável.',
  ),
  currency: text(
    'leiaute nacional, tpMoeda',
    'A moeda está pelo número da ISO 4217, e não pelo código do Banco Central.',
    'Use o código do Banco Central: "220" é o dólar dos Estados Unidos.',
  ),
  'nbs-for-export': text('E0318', 'Exportação de serviço exige o código NBS.', 'Informe service.nbsCode.'),
  'nbs-for-ibs-cbs': text('E0322', 'O grupo de IBS e CBS exige o código NBS.', 'Informe service.nbsCode.'),
  'work-missing': text('E0370', 'Este serviço exige os dados da obra.', 'Informe service.work.'),
  'work-forbidden': text('E0372', 'Este serviço não aceita dados de obra.', 'Retire service.work.'),
  'event-missing': text('E0390', 'Este serviço exige os dados do evento.', 'Informe service.event.'),
  'event-forbidden': text('E0392', 'Este serviço não aceita dados de evento.', 'Retire service.event.'),
  'event-dates': text('leiaute nacional', 'O evento termina antes de começar.', 'Corrija as datas do evento.'),
  'deduction-not-taxed': text(
    'E0435',
    'Não há dedução em imunidade, exportação ou não incidência.',
    'Retire a dedução, ou corrija iss.taxation.',
  ),
  'deduction-mei': text('E0436', 'MEI não tem dedução da base do ISS.', 'Retire a dedução.'),
  'deduction-special-regime': text(
    'E0438',
    'Não há dedução em regime especial de tributação.',
    'Retire a dedução, ou o regime especial.',
  ),
  'federal-taxes-mei': text('E0676', 'MEI não informa tributos federais.', 'Retire federalTaxes.'),
  'federal-withholding-simples': text(
    'IN RFB 459/2004, art. 3; LC 123/2006, art. 13',
    'Não há retenção de IRRF, PIS, COFINS e CSLL de optante pelo Simples Nacional.',
    'Retire a retenção, ou corrija o regime.',
  ),
  'withheld-too-large': text(
    'E0699, E0700, E0701',
    'A retenção alcança ou passa o valor do serviço.',
    'Confira o valor retido.',
  ),
  'csrf-missing': text(
    'leiaute nacional, tpRetPisCofins e vRetCSLL',
    'O valor retido e as contribuições retidas não combinam.',
    'Informe federalTaxes.csrfWithheld quando há contribuição retida, e só então.',
  ),
  'contribution-base': text(
    'E0678, E0684, E0690',
    'Este CST de PIS/COFINS exige base e alíquotas.',
    'Informe base, pisRate e cofinsRate.',
  ),
  'contribution-base-forbidden': text(
    'E0682',
    'Este CST de PIS/COFINS não aceita base, alíquotas nem valores.',
    'Retire base, pisRate, cofinsRate, pis e cofins, ou corrija o CST.',
  ),
  'contribution-base-too-large': text(
    'E0677',
    'A base de PIS/COFINS passa o valor do serviço.',
    'Confira a base de cálculo.',
  ),
  'contribution-amount': text(
    'E0694, E0696',
    'O valor difere da base multiplicada pela alíquota em mais de um centavo.',
    'Corrija o valor, ou deixe de informá-lo: ele é calculado.',
  ),
  'approximate-taxes': text(
    'E0713',
    'O percentual do Simples Nacional só vale para ME/EPP.',
    'Informe os valores ou os percentuais das três esferas.',
  ),
  'classification-of-cst': text(
    'leiaute nacional, cClassTrib',
    'A classificação tributária não é deste CST.',
    'Use uma classificação cujos três primeiros dígitos são os do CST.',
  ),
  'ibs-cbs-too-early': text(
    'LC 214/2025',
    'O grupo de IBS e CBS só existe para competências a partir de 2026.',
    'Retire ibsCbs.',
  ),
  'replacement-reason': text(
    'E0078',
    'O motivo 99 exige a descrição do motivo.',
    'Informe replaces.reason com 15 a 255 caracteres.',
  ),
  'replacement-competence': text('E0060, E0061', 'A substituição não pode mudar a competência.', keep('a competência')),
  'replacement-service': text(
    'E0060',
    'Fora do Simples Nacional, a substituição não pode mudar o código do serviço.',
    keep('o código'),
  ),
  'replacement-place': text(
    'E0060',
    'Fora do Simples Nacional, a substituição não pode mudar o local da prestação.',
    keep('o local'),
  ),
  'replacement-customer': text(
    'E0061',
    'No Simples Nacional, a substituição não pode mudar o tomador identificado.',
    keep('o documento do tomador'),
  ),
  'replacement-amount': text(
    'E0061',
    'No Simples Nacional, a substituição não pode mudar o valor do serviço.',
    keep('o valor'),
  ),
} as const satisfies Readonly<Record<string, RuleText>>;

export type RuleCode = keyof typeof RULE_TEXTS;
