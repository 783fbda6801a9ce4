import { createHash } from 'node:crypto';
import { LAYOUT_TRAITS } from '../../../nfse/abrasf/layout-differences.ts';
import { batchMessage, singleMessage } from '../../../nfse/abrasf/messages.ts';
import type { AbrasfOperation } from '../../../nfse/abrasf/operations.ts';
import { type RpsFacts, readRps } from '../../../nfse/abrasf/read-rps.ts';
import type { FindOutcome, IssueOutcome, Provider, Submission } from '../provider.ts';
import { anotherQuestion, withoutNote } from '../verdict.ts';
import { call } from './call.ts';
import { cancel } from './cancel.ts';
import { decideCity } from './decision.ts';
import { type AbrasfSettings, type Desk, deskOf } from './desk.ts';
import { findByProtocol, findByRps } from './find.ts';
import { issuedNote, requesterOf, unheard } from './replies.ts';

/**
 * A city hall that speaks ABRASF, in the dialect of its profile. The answer's content decides: a note that names our RPS is a note, a
 * code is what the catalogue says of it, anything else leaves the outcome unknown. A city that queues is asked later, by protocol.
 */
export function abrasfProvider(settings: AbrasfSettings): Provider {
  const desk = deskOf(settings);
  return {
    issue: (submission) => issue(desk, submission),
    find: (submission) => find(desk, submission),
    cancel: (cancellation) => cancel(desk, cancellation),
  };
}

async function issue(desk: Desk, submission: Submission): Promise<IssueOutcome> {
  const rps = readRps(submission.document);
  const reply = await call(desk, ...declaration(desk, submission, rps));
  if (reply.kind !== 'answer') return unheard(reply, 'issue');
  const decision = decideCity(reply, 'issue', { rps });
  switch (decision.kind) {
    case 'note':
      return { kind: 'issued', note: issuedNote(desk, decision.note, rps, reply, reply.answer.protocol) };
    case 'cancelled':
      return anotherQuestion(reply.status);
    default:
      return withoutNote(decision, reply.status, () => findByRps(desk, rps));
  }
}

/** The operation by which the dialect asks for a note, and its message. */
function declaration(desk: Desk, submission: Submission, rps: RpsFacts): readonly [AbrasfOperation, string] {
  const { dialect, style, sign } = desk;
  const { signature } = dialect;
  const inner = signature.rps && LAYOUT_TRAITS[style.layout].declaration;
  switch (dialect.emission) {
    case 'single':
      return ['GerarNfse', sign(singleMessage(submission.document, style), inner)];
    case 'sync-batch':
    case 'async-batch': {
      const operation = dialect.emission === 'sync-batch' ? 'RecepcionarLoteRpsSincrono' : 'RecepcionarLoteRps';
      const message = batchMessage(operation, submission.document, batchNumber(submission), requesterOf(rps), style);
      return [operation, sign(message, inner, signature.batch && 'LoteRps')];
    }
  }
}

/**
 * The number of the batch that carries a document. The same attempt has the same number, so that a city refuses the second copy of a
 * batch besides the second copy of its RPS; another attempt has another one, because a city may refuse for ever a number whose
 * batch it could not process.
 */
function batchNumber({ document, attempt }: Submission): number {
  const hash = createHash('sha256').update(`${attempt}\n${document}`, 'utf8').digest();
  return 100_000_000_000_000 + Number(hash.readBigUInt64BE() % 900_000_000_000_000n);
}

async function find(desk: Desk, submission: Submission): Promise<FindOutcome> {
  const rps = readRps(submission.document);
  const { protocol } = submission;
  return protocol === undefined ? findByRps(desk, rps) : findByProtocol(desk, rps, protocol);
}
