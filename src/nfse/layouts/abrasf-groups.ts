import {
  cnpj,
  cpf,
  messageCode,
  messageText,
  municipality,
  rpsNumber,
  rpsSeries,
  rpsType,
  state,
  version,
} from './abrasf-values.ts';
import { attributed, type Complex, choice, type Group, seq, type Type } from './notation.ts';
import { form } from './values.ts';

/** What the ABRASF models have in common, from 1.00 to 2.04. */

export const date = form('date');
export const dateTime = form('dateTime');

/** A person's CPF or a company's CNPJ. */
export const document = choice({ Cpf: cpf, Cnpj: cnpj });

export const rpsIdentity = seq({ Numero: rpsNumber, Serie: rpsSeries, Tipo: rpsType });

export const issuingBody = seq({ CodigoMunicipio: municipality, Uf: state });

/** The answer's complaints. */
const message = { Codigo: messageCode, Mensagem: messageText };
export const messages = seq({ 'MensagemRetorno+': seq({ ...message, 'Correcao?': messageText }) });
export const batchMessages = seq({ 'MensagemRetorno+': seq({ IdentificacaoRps: rpsIdentity, ...message }) });

/** First message of every call: which model the other one is of. */
export const header = attributed({ versao: version }, seq({ versaoDados: version }));

/** The note with what has become of it. */
export function noteWithFate(note: Type, cancellation: Type, replacement: Type): Group {
  return seq({ Nfse: note, 'NfseCancelamento?': cancellation, 'NfseSubstituicao?': replacement });
}

export function versioned(content: Group): Complex {
  return attributed({ versao: version }, content);
}
