import type { Survey, SweptItem } from './dlq-answers.ts';

/** What to do about a cause. Those that begin like a key are of its kind. */
const ADVICE: readonly (readonly [cause: string, advice: string])[] = [
  ['malformed-message', 'não é trabalho deste serviço: veja quem a enviou; depois, discard com o motivo'],
  ['contradictory-outcome', 'a autoridade contradiz o histórico: compare as duas notas; repair pergunta de novo'],
  [
    'not-the-replaced-note',
    'a nota substituída não é da nota citada: cancele aqui a que tem aquela chave; depois, discard',
  ],
  ['note-in-question', 'terminou sem nota e a autoridade não disse se há uma: quando ela responder, repair'],
  ['worker-died', 'ninguém anotou a causa: procure a nota no log do worker; depois, repair'],
  ['document-missing', 'um documento sumiu da tabela ou do arquivo: restaure-o; depois, repair'],
  ['document-damaged', 'um documento guardado foi alterado: descubra por quem e restaure-o; depois, repair'],
  ['handling-overdue', 'passou do prazo a cada entrega: veja como a autoridade responde; depois, repair'],
  ['unreadable-event', 'esta versão não lê o histórico: implante uma que leia; depois, repair'],
  ['impossible-history', 'o histórico se contradiz: verifique-o com nfse audit verify; depois, repair'],
  ['aws-', 'a AWS recusou ou não respondeu: confira permissões e cotas; depois, replay'],
  ['network', 'um endereço não respondeu: confira a rede; depois, replay'],
  ['defect', 'é um defeito: corrija e implante; depois, repair'],
];

const adviceOn = (cause: string): string | undefined =>
  ADVICE.find(([kind]) => (kind.endsWith('-') ? cause.startsWith(kind) : cause === kind))?.[1];

const COLUMNS = [
  ['causa', 28],
  ['município', 9],
  ['mensagens', 9],
  ['notas', 5],
  ['mais antiga', 11],
] as const;

/** The groups as a table, each cause with what to do about it. */
export function surveyLines({ seen, total, complete, groups }: Survey, now: Date): readonly string[] {
  if (seen === 0) return [complete ? 'Nada na fila de mensagens mortas.' : unread(0, total)];
  const rows = groups.map(({ cause, municipalityCode, letters, invoices, oldestSentAt, sample }) => {
    const cells = [cause, municipalityCode ?? '—', String(letters), String(invoices), ageOf(oldestSentAt, now)];
    const [example] = [...sample.invoiceIds, ...sample.letterIds];
    return `${padded(cells)}  ${example ?? ''}`.trimEnd();
  });
  const causes = [...new Set(groups.map(({ cause }) => cause))];
  const advice = causes.flatMap((cause) => adviceOn(cause)?.replace(/^/, `${cause}: `) ?? []);
  return [
    `${padded(COLUMNS.map(([name]) => name))}  exemplo`,
    ...rows,
    ...(complete ? [] : [unread(seen, total)]),
    '',
    ...advice,
  ].map(printable);
}

function unread(seen: number, total: number): string {
  return `Lidas ${seen} de cerca de ${total}: as demais estão em uso por outra pessoa, ou não couberam. Repita.`;
}

/** One letter, a fact a line. */
export function letterLines(letter: NonNullable<Survey['letters']>[number]): readonly string[] {
  const { letterId, cause, errorName, errorMessage, invoiceId, municipalityCode, traceId, sentAt, receiveCount } =
    letter;
  const facts: readonly (readonly [string, string | number | undefined])[] = [
    ['mensagem', letterId],
    ['causa', cause],
    ['erro', errorName && `${errorName}: ${errorMessage ?? ''}`],
    ['nota', invoiceId],
    ['município', municipalityCode],
    ['enviada em', sentAt],
    ['recebida', receiveCount === undefined ? undefined : `${receiveCount} vez(es)`],
    ['rastro', traceId],
    ['SHA-256', letter.bodyHash],
    ['o que fazer', adviceOn(cause)],
  ];
  const shown = facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(12)}${value}`]));
  return [...shown, ''].map(printable);
}

const OUTCOMES: Readonly<Record<string, string>> = {
  start: 'seria reiniciada',
  drop: 'sairia da fila, já está resolvida',
  keep: 'ficaria na fila',
  discard: 'seria descartada',
  started: 'reiniciada',
  answered: 'processada',
  dropped: 'saiu da fila, já estava resolvida',
  kept: 'ficou na fila',
  discarded: 'descartada',
};

const REASONS: Readonly<Record<string, string>> = {
  'unknown-invoice': 'nenhuma nota conhecida',
  contradiction: 'contradição, uma pessoa precisa ver',
  'note-in-question': 'terminou sem nota, e só a autoridade sabe se há uma: use repair',
  unfinished: 'a nota não terminou, use replay',
  'repaired-before': 'já foi reparada e nada mudou',
  'no-record': 'o histórico já terminou e não guarda o reparo: use repair',
  failed: 'falha nossa, veja o log',
};

export function itemLine({ invoiceId, letterIds, cause, outcome, status, why }: SweptItem): string {
  const facts = [cause, status, why && (REASONS[why] ?? why)].filter(Boolean).join(', ');
  return printable(`${invoiceId ?? letterIds.join(' ')}: ${OUTCOMES[outcome] ?? outcome} (${facts})`);
}

export function sweepSummary(items: readonly SweptItem[], dryRun: boolean): string {
  if (items.length === 0) return 'Nenhuma mensagem corresponde.';
  const counts = [...Map.groupBy(items, ({ outcome }) => outcome)].map(
    ([outcome, of]) => `${OUTCOMES[outcome] ?? outcome}: ${of.length}`,
  );
  return `${dryRun ? 'Simulação: ' : ''}${counts.join('; ')}.`;
}

function padded(cells: readonly string[]): string {
  return cells.map((cell, place) => cell.padEnd(COLUMNS[place]?.[1] ?? 0)).join('  ');
}

function ageOf(sentAt: string, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - Date.parse(sentAt)) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} dias`;
}

/** Without what a terminal would obey. */
function printable(line: string): string {
  return line.replace(/\p{Cc}+/gu, ' ');
}
