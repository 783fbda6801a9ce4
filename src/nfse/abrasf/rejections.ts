import { type Explanation, rejectionCatalogue } from '../rejections/catalogue.ts';
import { UNLISTED_ADVICE } from '../rejections/unlisted.ts';
import { CODES_BY_CLASS, CODES_BY_FIELD } from './rejection-codes.ts';
import { EXPLANATIONS_2008 } from './rejection-texts-2008.ts';
import { EXPLANATIONS_MODEL_2 } from './rejection-texts-model-2.ts';

/** The classes that the codes of ABRASF's city halls have. */
export type AbrasfRejectionClass = keyof typeof CODES_BY_CLASS | 'UNLISTED';

const SUPPORT = 'Procure o suporte com este código: o pedido não pôde ser processado como está.';
const NOTHING = 'Não é preciso fazer nada: a nota será consultada mais tarde.';

const BY_CLASS: Readonly<Record<AbrasfRejectionClass, Explanation>> = {
  LOOKUP: ['A prefeitura já tem este RPS.', 'A nota existente será consultada e comparada com este pedido.'],
  IDEMPOTENT: ['A operação já tinha sido feita.', 'Não é preciso fazer nada.'],
  RETRY_LOOKUP: ['A prefeitura respondeu com um erro interno.', NOTHING],
  PENDING: ['A prefeitura ainda está processando.', NOTHING],
  BUG: ['A prefeitura recusou a forma do documento.', SUPPORT],
  CONFIG: [
    'O cadastro, o certificado ou um parâmetro do município impede a operação.',
    'Confira o cadastro da empresa na prefeitura com a mensagem dela.',
  ],
  DEADLINE: ['O prazo legal terminou.', 'Procure a prefeitura do município emissor.'],
  STATE: ['A situação da nota não permite esta operação.', 'Confira a situação da nota no portal da prefeitura.'],
  FIX_DATA: [
    'A prefeitura recusou um dado da nota.',
    'Leia a mensagem da prefeitura, corrija o dado indicado e tente novamente.',
  ],
  UNLISTED: ['A prefeitura respondeu com um código que nenhuma tabela tem.', UNLISTED_ADVICE],
  RETRY: ['A prefeitura está temporariamente indisponível.', 'Não é preciso fazer nada: será reenviado.'],
  NOT_FOUND: ['A prefeitura não encontrou o que foi consultado.', NOTHING],
  ALERT: ['A prefeitura deixou um aviso.', 'Não é preciso fazer nada.'],
};

/**
 * Vendors have codes of their own, and one of them may mean "already informed" or "we failed": they are unlisted. An unknown code in
 * A is an alert, as the model has them.
 */
const catalogue = rejectionCatalogue<AbrasfRejectionClass>({
  classes: CODES_BY_CLASS,
  fields: CODES_BY_FIELD,
  explanations: { ...EXPLANATIONS_2008, ...EXPLANATIONS_MODEL_2 },
  byClass: BY_CLASS,
  unknown: (code) => (/^A\d{1,3}$/.test(code) ? 'ALERT' : 'UNLISTED'),
});

export const {
  catalogued: cataloguedAbrasf,
  classify: classifyAbrasf,
  decide: decideAbrasfRejection,
  explain: explainAbrasfRejection,
} = catalogue;
