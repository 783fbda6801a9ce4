import { LAYOUT_TRAITS } from '../../../nfse/abrasf/layout-differences.ts';
import { batchQuestion, noteQuestion } from '../../../nfse/abrasf/messages.ts';
import type { AbrasfNote } from '../../../nfse/abrasf/read-note.ts';
import type { RpsFacts } from '../../../nfse/abrasf/read-rps.ts';
import type { FindOutcome } from '../provider.ts';
import { call, type Reply } from './call.ts';
import type { Desk } from './desk.ts';
import { refusalIn } from './refusal.ts';
import { type Answered, issuedNote, noteOf, pending, requesterOf, unavailable, unknown, unread } from './replies.ts';

/** The note of an RPS, by the number it has. */
export async function findByRps(desk: Desk, rps: RpsFacts): Promise<FindOutcome> {
  const identity = { series: rps.series, number: Number(rps.number) };
  const reply = await call(desk, 'ConsultarNfsePorRps', noteQuestion(identity, requesterOf(rps), desk.style));
  if (reply.kind !== 'answer') return unread(reply);
  const note = noteOf(reply, rps);
  if (note) return found(desk, note, rps, reply);
  const refusal = refusalIn(reply.answer, rps.number);
  if (refusal?.absent) return { kind: 'absent' };
  if (refusal?.class === 'PENDING') return pending(refusal.error.source);
  if (refusal?.class === 'RETRY') return unavailable(refusal.error.source);
  return unknown(refusal?.error.source ?? `HTTP ${reply.status}: the answer names no note of this RPS`);
}

/**
 * What became of a batch. After a batch that failed the RPS is asked for by its number all the same: some cities issue the good ones
 * of a bad batch, and an RPS refused as double may be the note of an earlier batch.
 */
export async function findByProtocol(desk: Desk, rps: RpsFacts, protocol: string): Promise<FindOutcome> {
  if (LAYOUT_TRAITS[desk.style.layout].batchStatus === 'own-operation') {
    const status = await askForBatch(desk, 'ConsultarSituacaoLoteRps', rps, protocol);
    if (status.kind !== 'answer') return unread(status);
    if (isQueued(status)) return pending('the city hall has not processed the batch yet');
  }
  const reply = await askForBatch(desk, 'ConsultarLoteRps', rps, protocol);
  if (reply.kind !== 'answer') return unread(reply);
  const note = noteOf(reply, rps);
  if (note) return found(desk, note, rps, reply, protocol);
  if (isQueued(reply)) return pending('the city hall has not processed the batch yet');

  const single = await findByRps(desk, rps);
  if (single.kind !== 'absent') return single;
  const refusal = refusalIn(reply.answer, rps.number);
  switch (refusal?.class) {
    case 'BUG':
    case 'CONFIG':
    case 'DEADLINE':
    case 'STATE':
    case 'FIX_DATA':
      return { kind: 'rejected', error: refusal.error };
    case 'NOT_FOUND':
    case 'RETRY':
    case 'RETRY_LOOKUP':
      // The batch is over or was never there, and has left no note: the RPS may be sent again.
      return single;
    case 'LOOKUP':
    case 'IDEMPOTENT':
    case 'PENDING':
    case 'ALERT':
    case undefined:
      return unknown(refusal?.error.source ?? `HTTP ${reply.status}: the batch's answer does not name this RPS`);
  }
}

function askForBatch(
  desk: Desk,
  operation: 'ConsultarLoteRps' | 'ConsultarSituacaoLoteRps',
  rps: RpsFacts,
  protocol: string,
): Promise<Reply> {
  return call(desk, operation, batchQuestion(operation, protocol, requesterOf(rps), desk.style));
}

function isQueued({ answer }: Answered): boolean {
  return answer.batchStatus === '1' || answer.batchStatus === '2' || refusalIn(answer)?.class === 'PENDING';
}

function found(desk: Desk, note: AbrasfNote, rps: RpsFacts, reply: Answered, protocol?: string): FindOutcome {
  return { kind: 'found', note: issuedNote(desk, note, rps, reply, protocol), matches: isSameSale(rps, note) };
}

/** Told apart from another sale that took the same number. What a city does not repeat cannot differ. */
function isSameSale(sent: RpsFacts, note: AbrasfNote): boolean {
  const same = <T>(ours: T | undefined, theirs: T | undefined) => theirs === undefined || ours === theirs;
  return (
    same(sent.amount, note.amount) &&
    same(sent.companyCnpj, note.issuerDocument) &&
    same(sent.serviceItem, note.serviceItem) &&
    (note.amount === undefined || sent.customerDocument === note.customerDocument)
  );
}
