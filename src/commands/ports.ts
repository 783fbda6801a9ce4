import type { EventStore } from '../events/event-store.ts';
import type { Work } from './work.ts';

/** A company has used up the numbers of a series (15 digits, or whatever a client's own number left of them). */
export class SeriesExhausted extends Error {
  override readonly name = 'SeriesExhausted';
  readonly code = 'series-exhausted';
  constructor(companyCnpj: string, series: string) {
    super(`Series ${series} of ${companyCnpj} has no number left`);
  }
}

/** A client's own number is further ahead of the counter than one emission may move it. */
export class DpsNumberTooFar extends Error {
  override readonly name = 'DpsNumberTooFar';
  readonly code = 'number-too-far';
  /** The highest number that is accepted now. */
  readonly highest: number;
  constructor(series: string, number: number, highest: number) {
    super(`Number ${number} of series ${series} is too far ahead: ${highest} is the highest now`);
    this.highest = highest;
  }
}

/** The largest number a DPS may bear. */
export const LAST_DPS_NUMBER = 999_999_999_999_999;

/** The numbers of a company's DPS, by series. Gaps are normal (a number taken and never used is lost); repeats never happen. */
export interface DpsNumbers {
  /** The next number: atomic, each is given once. @throws SeriesExhausted */
  take(companyCnpj: string, series: string): Promise<number>;
  /**
   * The client brought its own number: later `take`s go on after it.
   *
   * @param mayJump whether it may be as far ahead of the counter as it likes; a mistaken number would use up the series
   * @throws DpsNumberTooFar
   */
  reserve(companyCnpj: string, series: string, number: number, mayJump?: boolean): Promise<void>;
}

/** The store of documents. A key carries its content's hash, so a document is never overwritten by another. */
export interface Documents {
  /** Stores a document, unless it is there already. Once this resolves the document is as safe as an event. */
  put(key: string, content: string): Promise<void>;
  /** @throws DocumentMissing, DocumentDamaged */
  get(key: string): Promise<string>;
}

/** An event names a document that the store does not have: it was deleted by hand, or table and bucket are the wrong ones. */
export class DocumentMissing extends Error {
  override readonly name = 'DocumentMissing';
  readonly code = 'document-missing';
  readonly key: string;
  constructor(key: string, options?: ErrorOptions) {
    super(`Document ${key} does not exist`, options);
    this.key = key;
  }
}

/** What lies under a document's key is not what the key's hash is of: somebody changed it. It is not to be sent, nor shown as evidence. */
export class DocumentDamaged extends Error {
  override readonly name = 'DocumentDamaged';
  readonly code = 'document-damaged';
  readonly key: string;
  /** What lies there now; nothing where it cannot even be unpacked. */
  readonly content: string | undefined;
  constructor(key: string, content?: string, options?: ErrorOptions) {
    super(`Document ${key} is not what it was`, options);
    this.key = key;
    this.content = content;
  }
}

/** EmitWorkflow. Starting it twice for one invoice does no harm: the worker looks at the stream. */
export interface Workflow {
  /** @param inSeconds when the worker may see it, from now; whole, a quarter of an hour at the most */
  start(work: Work, inSeconds?: number): Promise<void>;
}

/** What every command handler is given. A command that writes documents asks for them besides. */
export interface CommandDeps {
  readonly events: EventStore;
  readonly workflow: Workflow;
  readonly newCommitId: () => string;
  /** A workflow could not be started. The invoice is safe (the reconciler starts it when it is due), so the command succeeds. */
  readonly onWorkflowNotStarted: (work: Work, error: unknown) => void;
}
