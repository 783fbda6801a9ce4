import type { AccessKey } from '../../../nfse/access-key.ts';
import { hasAccessKeyShape } from '../../../nfse/access-key.ts';
import { type Cnpj, parseCnpj } from '../../../nfse/cnpj.ts';
import { type DpsId, dpsId } from '../../../nfse/dps-id.ts';
import { localTime } from '../../../nfse/local-time.ts';
import { type MunicipalityCode, parseMunicipalityCode, utcOffsetOf } from '../../../nfse/municipality.ts';
import { buildCancellation, CANCELLATION, cancellationReason } from '../../../nfse/national/cancellation-request.ts';
import { CANCELLING_EVENTS } from '../../../nfse/national/event-types.ts';
import { pack } from '../../../nfse/national/packaging.ts';
import { type DpsFacts, readDps } from '../../../nfse/national/read-documents.ts';
import type {
  Cancellation,
  CancelOutcome,
  FindOutcome,
  IssueOutcome,
  Pending,
  Provider,
  Submission,
  Unavailable,
  Unknown,
} from '../provider.ts';
import { type HttpRequest, type HttpResponse, type Transport, TransportError } from '../transport.ts';
import { anotherQuestion, unavailable, unknown, unsettled, withoutNote } from '../verdict.ts';
import * as answers from './answers.ts';
import { decideNational, type NationalDecision } from './decision.ts';
import { readEnvelope } from './envelope.ts';
import type { RegisteredEvent } from './events.ts';

export interface NationalSettings {
  readonly transport: Transport;
  /** 1 production, 2 restricted production. */
  readonly environment: '1' | '2';
  readonly softwareVersion: string;
  /** Where a declaration is posted, below the base; some cities' own fronts have another path than the national system. */
  readonly issuePath?: string;
  /**
   * Signs a declaration or an event request in the company's name. The same document gives the same bytes each time (RSA's older
   * padding draws nothing), so what is sent again is what was sent before. Without it documents go unsigned.
   */
  readonly sign?: (xml: string) => string;
}

/**
 * The national system (SEFIN Nacional): one declaration in, one note out, in the same call.
 *
 * What decides is what the answer says, before its status: a key is a note, a code is a refusal, anything else leaves the
 * outcome unknown. Only what happens before the first byte leaves is certain to have had no effect.
 */
export function nationalProvider(settings: NationalSettings): Provider {
  const { transport } = settings;
  return {
    issue: (submission) => issue(settings, submission),
    find: (submission) => find(transport, submission),
    cancel: (cancellation) => cancel(settings, cancellation),
  };
}

async function issue(settings: NationalSettings, submission: Submission): Promise<IssueOutcome> {
  const { transport, sign = unsigned, issuePath = '/nfse' } = settings;
  const response = await exchange(transport, post(issuePath, 'dpsXmlGZipB64', sign(submission.document)));
  if ('kind' in response) return response;

  const decision = decideNational(response, 'issue');
  switch (decision.kind) {
    case 'note': {
      const { key, envelope } = decision;
      const named = envelope.field('idDps');
      return named === undefined || named === idOf(submission)
        ? { kind: 'issued', note: answers.issuedNote(key, envelope, answers.noteIn(envelope, key), sentAt(submission)) }
        : unsettled('the answer is about another declaration');
    }
    case 'cancelled':
    case 'standing':
      return anotherQuestion(response.status);
    default:
      return withoutNote(decision, response.status, () => find(transport, submission));
  }
}

async function find(transport: Transport, submission: Submission): Promise<FindOutcome> {
  const lookup = await exchange(transport, { method: 'GET', path: `/dps/${idOf(submission)}` });
  if ('kind' in lookup) return lookup;
  const decision = decideNational(lookup, 'find');
  if (decision.kind === 'absent') return decision;
  if (decision.kind !== 'note') return notFound(decision, lookup);
  const { key } = decision;

  const response = await exchange(transport, { method: 'GET', path: `/nfse/${key}` });
  if ('kind' in response) return response;
  const envelope = answers.isSuccess(response) ? readEnvelope(response) : undefined;
  const note = answers.noteIn(envelope, key);
  // The note exists, but without its document nobody can say that it is ours: ask again rather than guess.
  if (!note) return notFound(decideNational(response, 'find'), response);
  const sent = readDps(submission.document);
  return {
    kind: 'found',
    note: answers.issuedNote(key, envelope, note, () => sent.issuedAt),
    matches: isSameSale(sent, note.facts.dps),
  };
}

/** A lookup that shows no note and does not say that there is none: it is asked again. */
function notFound(decision: NationalDecision, response: HttpResponse): Pending | Unavailable | Unknown {
  return decision.kind === 'pending' || decision.kind === 'unavailable' || decision.kind === 'unknown'
    ? decision
    : unsettled(`HTTP ${response.status} without a readable answer`);
}

