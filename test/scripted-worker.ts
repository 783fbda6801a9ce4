import type { Documents } from '../src/commands/ports.ts';
import type { Work } from '../src/commands/work.ts';
import { START, tipAfter } from '../src/events/commit.ts';
import { read } from '../src/events/event-store.ts';
import { event, type NewEvent } from '../src/events/event-types.ts';
import { memoryEventStore } from '../src/events/memory-event-store.ts';
import { NotRepresentable } from '../src/worker/authority.ts';
import type { WorkerDeps } from '../src/worker/conversation.ts';
import { handleWork } from '../src/worker/handle-work.ts';
import type {
  CancelOutcome,
  FindOutcome,
  IssueOutcome,
  ProviderError,
  Submission,
} from '../src/worker/providers/provider.ts';
import { recentlySeen } from '../src/worker/recently-seen.ts';
import type { Delivery } from '../src/worker/work-message.ts';
import { at, companyCnpj, deferred, emitted, invoiceId, issued, meta, rejection, requestId } from './invoices.ts';

const { nfseXmlKey: _, ...withoutKey } = issued.data;
/** The note as the authority gives it, and without its document. */
export const facts = withoutKey;
export const note = { ...facts, xml: '<NFSe/>' };
export const rejected = { kind: 'rejected', error: rejection } as const;
export const unavailable = { kind: 'unavailable', reason: 'connection refused' } as const;
export const unknown = { kind: 'unknown', reason: 'no answer in time' } as const;
export const found = { kind: 'found', note, matches: true } as const;
export const absent = { kind: 'absent' } as const;
export const mayBeSent = event('SubmissionDeferred', { ...deferred.data, reason: 'outcome-unknown' });
export const protocol = 'PRT-2026-0000077';
export const pending = { kind: 'pending', protocol, reason: 'the batch was taken' } as const;
export const queued = event('SubmissionDeferred', { ...deferred.data, reason: 'authority-processing', protocol });

/** What the authority answers, in its order. */
export interface Script {
  readonly issue?: readonly IssueOutcome[];
  readonly find?: readonly FindOutcome[];
  readonly cancel?: readonly CancelOutcome[];
  /** Why the company cannot show itself there at all. */
  readonly refusal?: ProviderError;
}

/** A worker over a stream in memory and an authority that answers by a script; what it is asked beyond the script is an error. */
export async function worker(
  history: readonly NewEvent[],
  authority: Script,
  nowSeconds = 5,
  changes: Partial<WorkerDeps> = {},
) {
  const events = memoryEventStore();
  const documents = new Map<string, string>([[emitted.data.xmlKey, '<DPS/>']]);
  const calls: string[] = [];
  const submissions: Submission[] = [];
  const cancellationTimes: string[] = [];
  let ids = 0;
  const newCommitId = () => `commit-${++ids}`;
  for (const happened of history) {
    const last = (await events.load(invoiceId)).at(-1);
    await events.append({
      invoiceId,
      tip: last ? tipAfter(last) : START,
      events: [happened],
      meta,
      at,
      commitId: newCommitId(),
    });
  }
  const scripts = {
    issue: [...(authority.issue ?? [])],
    find: [...(authority.find ?? [])],
    cancel: [...(authority.cancel ?? [])],
  };
  const next = async <Verb extends keyof typeof scripts>(verb: Verb) => {
    calls.push(verb);
    const answer = scripts[verb].shift();
    if (!answer) throw new Error(`Nobody expected ${verb} after ${calls.join(', ')}`);
    return answer as NonNullable<Script[Verb]>[number];
  };
  const deps: WorkerDeps = {
    events,
    documents: {
      put: async (key, content) => void documents.set(key, content),
      get: async (key) => documents.get(key) ?? '',
    } satisfies Documents,
    authorityFor: async () => {
      if (authority.refusal) throw new NotRepresentable(authority.refusal);
      return {
        transport: async () => ({ status: 500, headers: {}, body: '' }),
        provider: () => ({
          issue: () => next('issue') as Promise<IssueOutcome>,
          find: (submission) => {
            submissions.push(submission);
            return next('find') as Promise<FindOutcome>;
          },
          cancel: (cancellation) => {
            cancellationTimes.push(cancellation.at);
            return next('cancel') as Promise<CancelOutcome>;
          },
        }),
      };
    },
    newCommitId,
    now: () => new Date(Date.parse(at) + nowSeconds * 1000),
    random: () => 0,
    retryBaseSeconds: 30,
    giveUpAfterSeconds: 604_800,
    trustSeconds: 60,
    sendWithinSeconds: 180,
    inFlightSeconds: 300,
    gateOf: () => ({ kind: 'flowing' }),
    firstSight: recentlySeen(10),
    ...changes,
  };
  const handle = (work: Work, delivery: Partial<Delivery> = {}) =>
    handleWork(deps, work, { messageId: 'message-1', receiveCount: 1, sentAt: new Date(at), ...delivery });
  const types = async () =>
    (await events.load(invoiceId)).flatMap((commit) => commit.events.map(({ type }) => type)).slice(history.length);
  const invoice = async () => read(invoiceId, await events.load(invoiceId)).invoice;
  return { events, handle, calls, submissions, cancellationTimes, documents, types, invoice };
}

/** A message of the reconciler. */
export const work: Work = {
  operation: 'emit',
  invoiceId,
  municipalityCode: '3106200',
  requestId,
  origin: 'reconciliation',
};

/** The message that an emission starts with. */
export async function freshWork(events: ReturnType<typeof memoryEventStore>): Promise<Work> {
  const [first] = await events.load(invoiceId);
  if (!first) throw new Error('The stream begins with the emission');
  const { dps, xmlKey, route } = emitted.data;
  return {
    ...work,
    origin: 'emission',
    companyCnpj,
    route: { authority: route.authority },
    dps,
    emitted: { xmlKey, tip: tipAfter(first), at },
  };
}
