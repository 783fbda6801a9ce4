import * as z from 'zod/mini';
import { type FieldError, invalid } from './problem.ts';

/** What happened and how to fix it, by code, for the fiscal user. */
const MESSAGES: Readonly<Record<string, readonly [message: string, howToFix: string]>> = {
  required: ['Campo obrigatório ausente.', 'Informe este campo.'],
  type: ['O valor não é do tipo esperado.', 'Confira o tipo do campo na documentação da API.'],
  unknown: ['Campo desconhecido.', 'Retire o campo, ou corrija o nome: campos desconhecidos nunca são ignorados.'],
  length: ['O texto está fora do tamanho permitido.', 'Ajuste o tamanho do texto.'],
  range: ['O número está fora do intervalo permitido.', 'Confira os limites do campo na documentação da API.'],
  value: ['Valor não aceito.', 'Use um dos valores listados na documentação da API.'],
  cnpj: ['CNPJ inválido.', 'Informe os 14 caracteres, sem pontuação, e confira os dígitos verificadores.'],
  cpf: ['CPF inválido.', 'Informe os 11 dígitos, sem pontuação, e confira os dígitos verificadores.'],
  'one-document': ['Informe exatamente um documento desta pessoa.', 'Envie só um entre cnpj, cpf, nif e noNif.'],
  'issuer-person': [
    'Este serviço só emite notas de empresas, por CNPJ.',
    'Uma pessoa física emite pelo portal do Emissor Nacional (www.nfse.gov.br) ou da prefeitura.',
  ],
  'one-address': ['Há dois endereços.', 'Envie address (no Brasil) ou foreignAddress (no exterior), e não os dois.'],
  'one-place': ['Informe exatamente um lugar, no Brasil ou no exterior.', 'Envie só um dos dois.'],
  'one-work': ['Informe exatamente uma identificação da obra.', 'Envie só um entre number, cib e place.'],
  'one-event': ['Informe exatamente uma identificação do evento.', 'Envie number ou place, e não os dois.'],
  'one-deduction': [
    'A redução está em mais de uma forma.',
    'Envie o valor, o percentual ou os documentos: só um deles.',
  ],
  'one-proof': ['Informe exatamente um documento.', 'Envie só um dos campos que identificam o documento.'],
  'one-property': ['Informe exatamente uma identificação do imóvel.', 'Envie cib ou place, e não os dois.'],
  caepf: ['CAEPF inválido.', 'Informe os 14 dígitos, sem pontuação.'],
  'goods-key': ['Chave de NF-e inválida.', 'Informe os 44 caracteres da chave.'],
  'one-form': [
    'Informe os tributos aproximados de uma só forma.',
    'Envie valores (federal, state, municipal), percentuais (federalRate, stateRate, municipalRate) ou simplesRate.',
  ],
  municipality: ['Código de município inexistente.', 'Use o código IBGE de 7 dígitos, conforme a tabela oficial.'],
  country: ['País inválido.', 'Use o código ISO de duas letras de um país estrangeiro, por exemplo "US".'],
  'access-key': ['Chave de acesso inválida.', 'Informe os 50 caracteres da chave da NFS-e e confira o dígito.'],
  'replaced-invoice': [
    'A nota a substituir não foi encontrada entre as notas autorizadas desta empresa.',
    'Informe o invoiceId de uma nota autorizada da mesma empresa, ou só accessKey se ela foi emitida em outro sistema.',
  ],
  'replaced-note': [
    'A nota a substituir já foi cancelada ou substituída.',
    'Emita uma nota nova, sem replaces, ou substitua a nota que está no lugar dela.',
  ],
  'replaced-note-confirmed': [
    'O serviço da nota a substituir já foi confirmado: o sistema nacional não aceita mais substituí-la.',
    'Peça à prefeitura o cancelamento daquela nota por análise fiscal. Depois dele, reenvie com "replaces": null.',
  ],
  'replaced-key': ['accessKey não é a chave da nota de invoiceId.', 'Envie só invoiceId.'],
  rate: ['Percentual inválido.', 'Use texto com duas casas e ponto, por exemplo "9.25".'],
  process: ['Número de processo inválido.', 'Informe os 30 dígitos.'],
  benefit: ['Número de benefício municipal inválido.', 'Informe os 14 dígitos.'],
  cib: ['Código CIB inválido.', 'Informe os 8 caracteres.'],
  cst: ['CST de PIS/COFINS inválido.', 'Use um CST da tabela oficial: 00 a 09, 49 a 56, 60 a 67, 70 a 75, 98 ou 99.'],
  'operation-code': [
    'Indicador de operação (cIndOp) inexistente.',
    'Use um dos 26 códigos da tabela, por exemplo 100301.',
  ],
  'municipal-service-code': ['Código municipal de serviço inválido.', 'Informe os 3 dígitos do desdobro municipal.'],
  'number-too-far': [
    'O número está muito à frente do contador da série.',
    'Confira o número. Um salto maior precisa do perfil operator e de um motivo em dps.jumpReason.',
  ],
  'lost-character': [
    'O texto contém o caractere U+FFFD, que marca uma letra perdida em outra conversão.',
    'Confira a codificação do programa que gera o texto e envie a letra certa.',
  ],
  'whole-number': ['Número inválido.', 'Use só algarismos decimais, por exemplo "20".'],
  'currency-code': [
    'Código de moeda inválido.',
    'Use os 3 dígitos do Banco Central: "220", e não "USD", é o dólar dos Estados Unidos.',
  ],
  money: ['Valor monetário inválido.', 'Use texto decimal com duas casas e ponto, por exemplo "1500.00".'],
  'zero-amount': ['O valor do serviço não pode ser zero.', 'Informe o preço do serviço.'],
  'iss-rate': ['Alíquota de ISS inválida.', 'Informe o percentual com duas casas, de "2.00" a "5.00".'],
  base64: ['O arquivo não está em Base64.', 'Envie os bytes do arquivo PFX codificados em Base64, numa só linha.'],
  date: ['Data inválida.', 'Use o formato AAAA-MM-DD.'],
  'date-time': ['Data e hora inválidas.', 'Use ISO 8601 com fuso, por exemplo 2026-11-23T09:30:00-03:00.'],
  'period-too-long': ['O período passa de 366 dias.', 'Peça um ano de cada vez.'],
  period: ['O período termina antes de começar.', 'Informe from anterior ou igual a to.'],
  'no-city-system': [
    'O município não tem sistema próprio nesta instalação.',
    'Use "national", ou peça ao suporte que cadastre o perfil do município.',
  ],
  'series-exhausted': ['A série não tem mais números.', 'Use outra série.'],
  'cancel-reason': [
    'O motivo deve ter de 15 a 255 caracteres que o documento fiscal aceite.',
    'Descreva o motivo com letras e números; emojis e símbolos não são aceitos.',
  ],
  'one-moment': ['version e asOf não podem ser usados juntos.', 'Envie só um dos dois.'],
  'future-competence': ['A competência está no futuro.', 'Informe uma data até hoje, no horário do município.'],
  'postal-code': ['CEP inválido.', 'Informe os 8 dígitos, sem hífen.'],
  email: ['E-mail inválido.', 'Confira o endereço de e-mail.'],
  phone: ['Telefone inválido.', 'Informe de 6 a 20 dígitos, sem pontuação.'],
  'service-code': [
    'Código de tributação nacional inválido.',
    'Informe os 6 dígitos da lista nacional (item, subitem e desdobro).',
  ],
  'nbs-code': ['Código NBS inválido.', 'Informe os 9 dígitos, sem pontos.'],
  reference: ['Referência inválida.', 'Use de 1 a 20 letras ou dígitos, sem traços.'],
  'municipal-registration': [
    'Inscrição municipal inválida.',
    'Use até 15 letras, dígitos, hifens, pontos ou barras, como no cadastro da prefeitura.',
  ],
  series: ['Série inválida.', 'Use um número de 1 a 49999, faixa reservada a sistemas próprios.'],
  'unwritable-empty': [
    'Nada deste texto pode ser escrito no documento fiscal.',
    'Escreva o texto com letras e números; emojis e símbolos não são aceitos.',
  ],
  'unwritable-too-short': [
    'Falta texto que possa ser escrito no documento fiscal.',
    'Escreva por extenso, sem emojis.',
  ],
  'unwritable-too-long': ['O texto é longo demais para o documento fiscal.', 'Reduza o texto.'],
  'unwritable-wrong-format': ['O documento fiscal não aceita este valor.', 'Corrija a forma do valor.'],
  'unwritable-excluded': ['Este campo exclui outro, que também foi informado.', 'Envie só um dos dois.'],
  'unwritable-missing': ['O documento fiscal exige este campo.', 'Informe este campo.'],
  'unwritable-unsupported': [
    'A nota deste município não tem lugar para esta informação.',
    'Retire o campo, ou emita esta nota no portal da prefeitura.',
  ],
  cursor: ['Cursor inválido.', 'Use o nextCursor da página anterior, com os mesmos filtros.'],
  'no-selection': [
    'Falta dizer quais mensagens.',
    'Envie invoiceIds, letterIds, cause ou municipalityCode; ou all: true para todas.',
  ],
  'all-and-some': ['all não combina com outros filtros.', 'Envie all sozinho, ou retire-o.'],
  'invoice-id': ['Identificador de nota inválido.', 'Use o invoiceId como a API o informa.'],
  'letter-id': ['Identificador de mensagem inválido.', 'Use o letterId como GET /dlq o mostra.'],
  cause: ['Causa inválida.', 'Use uma causa como GET /dlq a mostra, por exemplo "worker-died".'],
  'feed-cursor': ['Cursor inválido.', 'Use o nextCursor de uma resposta anterior, ou nenhum para começar do início.'],
  'one-selection': ['Informe o que reprocessar, de uma só forma.', 'Envie invoiceIds ou all: true, e não os dois.'],
  'request-id': ['Identificador de requisição inválido.', 'Use de 1 a 128 caracteres ASCII visíveis.'],
  'request-id-ambiguous': ['Há mais de um cabeçalho Idempotency-Key, com valores diferentes.', 'Envie um só.'],
  'request-id-mismatch': ['requestId difere do cabeçalho Idempotency-Key.', 'Envie só um dos dois, ou o mesmo valor.'],
};