async function cancel(settings: NationalSettings, cancellation: Cancellation): Promise<CancelOutcome> {
  const { accessKey: key, reasonCode } = cancellation;
  if (!hasAccessKeyShape(key)) throw new RangeError(`"${key}" is no access key`);
  const reason = cancellationReason(cancellation.reason);
  if (reasonCode !== '1' && reasonCode !== '2' && reasonCode !== '9') return refusedHere('/reasonCode', REASON_CODE);
  if (reason === undefined) return refusedHere('/reason', REASON);

  const document = buildCancellation({
    accessKey: key,
    companyCnpj: companyOf(cancellation),
    reasonCode,
    reason,
    at: localTime(Date.parse(cancellation.at), utcOffsetOf(municipalityOf(cancellation))),
    environment: settings.environment,
    softwareVersion: settings.softwareVersion,
  });
  const { sign = unsigned } = settings;
  const request = post(`/nfse/${key}/eventos`, 'pedidoRegistroEventoXmlGZipB64', sign(document));
  const response = await exchange(settings.transport, request);
  if ('kind' in response) {
    return response.kind === 'unknown' ? ((await registered(settings, cancellation, key)) ?? response) : response;
  }
  const decision = decideNational(response, 'cancel');
  switch (decision.kind) {
    case 'cancelled':
      if (decision.event.accessKey === key) return cancelled(decision.event, cancellation);
      return (await registered(settings, cancellation, key)) ?? unsettled('the answer is about another note');
    case 'already-used': {
      // "Another event is in the way": it may be this very cancellation, sent before and never answered.
      const existing = await registered(settings, cancellation, key, CANCELLING_EVENTS);
      return existing ?? { kind: 'rejected', error: decision.refusal.error };
    }
    case 'refused':
    case 'doubtful':
      // The request may have been granted before, its answer lost, and its deadline be over now: then the event is there.
      return (await registered(settings, cancellation, key)) ?? { kind: 'rejected', error: decision.refusal.error };
    case 'unavailable':
      return decision;
    case 'pending':
    case 'unknown':
      return (await registered(settings, cancellation, key)) ?? unsettled(decision.reason);
    case 'absent':
    case 'note':
    case 'standing':
      return (
        (await registered(settings, cancellation, key)) ??
        unsettled(`HTTP ${response.status}: an answer that does not tell of the cancellation`)
      );
  }
}

/**
 * Whether the authority has an event that cancels the note.
 *
 * @returns `undefined` when it certainly has none of those asked for; unknown when it did not say
 */
async function registered(
  { transport }: NationalSettings,
  cancellation: Cancellation,
  key: AccessKey,
  types: readonly string[] = [CANCELLATION],
): Promise<CancelOutcome | undefined> {
  for (const type of types) {
    const response = await exchange(transport, { method: 'GET', path: `/nfse/${key}/eventos/${type}/1` });
    if ('kind' in response) return unknown(response.reason);
    const decision = decideNational(response, 'find');
    if (decision.kind === 'cancelled' && decision.event.accessKey === key)
      return cancelled(decision.event, cancellation);
    // An answer may list events of other types than the one that was asked for: they leave the note as it is.
    if (decision.kind !== 'absent' && decision.kind !== 'standing') {
      return 'reason' in decision
        ? unknown(`the event could not be read: ${decision.reason}`)
        : unsettled(`HTTP ${response.status}: the event could not be read`);
    }
  }
  return undefined;
}

function cancelled(event: RegisteredEvent, cancellation: Cancellation): CancelOutcome {
  return {
    kind: 'cancelled',
    protocol: event.protocol,
    cancelledAt: event.registeredAt ?? cancellation.at,
    ...(event.xml !== undefined && { xml: event.xml }),
  };
}

/**
 * Whether the note was made of this very declaration. Amount, customer and service are not enough: a monthly fee is the same each
 * month. What is sent again is the same document, so everything it says must be there, its own time included.
 */
function isSameSale(sent: DpsFacts, found: DpsFacts): boolean {
  const facts = Object.keys(sent) as (keyof DpsFacts)[];
  return facts.every((fact) => fact === 'layoutVersion' || sent[fact] === found[fact]);
}

const REASON_CODE = [
  'O código do motivo do cancelamento não existe.',
  'Use 1 (erro na emissão), 2 (serviço não prestado) ou 9 (outros).',
] as const;
const REASON = [
  'O motivo do cancelamento deve ter de 15 a 255 caracteres.',
  'Descreva o motivo com pelo menos 15 caracteres.',
] as const;

/** What the authority is certain to refuse (E1235) is not sent. */
function refusedHere(field: string, [message, howToFix]: readonly [string, string]): CancelOutcome {
  return { kind: 'rejected', error: { code: 'E1235', message, howToFix, field, source: 'not sent' } };
}

function idOf(submission: Submission): DpsId {
  const municipalityCode = municipalityOf(submission);
  return dpsId({ municipalityCode, companyCnpj: companyOf(submission), ...submission.dps });
}

function companyOf({ companyCnpj }: { readonly companyCnpj: string }): Cnpj {
  const cnpj = parseCnpj(companyCnpj);
  if (!cnpj) throw new RangeError(`"${companyCnpj}" is no CNPJ`);
  return cnpj;
}

function municipalityOf({ municipalityCode }: { readonly municipalityCode: string }): MunicipalityCode {
  const code = parseMunicipalityCode(municipalityCode);
  if (!code) throw new RangeError(`"${municipalityCode}" is no municipality`);
  return code;
}

const unsigned = (xml: string): string => xml;

function post(path: string, field: string, xml: string): HttpRequest {
  const packed = pack(xml);
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ [field]: packed }),
    texts: new Map([[packed, xml]]),
  };
}

/** The declaration's own time. An answer tells its own in all but the rarest cases, so the document is not read before. */
const sentAt = (submission: Submission) => () => readDps(submission.document).issuedAt;

/** One exchange, its failure told apart by whether anything left. */
async function exchange(transport: Transport, request: HttpRequest): Promise<HttpResponse | Unavailable | Unknown> {
  try {
    return await transport(request);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return error.sent ? unknown(error.message) : unavailable(error.message);
  }
}
