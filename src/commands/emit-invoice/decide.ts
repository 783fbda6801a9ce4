import { canonicalJson } from '../../events/canonical-json.ts';
import { type Emission, EmissionSchema, totalOf } from '../../events/emission.ts';
import { event, type NewEvent } from '../../events/event-types.ts';
import type { Invoice, LivingInvoice } from '../../events/invoice.ts';
import type { Route } from '../../nfse/routing/route.ts';

export interface EmitInvoice {
  readonly requestId: string;
  readonly emission: Emission;
  readonly provider: string;
  readonly route: Route;
  readonly dps: { readonly series: string; readonly number: number };
  /** Why the number is far ahead of those before it. */
  readonly dpsJumpReason?: string;
  /** The document leaves the given rate of the ISS out. */
  readonly rateLeftOut?: true;
  /** Where the document was stored. */
  readonly xmlKey: string;
  /** What the request itself names. What it does not name was filled in, and does not tell two requests apart. */
  readonly names: { readonly competenceDate: boolean; readonly dpsNumber: boolean };
}

/** The request id already names another emission of this company. */
export class RequestIdReused extends Error {
  override readonly name = 'RequestIdReused';
  readonly code = 'request-id-reused';
  constructor(requestId: string) {
    super(`Request ${requestId} was used before, with other content`);
  }
}

/**
 * A client's emission is accepted, once for each request id.
 *
 * @param stream the invoice as its first commit tells it, whatever happened to it since
 */
export function decideEmit(command: EmitInvoice, stream: Invoice): readonly NewEvent[] {
  const { emission, requestId, provider, route, dps, dpsJumpReason, rateLeftOut, xmlKey } = command;
  if (stream.status === 'NONE') {
    const total = totalOf(emission.amounts);
    const jump = dpsJumpReason === undefined ? {} : { dpsJumpReason };
    return [
      event('Emitted', {
        ...emission,
        requestId,
        provider,
        route,
        dps,
        ...jump,
        ...(rateLeftOut && { rateLeftOut }),
        xmlKey,
        total,
      }),
    ];
  }
  if (isSameRequest(command, stream)) return []; // accepted before: the same invoice, nothing new to say
  throw new RequestIdReused(requestId);
}

function isSameRequest({ emission, dps, names }: EmitInvoice, accepted: LivingInvoice): boolean {
  const before = EmissionSchema.parse(accepted);
  const asked = names.competenceDate ? emission : { ...emission, competenceDate: before.competenceDate };
  return (
    dps.series === accepted.dps.series &&
    (!names.dpsNumber || dps.number === accepted.dps.number) &&
    canonicalJson(EmissionSchema.parse(asked)) === canonicalJson(before)
  );
}
