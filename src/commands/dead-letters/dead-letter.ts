import { type InvoiceId, parseInvoiceId } from '../../events/ids.ts';
import type { Work } from '../work.ts';
import { readWork } from '../work.ts';

/** A message that the code could not handle, as it lies in the DLQ. */
export interface DeadLetter {
  /** Its id there: of this letter, not of the message it was made of. */
  readonly letterId: string;
  /** By which it is given back or removed, while it is in hand. */
  readonly receipt: string;
  /** Stable code of what went wrong; {@link WORKER_DIED} and {@link MALFORMED} where nobody could write it down. */
  readonly cause: string;
  readonly errorName?: string;
  readonly errorMessage?: string;
  readonly invoiceId?: InvoiceId;
  readonly municipalityCode?: string;
  readonly traceId?: string;
  /** When its message was first sent, ISO 8601. */
  readonly sentAt: string;
  /** How often the worker had received it. */
  readonly receiveCount?: number;
  /** SHA-256 of the message, in hexadecimal: what it says may be anything, so it is not shown. */
  readonly bodyHash: string;
}

/** What the worker writes on a message that it gives up. */
export interface Death {
  readonly cause: string;
  readonly errorName: string;
  /** Without personal data. */
  readonly errorMessage: string;
  readonly work?: Pick<Work, 'invoiceId' | 'municipalityCode' | 'traceId'>;
  /** Milliseconds since the epoch. */
  readonly sentAtMs: number;
  readonly receiveCount: number;
  readonly messageId: string;
}

/** Names of a dead letter's message attributes; SQS takes ten. */
const NAMES = {
  cause: 'Cause',
  errorName: 'ErrorName',
  errorMessage: 'ErrorMessage',
  invoiceId: 'InvoiceId',
  municipalityCode: 'MunicipalityCode',
  traceId: 'TraceId',
  sentAt: 'SentAt',
  receiveCount: 'ReceiveCount',
  messageId: 'MessageId',
} as const;

/** Received too often, and nobody wrote down why: the worker died over it, or could not reach the DLQ. */
export const WORKER_DIED = 'worker-died';
/** The message asks for no work of ours. */
export const MALFORMED = 'malformed-message';

/** A dead letter's message attributes, by name. Empty ones are left out, as SQS wants it. */
export function attributesOf({ work, sentAtMs, receiveCount, ...death }: Death): Readonly<Record<string, string>> {
  const values: Partial<Record<keyof typeof NAMES, string | undefined>> = {
    ...death,
    invoiceId: work?.invoiceId,
    municipalityCode: work?.municipalityCode,
    traceId: work?.traceId,
    sentAt: timeOf(sentAtMs),
    receiveCount: Number.isFinite(receiveCount) ? String(receiveCount) : undefined,
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value ? [[NAMES[name as keyof typeof NAMES], value]] : [])),
  );
}

/** A message of the DLQ, as the engine gives it. */
export interface StoredLetter {
  readonly letterId: string;
  readonly receipt: string;
  readonly body: string;
  readonly bodyHash: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. A message that the queue itself moved keeps the time of its first sending. */
  readonly sentAtMs: number;
}

/** Reads a dead letter. Whoever may send to the queue may have written anything: what is no id, code or time of ours is left out. */
export function deadLetterOf({ letterId, receipt, body, bodyHash, attributes, sentAtMs }: StoredLetter): DeadLetter {
  const work = workIn(body);
  const given = (name: keyof typeof NAMES, form: RegExp) => {
    const value = attributes[NAMES[name]];
    return value !== undefined && form.test(value) ? value : undefined;
  };
  const invoiceId = parseInvoiceId(attributes[NAMES.invoiceId]) ?? work?.invoiceId;
  const municipalityCode = given('municipalityCode', MUNICIPALITY) ?? municipalityOf(work);
  const traceId = given('traceId', TRACE) ?? (work?.traceId && TRACE.test(work.traceId) ? work.traceId : undefined);
  const errorName = given('errorName', NAME);
  const errorMessage = given('errorMessage', MESSAGE);
  const receiveCount = given('receiveCount', COUNT);
  const cause = given('cause', CAUSE) ?? (work ? WORKER_DIED : MALFORMED);
  return {
    letterId,
    receipt,
    cause,
    sentAt: given('sentAt', TIME) ?? timeOf(sentAtMs),
    bodyHash,
    ...(invoiceId && { invoiceId }),
    ...(municipalityCode && { municipalityCode }),
    ...(traceId && { traceId }),
    ...(errorName && { errorName }),
    ...(errorMessage && { errorMessage }),
    ...(receiveCount && { receiveCount: Number(receiveCount) }),
  };
}

export const CAUSE = /^[a-z][a-z0-9-]{0,59}$/;
const MUNICIPALITY = /^\d{7}$/;
const TRACE = /^[\w-]{1,64}$/;
const NAME = /^\w{1,100}$/;
const MESSAGE = /^[^\p{Cc}]{1,300}$/u;
const COUNT = /^\d{1,9}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function workIn(body: string): Work | undefined {
  try {
    return readWork(body);
  } catch {
    return undefined; // MalformedMessage: that is what the letter is about
  }
}

function municipalityOf(work: Work | undefined): string | undefined {
  return work && MUNICIPALITY.test(work.municipalityCode) ? work.municipalityCode : undefined;
}

function timeOf(ms: number): string {
  return new Date(Number.isFinite(ms) ? ms : 0).toISOString();
}

/** The DLQ. SQS cannot be browsed: to look at a letter is to take it in hand, where nobody else sees it until it is given back. */
export interface DeadLetters {
  /** Some letters that nobody has in hand; none when there are no more. In hand until given back, removed, or for a minute. */
  take(most: number): Promise<readonly DeadLetter[]>;
  giveBack(letters: readonly DeadLetter[]): Promise<void>;
  remove(letters: readonly DeadLetter[]): Promise<void>;
  /** How many there are, in anybody's hand or in none: an estimate of the engine's. */
  count(): Promise<number>;
}