/** Gives a zod check its code, by which the message is found. */
export const field = (code: string): string => code;

/** A whole number in a query: decimal digits and nothing else. */
export const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z.pipe(
    z.pipe(z.string().check(z.regex(/^\d{1,15}$/, field('whole-number'))), z.transform(Number)),
    z.int().check(z.gte(min), z.lte(max)),
  );

/** One field's error, its texts found by code. */
export function fieldError(pointer: string, code: string): FieldError {
  const [message, howToFix] = MESSAGES[code] ?? MESSAGES.value ?? ['', ''];
  return { pointer, code, message, howToFix };
}

/** @throws Problem 422 about one field */
export function fail(pointer: string, code: string): never {
  throw invalid([fieldError(pointer, code)]);
}

/**
 * Reads a value from outside.
 *
 * @param pointer of the value itself, before those of its members
 * @throws Problem 422 that names every field at once
 */
export function parse<Schema extends z.ZodMiniType>(schema: Schema, value: unknown, pointer = ''): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw invalid(result.error.issues.slice(0, MOST_ERRORS).flatMap((issue) => errorsOf(issue, pointer)));
}

/** A hostile request could name a million unknown fields; nobody reads more than these. */
const MOST_ERRORS = 50;

function errorsOf(issue: z.core.$ZodIssue, base: string): FieldError[] {
  const pointer = base + issue.path.map((step) => `/${escapedStep(String(step))}`).join('');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MOST_ERRORS).map((key) => fieldError(`${pointer}/${escapedStep(key)}`, 'unknown'));
  }
  return [fieldError(pointer, codeOf(issue))];
}

function codeOf(issue: z.core.$ZodIssue): string {
  if (issue.message in MESSAGES) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'required' : 'type';
    case 'too_big':
    case 'too_small':
      return issue.origin === 'string' ? 'length' : 'range';
    default:
      return 'value';
  }
}

/** RFC 6901. */
export function escapedStep(step: string): string {
  return step.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
}
