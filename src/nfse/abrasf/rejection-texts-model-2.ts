import type { Explanation } from '../rejections/catalogue.ts';

const OURS = 'O defeito é nosso e não dos seus dados: procure o suporte com este código.';

/** The codes of the model 2, of vendors and the alerts, in our own words. The city hall's text is kept beside them as the source. */
export const EXPLANATIONS_MODEL_2: Readonly<Record<string, Explanation>> = {
  E162: ['A alíquota do Simples Nacional está incorreta.', 'Confira a alíquota efetiva do ISS no Simples.'],
  E163: [
    'Optante do Simples com ISS retido deve informar a alíquota.',
    'Informe a alíquota efetiva do ISS no Simples.',
  ],
  E167: ['O município do tomador não é do estado informado.', 'Corrija o município no endereço do tomador.'],
  E170: ['O usuário não pode pedir o processamento de lotes.', 'Peça à prefeitura a liberação do envio de lotes.'],
  E171: ['Quem assinou não está autorizado.', 'Use o certificado digital da empresa emissora.'],
  E172: ['A assinatura digital tem erro.', OURS],
  E173: [
    'O lote não foi assinado.',
    'Cadastre o certificado da empresa; se já está cadastrado, procure o suporte com este código.',
  ],
  E174: [
    'O RPS não foi assinado.',
    'Cadastre o certificado da empresa; se já está cadastrado, procure o suporte com este código.',
  ],
  E175: ['Deduções e desconto incondicionado passam do valor do serviço.', 'Diminua as deduções ou os descontos.'],
  E176: ['Descontos e retenções passam do valor do serviço.', 'Diminua os descontos ou as retenções.'],
  E177: ['Tomador pessoa física não pode reter o ISS.', 'Retire a retenção do ISS.'],
  E178: ['O lote está na fila da prefeitura.', 'Não é preciso fazer nada: a nota será consultada mais tarde.'],
  E179: ['A autenticação na prefeitura falhou.', 'Confira o certificado ou o usuário da empresa na prefeitura.'],
  E180: [
    'O pedido de cancelamento não foi assinado.',
    'Cadastre o certificado da empresa; se já está cadastrado, procure o suporte com este código.',
  ],
  E182: ['A conexão não apresentou certificado digital.', 'Cadastre o certificado digital da empresa.'],
  E183: ['O cabeçalho da mensagem não segue o esquema da prefeitura.', OURS],
  E184: [
    'A prefeitura não aceita mais esta versão dos dados.',
    'O perfil do município está desatualizado: procure o suporte com este código.',
  ],
  E185: [
    'A versão dos dados não existe na prefeitura.',
    'O perfil do município está errado: procure o suporte com este código.',
  ],
  E186: [
    'A chamada ao serviço da prefeitura é inválida.',
    'O perfil do município está errado: procure o suporte com este código.',
  ],
  E189: ['O certificado digital tem erro.', 'Confira validade, cadeia e titular do certificado digital da empresa.'],
  E190: ['A autenticação pelo certificado falhou.', 'Confira se o certificado digital é da empresa emissora.'],
  E203: [
    'A mensagem passa do tamanho permitido.',
    'Reduza a descrição do serviço; se repetir, procure o suporte com este código.',
  ],
  E204: ['Falta o código de cancelamento.', OURS],
  E205: [
    'O código de cancelamento é inválido.',
    'Use outro motivo de cancelamento; se repetir, procure o suporte com este código.',
  ],
  E206: [
    'Erro na emissão se corrige por substituição, e não por cancelamento.',
    'Substitua a nota no portal da prefeitura.',
  ],
  E207: [
    'O cancelamento foi recusado porque o imposto já foi pago.',
    'Procure a prefeitura para o cancelamento ou a restituição.',
  ],
  E208: [
    'O cancelamento depende da concordância do tomador.',
    'Peça ao tomador que aceite o cancelamento no portal da prefeitura.',
  ],
  E212: ['A nota não foi encontrada na prefeitura.', 'Confira o número da nota no portal da prefeitura.'],
  E213: [
    'Este código de cancelamento é reservado à prefeitura.',
    'O perfil do município está errado: procure o suporte com este código.',
  ],
  E214: ['O lote tem mais RPS do que o permitido.', OURS],
  E220: [
    'O valor do ISS não deve ser informado: a prefeitura o calcula.',
    'Retire a alíquota do pedido, ou peça ao suporte o ajuste do perfil do município.',
  ],
  E221: ['A alíquota não deve ser informada neste caso.', 'Retire a alíquota do pedido.'],
  E222: ['O CNAE não deve ser informado neste caso.', 'Retire o CNAE do pedido.'],
  E223: ['Não há notas na faixa consultada.', 'Confira a faixa de números.'],
  E224: ['A nota a substituir está cancelada.', 'Emita uma nota nova, sem substituição.'],
  E227: ['A alíquota do ISS está fora de 2% a 5%.', 'Informe uma alíquota de 2% a 5%.'],
  E231: ['O prazo legal para converter o RPS em nota terminou.', 'Procure a prefeitura do município emissor.'],
  E232: [
    'A prefeitura teve um erro ao processar.',
    'Não é preciso fazer nada: a nota será consultada e, se faltar, reenviada.',
  ],
  E233: ['Um lote com este número já foi processado.', 'A nota existente será consultada e comparada com este pedido.'],
  E236: ['O RPS já está cancelado.', 'Emita de novo com outro número de RPS.'],
  E238: [
    'O nome da operação não existe no serviço da prefeitura.',
    'O perfil do município está errado: procure o suporte com este código.',
  ],
  E254: ['A nota ligada a uma guia de pagamento não pode ser cancelada.', 'Cancele antes a guia na prefeitura.'],
  E255: ['A situação atual da nota não permite a operação.', 'Confira a situação da nota no portal da prefeitura.'],
  E262: [
    'A inscrição municipal do prestador está suspensa ou baixada.',
    'Regularize a inscrição municipal na prefeitura.',
  ],
  E306: ['Falta a exigibilidade do ISS.', OURS],
  E309: ['Falta o município de incidência do ISS.', 'Informe o município onde o serviço foi prestado.'],
  E310: ['O município de incidência do ISS é inválido.', 'Confira o município onde o serviço foi prestado.'],
  E314: ['Falta o número do processo que suspende a exigibilidade.', 'Informe o número do processo.'],
  E324: ['A assinatura do RPS é inválida.', OURS],
  E325: ['A assinatura do lote é inválida.', OURS],
  E326: [
    'O pedido não foi assinado.',
    'Cadastre o certificado da empresa; se já está cadastrado, procure o suporte com este código.',
  ],
  E330: ['O MEI não pode ter ISS retido.', 'Retire a retenção do ISS.'],
  E343: [
    'O código de cancelamento está incorreto.',
    'Use outro motivo de cancelamento; se repetir, procure o suporte com este código.',
  ],
  E351: ['Falta o código NBS.', 'Informe o código NBS do serviço.'],
  E352: ['O código NBS é inválido.', 'Confira os 9 dígitos do código NBS.'],
  E900: [
    'O sistema da prefeitura respondeu com um erro interno.',
    'Não é preciso fazer nada: a nota será consultada e, se faltar, reenviada.',
  ],
  E901: ['A autenticação do usuário na prefeitura falhou.', 'Confira o usuário e a senha da empresa na prefeitura.'],
  E903: [
    'Um lote com este número já está registrado.',
    'A nota existente será consultada e comparada com este pedido.',
  ],
  E904: ['O protocolo não é deste prestador.', OURS],
  E905: ['Falta o protocolo.', OURS],
  E939: [
    'A base de cálculo difere da fórmula da prefeitura.',
    'Confira deduções e descontos com a regra do município.',
  ],
  E940: ['O valor líquido difere da fórmula da prefeitura.', 'Confira descontos e retenções com a regra do município.'],
  E949: ['O RPS já está cancelado.', 'Emita de novo com outro número de RPS.'],
  E973: ['O serviço da prefeitura não está disponível.', 'Não é preciso fazer nada: será reenviado.'],
  E988: [
    'A data de emissão do RPS está fora do prazo aceito.',
    'Emita de novo; se repetir, procure a prefeitura do município emissor.',
  ],
  E996: ['O RPS aparece mais de uma vez no lote.', OURS],
  A12: ['Um RPS repetido no lote foi ignorado.', 'Não é preciso fazer nada.'],
  A14: ['O ISS informado foi ignorado: a prefeitura o calculou.', 'Não é preciso fazer nada.'],
  A15: ['A alíquota informada foi ignorada.', 'Não é preciso fazer nada.'],
  A8: [
    'O e-mail do tomador é inválido; a nota foi emitida mesmo assim.',
    'Corrija o e-mail do tomador para as próximas notas.',
  ],
};
