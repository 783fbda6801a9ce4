import { setTimeout as sleep } from 'node:timers/promises';
import type { EventData, EventType, Rejection } from '../../src/events/event-types.ts';
import type { ChainVerdict } from '../../src/events/hash-chain.ts';
import type { Status } from './fates.ts';

/** The part of the API's resource that the demo looks at. */
export interface InvoiceView {
  readonly invoiceId: string;
  readonly status: Status;
  readonly version: number;
  readonly companyCnpj: string;
  readonly municipalityCode: string;
  readonly route: { readonly authority: 'national' | 'city'; readonly rule: string };
  readonly dps: { readonly series: string; readonly number: number };
  readonly nfseNumber?: string;
  readonly accessKey?: string;
  readonly error?: Rejection;
  readonly cancellation?: { readonly error?: Rejection; readonly protocol?: string };
}

/** The API gives money as text. */
type DataView<Type extends EventType> =
  EventData<Type> extends { total: number }
    ? Omit<EventData<Type>, 'total'> & { readonly total: string }
    : EventData<Type>;

export type EventView = {
  [Type in EventType]: {
    readonly type: Type;
    /** ISO 8601 */
    readonly at: string;
    readonly data: DataView<Type>;
  };
}[EventType];

export interface HistoryView {
  readonly chain: ChainVerdict & { readonly message?: string };
  readonly invoice: InvoiceView;
  readonly events: readonly EventView[];
}

/** The API refused what the demo asked. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code = 'refused';
}

export interface ApiClient {
  /** @param key sent as the `Idempotency-Key` */
  post(path: string, key: string, body: unknown): Promise<{ invoice: InvoiceView; replayed: boolean }>;
  history(invoiceId: string): Promise<HistoryView>;
  /** The version of an invoice now: its `ETag`. */
  version(invoiceId: string): Promise<string>;
}

/** What an operator does for a company. */
export interface OperatorClient {
  /** Leaves a registration that is there as it is. */
  register(companyCnpj: string, body: unknown): Promise<void>;
  decideRoute(companyCnpj: string, body: unknown): Promise<void>;
}

const TRIES = 20;
const BETWEEN_MS = 300;

interface Api {
  readonly url: string;
  readonly key: string;
  readonly token: string;
}

/**
 * Calls the API as any client does. An answer that did not come is asked for again: each request carries a key, so that asking
 * twice does nothing twice.
 */
export function apiClient(api: Api): ApiClient {
  const call = caller(api);
  return {
    async post(path, key, body) {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key };
      const response = await call(path, { method: 'POST', headers, body: JSON.stringify(body) });
      const invoice = (await response.json()) as InvoiceView;
      return { invoice, replayed: response.headers.get('idempotency-replayed') === 'true' };
    },
    history: async (invoiceId) => (await (await call(`/invoices/${invoiceId}/events`)).json()) as HistoryView,
    async version(invoiceId) {
      const response = await call(`/invoices/${invoiceId}`);
      await response.body?.cancel();
      return response.headers.get('etag') ?? '';
    },
  };
}

export function operatorClient(api: Api): OperatorClient {
  const call = caller(api);
  const send = async (method: string, path: string, body: unknown, alsoFine?: number) => {
    const headers = { 'content-type': 'application/json' };
    const response = await call(path, { method, headers, body: JSON.stringify(body) }, alsoFine);
    await response.body?.cancel();
  };
  return {
    register: (companyCnpj, body) => send('PUT', `/companies/${companyCnpj}`, body, IF_MATCH_REQUIRED),
    decideRoute: (companyCnpj, body) => send('POST', `/companies/${companyCnpj}/route-decisions`, body),
  };
}

/** What a registration without the version that it was made on gets, where there is one already. */
const IF_MATCH_REQUIRED = 428;

/** @returns calls, repeated until they are answered; `alsoFine` is a status that is an answer, too */
function caller(api: Api) {
  return async (path: string, init: RequestInit = {}, alsoFine?: number): Promise<Response> => {
    for (let tries = 1; ; tries++) {
      const headers = { authorization: `Bearer ${api.token}`, 'x-api-key': api.key, ...init.headers };
      const signal = AbortSignal.timeout(30_000);
      const response = await fetch(api.url + path, { ...init, headers, signal }).catch(() => undefined);
      if (response && (response.ok || response.status === alsoFine)) return response;
      const problem = response ? await problemIn(response) : 'no answer';
      const again = response === undefined || response.status >= 500 || response.status === 409;
      if (!again || tries === TRIES) throw new Refused(`${init.method ?? 'GET'} ${path}: ${problem}`);
      await sleep(BETWEEN_MS);
    }
  };
}

async function problemIn(response: Response): Promise<string> {
  const { detail, errors } = (await response.json().catch(() => ({}))) as {
    detail?: string;
    errors?: readonly { pointer: string; message: string }[];
  };
  const fields = (errors ?? []).map(({ pointer, message }) => ` ${pointer}: ${message}`);
  return `${response.status} ${detail ?? response.statusText}${fields.join('')}`;
}
