import { LAYOUT_TRAITS } from '../../../nfse/abrasf/layout-differences.ts';
import { batchQuestion, noteQuestion } from '../../../nfse/abrasf/messages.ts';
import type { AbrasfNote } from '../../../nfse/abrasf/read-note.ts';
import type { RpsFacts } from '../../../nfse/abrasf/read-rps.ts';
import type { FindOutcome } from '../provider.ts';
import { anotherQuestion, unsettled } from '../verdict.ts';
import type { Reply } from './call.ts';
import { decideCity } from './decision.ts';
import { ask, type Desk } from './desk.ts';
import { type Answered, issuedNote, requesterOf, unheard } from './replies.ts';

/** The note of an RPS, by the number it has. */
export async function findByRps(desk: Desk, rps: RpsFacts): Promise<FindOutcome> {
  const identity = { series: rps.series, number: Number(rps.number) };
  const reply = await ask(desk, 'ConsultarNfsePorRps', noteQuestion(identity, requesterOf(rps), desk.style));
  if (reply.kind !== 'answer') return unheard(reply, 'find');
  const decision = decideCity(reply, 'find', { rps });
  switch (decision.kind) {
    case 'note':
      return found(desk, decision.note, rps, reply);
    case 'absent':
    case 'pending':
    case 'unavailable':
    case 'unknown':
      return decision;
    case 'already-used':
    case 'refused':
    case 'doubtful':
      return unsettled(decision.refusal.error.source);
    case 'cancelled':
      return anotherQuestion(reply.status);
  }
}

/**
 * What became of a batch. After a batch that failed the RPS is asked for by its number all the same: some cities issue the good ones
 * of a bad batch, and an RPS refused as double may be the note of an earlier batch.
 */
export async function findByProtocol(desk: Desk, rps: RpsFacts, protocol: string): Promise<FindOutcome> {
  let isFailed = false;
  if (LAYOUT_TRAITS[desk.style.layout].batchStatus === 'own-operation') {
    const status = await askForBatch(desk, 'ConsultarSituacaoLoteRps', rps, protocol);
    if (status.kind !== 'answer') return unheard(status, 'batch');
    const queued = decideCity(status, 'batch', { rps });
    if (queued.kind === 'pending') return queued;
    isFailed = status.answer.batchStatus === '3';
  }
  const reply = await askForBatch(desk, 'ConsultarLoteRps', rps, protocol);
  if (reply.kind !== 'answer') return unheard(reply, 'batch');
  const decision = decideCity(reply, 'batch', { rps });
  if (decision.kind === 'note') return found(desk, decision.note, rps, reply, protocol);
  if (decision.kind === 'pending') return decision;

  const single = await findByRps(desk, rps);
  if (single.kind !== 'absent') return single;
  switch (decision.kind) {
    case 'refused':
    case 'doubtful':
      return { kind: 'rejected', error: decision.refusal.error };
    case 'already-used':
      return unsettled(decision.refusal.error.source);
    case 'unavailable':
      return decision.refusal ? single : decision;
    case 'unknown':
      // The batch is over, if without a reason, or was never there, and has left no note: the RPS may be sent again.
      return decision.refusal || isFailed || reply.answer.batchStatus === '3' ? single : decision;
    case 'absent':
    case 'cancelled':
      return single;
  }
}

function askForBatch(
  desk: Desk,
  operation: 'ConsultarLoteRps' | 'ConsultarSituacaoLoteRps',
  rps: RpsFacts,
  protocol: string,
): Promise<Reply> {
  return ask(desk, operation, batchQuestion(operation, protocol, requesterOf(rps), desk.style));
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
