import { type Explanation, rejectionCatalogue } from '../rejections/catalogue.ts';
import { UNLISTED_ADVICE } from '../rejections/unlisted.ts';
import { CODES_BY_CLASS, CODES_BY_FIELD } from './rejection-codes.ts';
import { EXPLANATIONS } from './rejection-texts.ts';

/** The classes that the national system's codes have. */
export type RejectionClass = keyof typeof CODES_BY_CLASS | 'UNLISTED';

const SUPPORT = 'Procure o suporte com este código: o pedido não pôde ser processado como está.';
const READ_SOURCE = 'Leia a mensagem da autoridade, corrija o dado indicado e tente novamente.';

const BY_CLASS: Readonly<Record<RejectionClass, Explanation>> = {
  LOOKUP: ['O número desta declaração já foi usado.', 'A nota existente será consultada.'],
  IDEMPOTENT: ['Um evento já registrado impede este.', 'Consulte os eventos da nota no portal nacional.'],
  RETRY_LOOKUP: ['O sistema nacional respondeu com um erro interno.', 'A situação da nota será consultada.'],
  BUG: ['O sistema nacional recusou a forma do documento.', SUPPORT],
  CONFIG: [
    'O cadastro, o certificado ou um parâmetro do município impede a emissão.',
    'Confira o cadastro da empresa e do município com a mensagem da autoridade.',
  ],
  DEADLINE: ['O prazo legal terminou.', 'Procure a prefeitura do município emissor.'],
  STATE: ['A situação da nota não permite esta operação.', 'Consulte os eventos da nota no portal nacional.'],
  FIX_DATA: ['O sistema nacional recusou um dado da nota.', READ_SOURCE],
  FIX_CLOCK: ['A data de emissão está adiante do relógio do sistema nacional.', 'Tente novamente em alguns minutos.'],
  NOT_APPLICABLE: ['O sistema nacional recusou a nota.', SUPPORT],
  UNLISTED: ['O sistema nacional respondeu com um código que nenhuma tabela tem.', UNLISTED_ADVICE],
  RETRY: ['O sistema nacional está temporariamente indisponível.', 'Não é preciso fazer nada: será reenviado.'],
  EMPTY: ['Não há documento.', 'Não é preciso fazer nada.'],
  NOT_FOUND: ['O sistema nacional não tem este documento.', 'Confira a chave de acesso.'],
};

const catalogue = rejectionCatalogue<RejectionClass>({
  classes: CODES_BY_CLASS,
  fields: CODES_BY_FIELD,
  explanations: EXPLANATIONS,
  byClass: BY_CLASS,
  unknown: () => 'UNLISTED',
});

export const {
  catalogued,
  classify: classifyRejections,
  decide: decideRejection,
  explain: explainRejection,
} = catalogue;
