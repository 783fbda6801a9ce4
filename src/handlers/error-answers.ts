import { awsFault } from '../aws/faults.ts';
import { NoteReplaced, NothingToCancel } from '../commands/cancel-invoice/decide.ts';
import {
  CounterChanged,
  MAX_ROUTE_DECISIONS,
  NothingToRewind,
  TooManyRouteDecisions,
} from '../commands/company-ports.ts';
import { RequestIdReused } from '../commands/emit-invoice/decide.ts';
import { TooMuchContention } from '../commands/execute.ts';
import { DocumentDamaged, DocumentMissing, DpsNumberTooFar, SeriesExhausted } from '../commands/ports.ts';
import { NoteMayExist, NothingToRetry, ReplacedNoteConfirmed } from '../commands/retry-invoice/decide.ts';
import { CommitTooLarge } from '../events/commit.ts';
import { type Unwritable, UnwritableFields } from '../nfse/unwritable.ts';
import { DatabaseUnavailable } from '../projections/reporting/database.ts';
import { type FieldError, invalid, Problem } from './problem.ts';
import { fieldError } from './request-fields.ts';

const STATUS_TEXT: Readonly<Record<string, string>> = {
  NONE: 'ainda não foi emitida',
  EMITTED: 'aguarda a prefeitura',
  ISSUED: 'já foi autorizada',
  FAILED: 'foi rejeitada',
  CANCELLING: 'está em cancelamento',
  CANCELLED: 'foi cancelada',
};

/** What the user is told of an error of the domain; `undefined` for an error that is ours. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof NothingToCancel) {
    return conflict(error, `A nota ${STATUS_TEXT[error.status]}: não há o que cancelar.`);
  }
  if (error instanceof NoteReplaced) {
    const { nfseNumber, invoiceId } = error.replacedBy;
    return conflict(
      error,
      `Esta nota já não vale: a NFS-e ${nfseNumber} a substituiu. Para desfazer a venda, cancele a nota que a substituiu (invoiceId ${invoiceId}).`,
    );
  }
  if (error instanceof NothingToRetry) {
    return conflict(error, `A nota ${STATUS_TEXT[error.status]}: só uma nota rejeitada pode ser reenviada.`);
  }
  if (error instanceof NoteMayExist) {
    return conflict(
      error,
      'Pela regra, a nota iria agora a outra autoridade, mas a primeira pode já ter autorizado uma nota desta venda. Procure-a no portal da primeira autoridade, pela série e pelo número. Só se ela não existir, emita a venda com outra chave de idempotência.',
    );
  }
  if (error instanceof ReplacedNoteConfirmed) return invalid([fieldError('/corrections/replaces', error.code)]);
  if (error instanceof TooManyRouteDecisions) return tooManyDecisions(error);
  if (error instanceof SeriesExhausted) return invalid([fieldError('/dps/series', error.code)]);
  if (error instanceof DpsNumberTooFar) return invalid([numberTooFar('/dps/number', error.highest)]);
  if (error instanceof NothingToRewind) return nothingToRewind(error);
  if (error instanceof CounterChanged) {
    return notNow(error, {
      code: error.code,
      title: 'O contador de números mudou',
      detail: 'O contador de números da série mudou durante a operação. Repita a requisição.',
      afterSeconds: 1,
    });
  }
  if (error instanceof UnwritableFields) return invalid(error.fields.map(unwritable));
  if (error instanceof RequestIdReused) return keyReused(error);
  if (error instanceof TooMuchContention) {
    return notNow(error, {
      code: error.code,
      title: 'Muitas alterações simultâneas',
      detail: 'A nota mudou várias vezes durante a operação. Nada foi gravado; repita a requisição.',
      afterSeconds: 1,
    });
  }
  if (error instanceof DatabaseUnavailable) {
    return notNow(error, {
      code: error.code,
      title: 'Relatórios indisponíveis',
      detail:
        'O banco de relatórios está iniciando ou fora do ar. Emissões e consultas de notas não dependem dele; repita em instantes.',
      afterSeconds: 15,
    });
  }
  if (error instanceof CommitTooLarge) return tooLarge(error);
  if (error instanceof DocumentMissing || error instanceof DocumentDamaged) return documentAtFault(error);
  return problemOfAws(error);
}

/** AWS is throttling, or out of reach. Whether something was stored is unknown, and a repetition finds out: nothing happens twice. */
function problemOfAws(error: unknown): Problem | undefined {
  const repeat = 'Repita em instantes, com a mesma chave de idempotência: nada acontece duas vezes.';
  switch (awsFault(error)) {
    case 'throttled':
      return notNow(error, {
        code: 'throttled',
        title: 'Muitas operações simultâneas',
        detail: `O serviço recebe mais operações do que pode fazer neste momento. ${repeat}`,
        afterSeconds: 1,
      });
    case 'unavailable':
      return notNow(error, {
        code: 'unavailable',
        title: 'Serviço momentaneamente indisponível',
        detail: `Uma parte do serviço não respondeu. ${repeat}`,
        afterSeconds: 5,
      });
    case undefined:
      return undefined;
  }
}

