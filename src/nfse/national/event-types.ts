/** Events after which a note is no longer valid: cancelled by its issuer, replaced, cancelled by the city on request or alone. */
export const CANCELLING_EVENTS = ['101101', '105102', '105104', '305101'] as const;

/** The issuer asked the city to analyse a late cancellation, and what the city may say. */
export const ANALYSIS = { asked: '101103', granted: '105104', refused: '105105' } as const;

/**
 * The types of the national repository, which names them by words.
 *
 * @source Swagger of ADN contributor
 */
const TYPES_BY_NAME: Readonly<Record<string, string>> = {
  CANCELAMENTO: '101101',
  CANCELAMENTO_POR_SUBSTITUICAO: '105102',
  SOLICITACAO_CANCELAMENTO_ANALISE_FISCAL: '101103',
  CANCELAMENTO_DEFERIDO_ANALISE_FISCAL: '105104',
  CANCELAMENTO_INDEFERIDO_ANALISE_FISCAL: '105105',
  CONFIRMACAO_PRESTADOR: '202201',
  CONFIRMACAO_TOMADOR: '203202',
  CONFIRMACAO_INTERMEDIARIO: '204203',
  CONFIRMACAO_TACITA: '205204',
  REJEICAO_PRESTADOR: '202205',
  REJEICAO_TOMADOR: '203206',
  REJEICAO_INTERMEDIARIO: '204207',
  ANULACAO_REJEICAO: '205208',
  CANCELAMENTO_POR_OFICIO: '305101',
  BLOQUEIO_POR_OFICIO: '305102',
  DESBLOQUEIO_POR_OFICIO: '305103',
};

/** The six digits of an event's type, from digits (text or number), `e101101`, or the repository's word for it. */
export function eventType(given: unknown): string | undefined {
  const text = typeof given === 'number' || typeof given === 'string' ? String(given).trim() : '';
  const [, digits] = /^e?(\d{6})$/i.exec(text) ?? [];
  const name = text.toUpperCase();
  return digits ?? (Object.hasOwn(TYPES_BY_NAME, name) ? TYPES_BY_NAME[name] : undefined);
}

/** Whether a note with an event of this type is no longer valid. */
export function isCancelling(type: string): boolean {
  return (CANCELLING_EVENTS as readonly string[]).includes(type);
}
