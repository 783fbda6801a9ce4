import type { Explanation } from '../rejections/catalogue.ts';

/** The law sends the company to the national system, and its city has not prepared it: nothing in the invoice is wrong. */
const CITY_UNPREPARED =
  'Peça à prefeitura que libere o emissor nacional para os contribuintes do município e depois reenvie a nota. Se o sistema próprio do município ainda aceitar a empresa, um operador pode registrar essa decisão (POST /companies/{cnpj}/route-decisions, authority "city") e reenviar a nota.';

/** A replacement that changes what it must keep. */
const KEEP_REPLACED =
  'Mantenha esses campos iguais aos da nota substituída; para mudá-los, cancele aquela nota e emita outra.';

/** The service is confirmed, which only the city can undo. */
const AFTER_CONFIRMATION =
  'Peça à prefeitura o cancelamento daquela nota por análise fiscal. Depois dele, reenvie esta nota sem replaces.';

/**
 * Explanations in our own words of the codes a user is most likely to meet. The authority's text is kept beside it as the
 * source; a code without an entry gets its class's explanation.
 */
export const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  E0006: [
    'O ambiente da declaração não é o do sistema que a recebeu.',
    'Confira se produção e produção restrita não foram trocadas na configuração.',
  ],
  E0008: [
    'A data de emissão está adiante do relógio do sistema nacional.',
    'Tente novamente em alguns minutos; se repetir, confira o relógio e o fuso do emissor.',
  ],
  E0010: ['A série da DPS está fora da faixa permitida a aplicativos próprios.', 'Configure uma série de 1 a 49999.'],
  E0014: [
    'Já existe uma nota para esta série e este número de DPS.',
    'A nota existente será consultada e comparada com este pedido.',
  ],
  E0015: ['A competência é posterior à data de emissão.', 'Informe uma competência até a data de hoje.'],
  E0016: [
    'A competência é anterior à entrada do município no sistema nacional.',
    'Informe uma competência posterior, ou emita pelo sistema antigo do município.',
  ],
  E0018: [
    'A competência é anterior à inscrição do CNPJ do prestador.',
    'Corrija a competência: o serviço não pode preceder a abertura da empresa.',
  ],
  E0023: [
    'A competência é anterior à inscrição municipal do prestador.',
    'Corrija a competência ou a inscrição municipal junto à prefeitura.',
  ],
  E0037: ['O município emissor não tem convênio com o sistema nacional.', CITY_UNPREPARED],
  E0038: ['O convênio do município com o sistema nacional não está ativo.', CITY_UNPREPARED],
  E0039: ['O município emissor não aceita notas do emissor nacional.', CITY_UNPREPARED],
  E0041: ['O MEI é de outro município.', 'Use o município do cadastro do CNPJ.'],
  E0060: ['A substituição muda a competência, o serviço ou o local da prestação.', KEEP_REPLACED],
  E0061: [
    'No Simples Nacional, a substituição muda a competência, o tomador identificado ou o valor do serviço.',
    KEEP_REPLACED,
  ],
  E0068: [
    'A prefeitura ainda analisa o pedido de cancelamento da nota a substituir.',
    'Aguarde a decisão. Se ela for cancelada, reenvie esta nota sem replaces.',
  ],
  E0070: ['O serviço da nota a substituir já foi confirmado.', AFTER_CONFIRMATION],
  E0072: ['O serviço da nota a substituir já foi confirmado tacitamente, pelo fim do prazo.', AFTER_CONFIRMATION],
  E0080: ['O CNPJ do prestador é inválido.', 'Confira os dígitos do CNPJ do prestador.'],
  E0082: [
    'O CNPJ do prestador não constava no cadastro na data da competência.',
    'Confira a situação do CNPJ na Receita Federal e a competência.',
  ],
  E0084: [
    'O prestador não tem estabelecimento no município emissor, ou a prefeitura ainda não o habilitou no emissor nacional.',
    'Confira o município informado e o endereço no cadastro do CNPJ. Se estiverem certos, peça à prefeitura que habilite a empresa no emissor nacional e depois reenvie a nota.',
  ],
  E0116: [
    'O município exige a inscrição municipal deste prestador.',
    'Informe a inscrição municipal exatamente como está na prefeitura, com os zeros à esquerda.',
  ],
  E0119: [
    'Esta inscrição municipal não está autorizada a emitir.',
    'Peça à prefeitura a autorização para emitir NFS-e.',
  ],
  E0120: ['O município não aceita inscrição municipal para este prestador.', 'Retire a inscrição municipal do pedido.'],
  E0124: [
    'A inscrição municipal estava inativa na data da competência.',
    'Regularize a inscrição na prefeitura ou corrija a competência.',
  ],
  E0160: [
    'A opção pelo Simples Nacional informada difere do cadastro.',
    'Corrija o regime: fora do Simples, MEI ou ME/EPP, conforme o cadastro no mês da competência.',
  ],
  E0177: [
    'O município de incidência não admite este regime especial.',
    'Confira o regime especial do prestador junto à prefeitura.',
  ],
  E0188: ['O CNPJ do tomador é inválido.', 'Confira os dígitos do CNPJ do tomador.'],
  E0190: ['O CNPJ do tomador não existe no cadastro.', 'Confira o CNPJ com o tomador.'],
  E0202: ['O tomador é o próprio prestador.', 'Informe o CNPJ de quem tomou o serviço.'],
  E0204: [
    'A retenção do ISS pelo tomador foi indicada, mas o tomador não está identificado.',
    'Informe CNPJ ou CPF do tomador, ou retire a retenção.',
  ],
  E0206: ['O CPF do tomador é inválido.', 'Confira os dígitos do CPF do tomador.'],
  E0207: ['O CPF do tomador não existe no cadastro.', 'Confira o CPF com o tomador.'],
  E0234: ['O ISS é devido no município do tomador, e falta o endereço dele.', 'Informe o endereço do tomador.'],
  E0237: ['O tomador retém o ISS, e falta o endereço nacional dele.', 'Informe o endereço do tomador.'],
  E0238: ['O município do tomador não existe na tabela do IBGE.', 'Informe o código IBGE de sete dígitos correto.'],
  E0240: ['O CEP do tomador não existe ou é de outro município.', 'Corrija o CEP ou o município do tomador.'],
  E0247: ['O e-mail do tomador é inválido.', 'Corrija o e-mail do tomador ou deixe-o em branco.'],
  E0302: ['O município da prestação não existe na tabela do IBGE.', 'Informe o código IBGE do local da prestação.'],
  E0310: [
    'O código de tributação nacional não existe ou não é administrado pelo município de incidência nessa data.',
    'Confira o código de serviço de seis dígitos e a competência; se estiverem certos, procure a prefeitura.',
  ],
  E0312: [
    'O município de incidência não administra este código de serviço no sistema nacional nessa competência.',
    CITY_UNPREPARED,
  ],
  E0314: [
    'O código de tributação municipal não existe ou não vale nessa data.',
    'Confira com a prefeitura o desdobramento municipal do código de serviço.',
  ],
  E0316: ['O código NBS não existe.', 'Informe um código da tabela NBS, nove dígitos sem pontos.'],
  E0318: ['A exportação de serviço exige o código NBS.', 'Informe o código NBS do serviço.'],
  E0322: ['As informações de IBS e CBS exigem o código NBS.', 'Informe o código NBS do serviço.'],
  E0370: [
    'Este código de serviço exige os dados da obra.',
    'Escolha um código sem essa exigência ou emita pelo portal nacional.',
  ],
  E0390: [
    'Este código de serviço exige os dados do evento.',
    'Escolha um código sem essa exigência ou emita pelo portal nacional.',
  ],
  E0427: ['O valor do serviço é menor que os descontos e deduções.', 'Corrija o valor do serviço ou os descontos.'],
  E0428: ['O valor líquido da nota ficaria negativo.', 'Corrija o valor do serviço, os descontos ou as retenções.'],
  E0429: ['As reduções da base levam o ISS a menos de 2% do serviço.', 'Diminua as reduções da base de cálculo.'],
  E0430: ['O desconto incondicionado leva o ISS a menos de 2% do serviço.', 'Diminua o desconto incondicionado.'],
  E0431: [
    'O desconto incondicionado deve ser maior que zero e menor que o valor do serviço.',
    'Corrija o desconto ou retire-o.',
  ],
  E0432: [
    'O desconto condicionado deve ser maior que zero e menor que o valor do serviço.',
    'Corrija o desconto ou retire-o.',
  ],
  E0440: ['O município não admite este tipo de dedução.', 'Retire a dedução ou consulte a prefeitura.'],
  E0529: ['A operação é tributável, mas foi declarada exportação.', 'Confira o local do resultado do serviço.'],
  E0530: ['A operação é exportação, mas foi declarada tributável.', 'Confira o local do resultado do serviço.'],
  E0580: ['Sem ISS devido não pode haver retenção.', 'Retire a retenção do ISS.'],
  E0583: ['O ISS do MEI não pode ser retido.', 'Retire a retenção do ISS.'],
  E0588: ['Prestador em regime especial não tem ISS retido.', 'Retire a retenção do ISS.'],
  E0595: ['A alíquota do ISS passa de 5%.', 'Informe uma alíquota de até 5%.'],
  E0600: ['O MEI não informa alíquota de ISS.', 'Retire a alíquota do pedido.'],
  E0617: [
    'O município de incidência está ativo no sistema nacional e define ele mesmo a alíquota.',
    'Retire a alíquota do pedido.',
  ],
  E0619: [
    'O município de incidência não está ativo no sistema nacional, e falta a alíquota do ISS.',
    'Informe a alíquota do ISS do município de incidência.',
  ],
  E0621: [
    'Optante do Simples com ISS retido deve informar a alíquota, de 1,80% ou mais.',
    'Informe a alíquota efetiva do ISS no Simples.',
  ],
  E0625: ['Optante do Simples sem retenção não informa alíquota.', 'Retire a alíquota do pedido.'],
  E0628: [
    'Optante do Simples com ISS retido deve informar a alíquota, de 1,80% ou mais.',
    'Informe a alíquota efetiva do ISS no Simples.',
  ],
  E0631: ['Optante do Simples sem retenção não informa alíquota.', 'Retire a alíquota do pedido.'],
  E0667: ['O município não permite que este CPF retenha o ISS.', 'Retire a retenção do ISS.'],
  E0715: [
    'O certificado que assinou a declaração não é válido.',
    'Confira validade, cadeia e revogação do certificado digital.',
  ],
  E0716: ['O certificado que assinou não é do tipo exigido.', 'Use um certificado ICP-Brasil da empresa emissora.'],
  E0718: [
    'A declaração não foi assinada com o certificado do emitente.',
    'Cadastre o certificado da empresa emissora.',
  ],
  E0819: ['A nota a cancelar não existe no sistema nacional.', 'Confira a chave de acesso da nota.'],
  E0822: [
    'O prazo do município para cancelar esta nota terminou.',
    'Se ela só precisa de correção e o município ainda permitir, emita outra que a substitua (replaces). Senão, peça à prefeitura a análise fiscal para cancelamento; até a decisão, a nota continua válida.',
  ],
  E0823: [
    'O valor da nota passa do limite do município para cancelar sem análise.',
    'Peça à prefeitura a análise fiscal para cancelamento.',
  ],
  E0824: [
    'O município não permite cancelar nota sem tomador identificado.',
    'Procure a prefeitura para o cancelamento desta nota.',
  ],
  E0827: ['O imposto desta nota já consta como pago.', 'Procure a prefeitura para o cancelamento ou a restituição.'],
  E0835: [
    'O prazo do município para cancelar esta nota terminou.',
    'Se ela só precisa de correção e o município ainda permitir, emita outra que a substitua (replaces). Senão, peça à prefeitura a análise fiscal para cancelamento; até a decisão, a nota continua válida.',
  ],
  E0840: ['Outro evento já registrado impede o cancelamento.', 'Consulte os eventos da nota no portal nacional.'],
  E0845: ['Outro evento já registrado impede o cancelamento.', 'Consulte os eventos da nota no portal nacional.'],
  E0850: ['IBS e CBS só são aceitos em competências a partir de 2026.', 'Corrija a competência.'],
  E0901: ['O código indicador da operação (cIndOp) não existe na tabela.', 'Corrija ibsCbs.operationCode.'],
  E0958: ['A classificação tributária (cClassTrib) não vale para serviços.', 'Corrija ibsCbs.classification.'],
  E0959: [
    'O CST não é o início da classificação tributária (cClassTrib).',
    'Corrija ibsCbs.cst ou ibsCbs.classification: os três primeiros dígitos são os mesmos.',
  ],
  E0964: [
    'A tributação regular não combina com a classificação tributária (cClassTrib).',
    'Informe ibsCbs.regular só onde a classificação o exige.',
  ],
  E0965: [
    'A tributação regular não combina com a classificação tributária (cClassTrib).',
    'Informe ibsCbs.regular só onde a classificação o exige.',
  ],
  E0971: [
    'Esta classificação tributária não admite diferimento.',
    'Retire ibsCbs.deferral ou corrija a classificação.',
  ],
  E0972: [
    'O diferimento não combina com a classificação tributária (cClassTrib).',
    'Informe ibsCbs.deferral só onde a classificação o exige.',
  ],
  E1203: ['O certificado de conexão está vencido.', 'Renove o certificado digital da empresa.'],
  E1206: [
    'O sistema nacional não conseguiu consultar a lista de revogação.',
    'Não é preciso fazer nada: será reenviado.',
  ],
  E1207: ['O certificado de conexão foi revogado.', 'Cadastre um certificado digital válido.'],
  E1209: ['O certificado de conexão não traz CNPJ nem CPF.', 'Cadastre um e-CNPJ ICP-Brasil da empresa.'],
  E1217: ['O sistema nacional está em manutenção.', 'Não é preciso fazer nada: será reenviado.'],
  E1235: [
    'O documento não segue o esquema do sistema nacional.',
    'O defeito é nosso e não dos seus dados: procure o suporte com este código.',
  ],
  E4007: [
    'O sistema nacional não recebeu o certificado de conexão da empresa: nada foi emitido.',
    'Confira o certificado cadastrado (e-CNPJ A1, válido, com autenticação de cliente) e reenvie a nota.',
  ],
  E9996: [
    'O sistema nacional ainda não aceita emissão pelo tomador ou intermediário.',
    'Emita a nota pelo prestador do serviço.',
  ],
};
