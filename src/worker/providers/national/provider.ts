import type { AccessKey } from '../../../nfse/access-key.ts';
import { hasAccessKeyShape } from '../../../nfse/access-key.ts';
import { type Cnpj, parseCnpj } from '../../../nfse/cnpj.ts';
import { type DpsId, dpsId } from '../../../nfse/dps-id.ts';
import { localTime } from '../../../nfse/local-time.ts';
import { type MunicipalityCode, parseMunicipalityCode, utcOffsetOf } from '../../../nfse/municipality.ts';
import { buildCancellation, CANCELLATION, cancellationReason } from '../../../nfse/national/cancellation-request.ts';
import { type DpsFacts, readDps } from '../../../nfse/national/read-documents.ts';
import type {
  Cancellation,
  CancelOutcome,
  FindOutcome,
  IssueOutcome,
  Provider,
  Submission,
  Unavailable,
  Unknown,
} from '../provider.ts';
import { type HttpRequest, type HttpResponse, type Transport, TransportError } from '../transport.ts';
import * as answers from './answers.ts';
import { pack } from './packaging.ts';

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

/** Events under which a note is no longer valid: cancelled by its issuer, replaced, cancelled by the city on request or alone. */
const CANCELLING_EVENTS = [CANCELLATION, '105102', '105104', '305101'] as const;

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

  const envelope = answers.readEnvelope(response);
  const key = answers.accessKeyIn(response);
  if (key) {
    const named = envelope?.field('idDps');
    return named === undefined || named === idOf(submission)
      ? { kind: 'issued', note: answers.issuedNote(key, envelope, answers.noteIn(envelope, key), sentAt(submission)) }
      : unknown('the answer is about another declaration');
  }
  const refusal = answers.refusalIn(envelope);
  if (!refusal) return unsettled(response);
  switch (refusal.class) {
    case 'LOOKUP':
      return { kind: 'already-used', reason: refusal.error.source };
    case 'IDEMPOTENT':
    case 'RETRY_LOOKUP':
    case 'EMPTY':
    case 'NOT_FOUND':
      return unknown(refusal.error.source);
    case 'FIX_CLOCK': // our clock is ahead of theirs: the same document is in order a while later
    case 'RETRY':
      return unavailable(refusal.error.source);
    case 'BUG':
    case 'CONFIG':
    case 'DEADLINE':
    case 'STATE':
    case 'FIX_DATA':
    case 'NOT_APPLICABLE':
      return { kind: 'rejected', error: refusal.error };
  }
}

async function find(transport: Transport, submission: Submission): Promise<FindOutcome> {
  const lookup = await exchange(transport, { method: 'GET', path: `/dps/${idOf(submission)}` });
  if ('kind' in lookup) return lookup;
  if (answers.isAbsent(lookup)) return { kind: 'absent' };
  const key = answers.accessKeyIn(lookup);
  if (!key) return unread(lookup);

  const response = await exchange(transport, { method: 'GET', path: `/nfse/${key}` });
  if ('kind' in response) return response;
  const envelope = answers.isSuccess(response) ? answers.readEnvelope(response) : undefined;
  const note = answers.noteIn(envelope, key);
  // The note exists, but without its document nobody can say that it is ours: ask again rather than guess.
  if (!note) return unread(response);
  const sent = readDps(submission.document);
  return {
    kind: 'found',
    note: answers.issuedNote(key, envelope, note, () => sent.issuedAt),
    matches: isSameSale(sent, note.facts.dps),
  };
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
  const event = answers.eventIn(response, key);
  if (event) return cancelled(event, cancellation);

  const refusal = answers.refusalIn(answers.readEnvelope(response));
  if (!refusal) {
    const left = unsettled(response);
    return left.kind === 'unknown' ? ((await registered(settings, cancellation, key)) ?? left) : left;
  }
  switch (refusal.class) {
    case 'LOOKUP':
    case 'IDEMPOTENT': {
      // "Another event is in the way": it may be this very cancellation, sent before and never answered.
      const existing = await registered(settings, cancellation, key, CANCELLING_EVENTS);
      if (existing) return existing;
      return { kind: 'rejected', error: refusal.error };
    }
    case 'RETRY_LOOKUP':
    case 'EMPTY':
    case 'NOT_FOUND':
      return (await registered(settings, cancellation, key)) ?? unknown(refusal.error.source);
    case 'FIX_CLOCK':
    case 'RETRY':
      return unavailable(refusal.error.source);
    case 'BUG':
    case 'CONFIG':
    case 'DEADLINE':
    case 'STATE':
    case 'FIX_DATA':
    case 'NOT_APPLICABLE':
      // The request may have been granted before, its answer lost, and its deadline be over now: then the event is there.
      return (await registered(settings, cancellation, key)) ?? { kind: 'rejected', error: refusal.error };
  }
}

/**
 * Whether the authority has an event that cancels the note.
 *
 * @returns `undefined` when it certainly has none of those asked for; unknown or unavailable when it did not say
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
    const event = answers.eventIn(response, key, type);
    if (event) return cancelled(event, cancellation);
    if (!answers.isAbsent(response)) return unknown(`the event could not be read: ${described(response)}`);
  }
  return undefined;
}

function cancelled(event: answers.RegisteredEvent, cancellation: Cancellation): CancelOutcome {
  return {
    kind: 'cancelled',
    protocol: event.protocol,
    cancelledAt: event.cancelledAt ?? cancellation.at,
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

/** An answer to a POST without note and code. Only 429 says for certain that nothing was done. */
function unsettled(response: HttpResponse): Unavailable | Unknown {
  return response.status === 429 ? unavailable(described(response)) : unknown(described(response));
}

/** An answer to a GET that does not tell: asking again is free, so this only reports whose turn it is. */
function unread(response: HttpResponse): Unavailable | Unknown {
  const overloaded = response.status === 429 || response.status >= 500;
  return overloaded ? unavailable(described(response)) : unknown(described(response));
}

function described(response: HttpResponse): string {
  const refusal = answers.refusalIn(answers.readEnvelope(response));
  return refusal
    ? `HTTP ${response.status}: ${refusal.error.source}`
    : `HTTP ${response.status} without a readable answer`;
}

function unavailable(reason: string): Unavailable {
  return { kind: 'unavailable', reason };
}

function unknown(reason: string): Unknown {
  return { kind: 'unknown', reason };
}