/** The history names it, so it is the store that is at fault, and nothing that a caller could change. */
function documentAtFault(error: DocumentMissing | DocumentDamaged): Problem {
  const detail =
    error instanceof DocumentMissing
      ? 'A história desta nota nomeia este documento, e ele não está guardado. Avise a operação do serviço.'
      : 'O documento guardado não confere com o resumo que a história tem dele: não o use. Avise a operação do serviço.';
  return new Problem({ status: 500, code: error.code, title: 'Documento indisponível', detail }, { cause: error });
}

/** The highest number that is accepted without a reason stands in the advice. */
export function numberTooFar(pointer: string, highest: number): FieldError {
  const error = fieldError(pointer, 'number-too-far');
  return { ...error, howToFix: `${error.howToFix} Sem motivo, o maior número aceito agora é ${highest}.` };
}

/** What the layout has room for stands in the advice, where it is known. */
function unwritable({ field, problem, expected }: Unwritable): FieldError {
  const error = fieldError(field, `unwritable-${problem}`);
  return expected === undefined ? error : { ...error, howToFix: `${error.howToFix} O leiaute pede ${expected}.` };
}

const nothingToRewind = (cause: NothingToRewind): Problem =>
  new Problem(
    {
      status: 409,
      code: cause.code,
      title: 'O contador não tem para onde voltar',
      detail: 'O contador já está logo depois do maior número usado nesta série: não há número livre a recuperar.',
    },
    { cause },
  );

const tooManyDecisions = (cause: TooManyRouteDecisions): Problem =>
  new Problem(
    {
      status: 409,
      code: cause.code,
      title: 'Decisões demais para esta empresa',
      detail: `Uma empresa guarda no máximo ${MAX_ROUTE_DECISIONS} decisões, e nenhuma é apagada. Procure o suporte.`,
    },
    { cause },
  );

export const keyReused = (cause: unknown): Problem =>
  new Problem(
    {
      status: 422,
      code: 'idempotency-key-reused',
      title: 'Chave de idempotência já usada',
      detail: 'Esta chave já foi usada com outro conteúdo. Use uma chave nova, ou envie o conteúdo original.',
    },
    { cause },
  );

export const tooLarge = (cause?: unknown): Problem =>
  new Problem(
    {
      status: 413,
      code: 'request-too-large',
      title: 'Requisição grande demais',
      detail: 'O corpo da requisição passa de 256 KB. Reduza a descrição do serviço ou os dados complementares.',
    },
    { cause },
  );

/** It passes by itself. */
function notNow(
  cause: unknown,
  { code, title, detail, afterSeconds }: { code: string; title: string; detail: string; afterSeconds: number },
): Problem {
  const headers = { 'retry-after': String(afterSeconds) };
  return new Problem({ status: 503, code, title, detail, headers }, { cause });
}

function conflict(error: NothingToCancel | NoteReplaced | NothingToRetry | NoteMayExist, detail: string): Problem {
  return new Problem(
    { status: 409, code: error.code, title: 'Operação incompatível com a situação da nota', detail },
    { cause: error },
  );
}
