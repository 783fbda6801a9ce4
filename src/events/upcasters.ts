import { parseCents } from '../nfse/cents.ts';
import type { StoredEvent } from './commit.ts';
import { EVENT_SCHEMAS, EVENT_VERSIONS, type EventType, type InvoiceEvent, type RecordedRoute } from './event-types.ts';

type Json = Readonly<Record<string, unknown>>;

/** An event that this version of the service cannot read: unknown type, a newer schema version, or content that fits no schema. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
  readonly code = 'unreadable-event';
  readonly eventId: string;
  constructor(stored: StoredEvent, reason: string, options?: ErrorOptions) {
    super(`Event ${stored.id} (${stored.type} v${stored.v}) cannot be read: ${reason}`, options);
    this.eventId = stored.id;
  }
}

/** The cities whose own system spoke the national contract, Americana and Santana de Parnaíba, when v2 was written. */
const NATIONAL_FRONTS: ReadonlySet<unknown> = new Set(['3501608', '3547304']);

/** The route of an invoice from before routes were recorded. */
export function routeByMunicipality({ provider, municipalityCode }: Json): RecordedRoute {
  const city = provider === 'abrasf' || NATIONAL_FRONTS.has(municipalityCode);
  return { authority: city ? 'city' : 'national', rule: 'municipality' };
}

/**
 * One step up a version, by event type and the version it starts from. Steps are never changed once released: old items stay
 * in the table forever, and each step keeps a fixture in `upcasters.spec.ts`.
 */
const STEPS: Readonly<Record<string, (data: Json) => Json>> = {
  /**
   * v1 kept money as decimal strings and one `document` for CPF and CNPJ alike. v2 has integer centavos, so that sums need no
   * parsing, and names the kind of document, since a 14-character alphanumeric CNPJ can no longer be told by being all digits.
   */
  'Emitted@1': (data) => {
    const { amounts, total, customer, ...rest } = data as Json & { amounts: Json; customer?: Json };
    return {
      ...rest,
      amounts: {
        ...amounts,
        ...onEach(amounts, ['service', 'unconditionalDiscount', 'conditionalDiscount'], centsOf),
      },
      total: centsOf(total),
      ...(customer ? { customer: withNamedDocument(customer) } : {}),
    };
  },
  /** v2 did not say which authority took the declaration: the municipality alone decided. */
  'Emitted@2': (data) => ({ ...data, route: routeByMunicipality(data) }),
};

/**
 * A stored event as the newest version of its type.
 *
 * @throws UnreadableEvent
 */
export function upcast(stored: StoredEvent): InvoiceEvent {
  const newest = EVENT_VERSIONS[stored.type as EventType];
  if (newest === undefined) throw new UnreadableEvent(stored, 'its type is unknown');
  if (stored.v > newest) throw new UnreadableEvent(stored, `the newest version known is ${newest}`);
  let data = stored.data as Json;
  try {
    for (let v = stored.v; v < newest; v++) {
      const step = STEPS[`${stored.type}@${v}`];
      if (!step) throw new Error(`no step leads on from version ${v}`);
      data = step(data);
    }
    const read = EVENT_SCHEMAS[stored.type as EventType].parse(data);
    return { ...stored, v: newest, data: read } as InvoiceEvent;
  } catch (cause) {
    if (cause instanceof UnreadableEvent) throw cause;
    throw new UnreadableEvent(stored, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function centsOf(value: unknown): number {
  const read = typeof value === 'string' ? parseCents(value) : undefined;
  if (read === undefined) throw new Error(`${JSON.stringify(value)} is not an amount`);
  return read;
}

function onEach(source: Json, keys: readonly string[], change: (value: unknown) => unknown): Json {
  return Object.fromEntries(keys.filter((key) => key in source).map((key) => [key, change(source[key])]));
}

function withNamedDocument({ document, ...rest }: Json): Json {
  return typeof document === 'string' && document.length === 11
    ? { ...rest, cpf: document }
    : { ...rest, cnpj: document };
}
