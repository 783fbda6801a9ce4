import type { OperationDeps as CityHallDeps } from '../../local/authorities/abrasf/declarations.ts';
import { openRegister, rpsName } from '../../local/authorities/abrasf/register.ts';
import { written, writtenFault } from '../../local/authorities/abrasf/replies.ts';
import { answerOf as cityHallAnswer } from '../../local/authorities/abrasf/routes.ts';
import { openNotes } from '../../local/authorities/national/notes.ts';
import type { OperationDeps as NationalDeps } from '../../local/authorities/national/operations.ts';
import { outagesBy } from '../../local/authorities/national/outages.ts';
import { answerOf as nationalAnswer } from '../../local/authorities/national/routes.ts';
import { standInProfiles } from '../../local/municipality-profiles.ts';
import { type ProfileOf, profilesFrom } from '../../src/nfse/municipality-profiles/profiles.ts';
import type { Authority, Represented } from '../../src/worker/authority.ts';
import { cityAuthority } from '../../src/worker/city-authority.ts';
import {
  type HttpRequest,
  type HttpResponse,
  type Transport,
  TransportError,
} from '../../src/worker/providers/transport.ts';
import type { VirtualClock } from './virtual-clock.ts';

const NATIONAL = 'http://national.test/SefinNacional';
const CITY_HALL = 'http://127.0.0.1:9';

const profileOf = profilesFrom(standInProfiles(CITY_HALL));

export interface StandIns {
  readonly authorityFor: (represented: Represented) => Promise<Authority>;
  readonly profileOf: ProfileOf;
  /** Declarations that were sent although a note, or a batch in the queue, was made of them before: a careless authority makes a second. */
  readonly sentAgain: readonly string[];
  /** Notes that all of them hold: a name of the declaration, and whether the note was cancelled. */
  notes(): readonly { readonly declaration: string; readonly nfseNumber: string; readonly cancelled: boolean }[];
}

/** The stand-in authorities of `npm start`, on a virtual clock and without a socket: what they hold back is a time-out. */
export async function standIns(clock: VirtualClock): Promise<StandIns> {
  const now = () => clock.now().getTime();
  let drawn = 0;
  const national: NationalDeps = {
    notes: await openNotes(undefined),
    outages: outagesBy(now),
    calls: new Map(),
    checks: {},
    // No one here reads signatures, and thousands of notes are made.
    sign: (xml) => xml,
    now,
    random: () => String(++drawn).padStart(9, '0'),
  };
  const cityHall: CityHallDeps = {
    register: await openRegister(undefined),
    outages: outagesBy(now),
    calls: new Map(),
    checks: {},
    queueSeconds: 1,
    now,
    random: () => String(++drawn).padStart(8, '0'),
  };
  const sentAgain: string[] = [];
  const posts = () => new Map([...national.calls, ...cityHall.calls].map(([name, calls]) => [name, calls.posts]));
  const isTaken = (name: string) => {
    const [city = '', company = '', series = '', number = ''] = name.split('/');
    const key = { city, company, series, number };
    const { register } = cityHall;
    return national.notes.byDps(name) ?? register.note(key) ?? register.waiting(key)[0];
  };
  /** Sees what is sent a second time. */
  const watched =
    (transport: Transport): Transport =>
    async (request) => {
      const before = posts();
      const taken = [...before.keys()].filter(isTaken);
      try {
        return await transport(request);
      } finally {
        const after = posts();
        sentAgain.push(...taken.filter((name) => after.get(name) !== before.get(name)));
      }
    };
  const connect = (baseUrl: string): Transport =>
    watched(
      baseUrl === NATIONAL ? nationalTransport(national) : cityHallTransport(cityHall, new URL(baseUrl).pathname),
    );
  return {
    profileOf,
    sentAgain,
    authorityFor: (represented) =>
      cityAuthority(
        {
          nationalApi: NATIONAL,
          environment: '2',
          softwareVersion: 'nfse-ledger-test',
          certificateOf: () => Promise.reject(new Error('Nobody here asks for a certificate')),
          credentialsOf: async () => undefined,
          connect,
        },
        profileOf(represented.municipalityCode),
        represented,
      ),
    notes: () => [
      ...national.notes.all().map(({ dpsId, accessKey, nfseNumber }) => ({
        declaration: dpsId,
        nfseNumber: String(nfseNumber),
        cancelled: national.notes.event(accessKey, '101101') !== undefined,
      })),
      ...cityHall.register.notes().map((note) => ({
        declaration: rpsName(note),
        nfseNumber: note.nfseNumber,
        cancelled: cityHall.register.cancellation(note.city, note.company, note.nfseNumber) !== undefined,
      })),
    ],
  };
}

function nationalTransport(deps: NationalDeps): Transport {
  return async ({ method, path, body }) => {
    const reply = await nationalAnswer(deps, method, path, body === undefined ? undefined : JSON.parse(body));
    switch (reply.kind) {
      case 'json':
        return answered(reply.status, JSON.stringify(reply.body), 'application/json; charset=utf-8');
      case 'html':
        return answered(reply.status, reply.title, 'text/html');
      default:
        throw silence(reply.kind, { method, path });
    }
  };
}

function cityHallTransport(deps: CityHallDeps, base: string): Transport {
  return async ({ method, path, body = '' }) => {
    const { reply, exchange } = await cityHallAnswer(deps, `${base}${path}`.replace('//', '/'), body);
    switch (reply.kind) {
      case 'document': {
        if (!exchange) throw new Error('A document answers an operation');
        const { bytes, contentType } = written(reply, exchange.city, exchange.operation, exchange.soap);
        return answered(200, bytes.toString('utf8'), contentType);
      }
      case 'fault':
        return answered(500, writtenFault(reply.reason, exchange?.soap ?? '1.1').bytes.toString('utf8'), 'text/xml');
      case 'html':
        return answered(reply.status, reply.title, 'text/html');
      case 'empty':
        return answered(200, '', 'text/xml');
      default:
        throw silence(reply.kind, { method, path });
    }
  };
}

function answered(status: number, body: string, contentType: string): HttpResponse {
  return { status, body, headers: { 'content-type': contentType } };
}

function silence(kind: 'hold' | 'reset', { method, path }: HttpRequest): TransportError {
  return new TransportError(`${method} ${path}: ${kind === 'hold' ? 'no answer in time' : 'reset'}`, { sent: true });
}
