import type { Authority } from '../../src/worker/authority.ts';
import type { IssueOutcome, Provider, Submission, Unavailable, Unknown } from '../../src/worker/providers/provider.ts';
import {
  type HttpRequest,
  type HttpResponse,
  type Transport,
  TransportError,
} from '../../src/worker/providers/transport.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What happens to the next call. Before: nothing is done. After: it is done, and nobody hears of it. */
export const FAULTS = [
  'no connection',
  'silence before',
  'silence after',
  'reset after',
  '502 before',
  '502 after',
  'rejection',
  'queued',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface HeldNote {
  readonly declaration: string;
  readonly nfseNumber: string;
  readonly document: string;
  cancelled: boolean;
}

export interface PlainAuthority {
  readonly authority: Authority;
  /** Befall the next calls, one each, in this order. */
  readonly faults: Fault[];
  /** Takes no connection while it is down. */
  down: boolean;
  /** Told of each call that comes through: `issue`, `find` or `cancel`, and the declaration. */
  onCall: (verb: string, declaration: string) => void;
  notes(): readonly HeldNote[];
}

const QUEUE_MS = 20_000;

/**
 * An authority by the book, spoken to in a protocol of three lines, so that thousands of histories take seconds: one note for a number, a
 * refusal for the second, a queue if it likes, and whatever a network does.
 */
export function plainAuthority(clock: VirtualClock): PlainAuthority {
  const notes = new Map<string, HeldNote>();
  const queued = new Map<string, { readonly document: string; readonly at: number }>();
  /** A refused cancellation is a fact of its note: a deadline that is over stays over. */
  const past = new Set<string>();
  const faults: Fault[] = [];

  function issue(declaration: string, document: string): HttpResponse {
    if (notes.has(declaration)) return answer(409, '');
    const note = { declaration, document, nfseNumber: String(notes.size + 1), cancelled: false };
    notes.set(declaration, note);
    return answer(201, note.nfseNumber);
  }

  function processQueue(): void {
    for (const [declaration, { document, at }] of queued) {
      if (at + QUEUE_MS > clock.now().getTime()) continue;
      queued.delete(declaration);
      issue(declaration, document);
    }
  }

  function carriedOut({ method, path, body = '' }: HttpRequest, fault: Fault | undefined): HttpResponse {
    const [, verb, declaration = ''] = path.split('/');
    const note = notes.get(declaration);
    if (method === 'GET') {
      if (note) return answer(200, note.nfseNumber, note.document, note.cancelled);
      return queued.has(declaration) ? answer(202, '') : answer(404, '');
    }
    if (fault === 'rejection' && !note) return answer(422, '');
    if (verb === 'cancel') {
      if (!note) return answer(404, '');
      // It looks at the deadline before it looks whether the note is cancelled already.
      if (fault === 'rejection') past.add(declaration);
      if (past.has(declaration)) return answer(422, '');
      note.cancelled = true;
      return answer(200, note.nfseNumber);
    }
    if (fault !== 'queued' || note) return issue(declaration, body);
    queued.set(declaration, { document: body, at: clock.now().getTime() });
    return answer(202, '');
  }

  const transport: Transport = async (request) => {
    const [, verb = '', declaration = ''] = request.path.split('/');
    self.onCall(verb, declaration);
    if (self.down) throw new TransportError('connection refused', { sent: false });
    processQueue();
    const fault = faults.shift();
    switch (fault) {
      case 'no connection':
        throw new TransportError('connection refused', { sent: false });
      case 'silence before':
        throw new TransportError('no answer in time', { sent: true });
      case '502 before':
        return answer(502, '');
      default: {
        const done = carriedOut(request, fault);
        if (fault === 'silence after' || fault === 'reset after') throw new TransportError(fault, { sent: true });
        return fault === '502 after' ? answer(502, '') : done;
      }
    }
  };
  const self: PlainAuthority = {
    authority: { transport, provider: plainProvider },
    faults,
    down: false,
    onCall: () => undefined,
    notes: () => [...notes.values()],
  };
  return self;
}

function answer(status: number, nfseNumber: string, document = '', cancelled = false): HttpResponse {
  return { status, headers: { 'x-number': nfseNumber, 'x-cancelled': String(cancelled) }, body: document };
}

/** Speaks that protocol by the rules of every provider: what is not certain is unknown. */
function plainProvider(transport: Transport): Provider {
  const call = async (request: HttpRequest): Promise<HttpResponse | Unavailable | Unknown> => {
    try {
      const response = await transport(request);
      return response.status >= 500 ? { kind: 'unknown', reason: `status ${response.status}` } : response;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      return { kind: error.sent ? 'unknown' : 'unavailable', reason: error.message };
    }
  };
  const nameOf = ({ companyCnpj, dps }: Pick<Submission, 'companyCnpj' | 'dps'>) =>
    `${companyCnpj}-${dps.series}-${dps.number}`;
  return {
    async issue(submission): Promise<IssueOutcome> {
      const response = await call({ method: 'POST', path: `/issue/${nameOf(submission)}`, body: submission.document });
      if ('kind' in response) return response;
      if (response.status === 201) return { kind: 'issued', note: noteOf(response) };
      if (response.status === 202) return { kind: 'pending', reason: 'queued' };
      if (response.status === 409) return { kind: 'already-used', reason: 'there is a note' };
      return { kind: 'rejected', error: REFUSED };
    },
    async find(submission) {
      const response = await call({ method: 'GET', path: `/find/${nameOf(submission)}` });
      if ('kind' in response) return response;
      if (response.status === 404) return { kind: 'absent' };
      if (response.status === 202) return { kind: 'pending', reason: 'queued' };
      return { kind: 'found', note: noteOf(response), matches: response.body === submission.document };
    },
    async cancel({ companyCnpj, dps, at }) {
      const response = await call({ method: 'POST', path: `/cancel/${nameOf({ companyCnpj, dps })}` });
      if (!('kind' in response) && response.status === 200) return cancelled(response, at);
      if ('kind' in response && response.kind === 'unavailable') return response;
      const note = await call({ method: 'GET', path: `/find/${nameOf({ companyCnpj, dps })}` });
      if ('kind' in note) return { kind: 'unknown', reason: note.reason };
      if (note.headers['x-cancelled'] === 'true') return cancelled(note, at);
      return 'kind' in response ? response : { kind: 'rejected', error: REFUSED };
    },
  };
}

function noteOf({ headers }: HttpResponse) {
  const nfseNumber = headers['x-number'] ?? '';
  return {
    providerProtocol: `P${nfseNumber}`,
    nfseNumber,
    issuedAt: '2026-11-10T09:31:02-03:00',
    xml: `<n${nfseNumber}/>`,
  };
}

function cancelled({ headers }: HttpResponse, cancelledAt: string) {
  return { kind: 'cancelled', protocol: `EVT${headers['x-number']}`, cancelledAt } as const;
}

const REFUSED = { code: 'E1', message: 'Recusada.', howToFix: 'Corrija.', source: 'refused' };
