import * as z from 'zod/mini';
import { cancelInvoice } from '../commands/cancel-invoice/cancel-invoice.ts';
import { canonicalJson } from '../events/canonical-json.ts';
import { cancellationReason } from '../nfse/national/cancellation-request.ts';
import { readConfig } from '../platform/config.ts';
import { accepted } from './accepted.ts';
import { dynamoDb } from './aws-clients.ts';
import { commandDeps } from './command-deps.ts';
import { idempotent } from './idempotent.ts';
import { lambda } from './lambda.ts';
import { readBody, requestIdOf } from './request-body.ts';
import { field, parse } from './request-fields.ts';
import { invoiceIdIn, visibleInvoice } from './stream.ts';

const config = readConfig();
const client = dynamoDb();
const deps = commandDeps(config, client);
const once = idempotent('cancel', client, config.tables.requests);

/** The national event 101101 asks for 15 to 255 characters of reason, as they are once written in the document. */
export const Body = z.strictObject({
  requestId: z.optional(z.string()),
  reasonCode: z._default(z.enum(['1', '2', '9']), '9'),
  reason: z.string().check(
    z.trim(),
    z.refine((text) => cancellationReason(text) !== undefined, field('cancel-reason')),
  ),
});

export const handler = lambda('cancel', async (call) => {
  const json = readBody(call.event);
  const requestId = requestIdOf(call.event, json);
  const { reasonCode, reason } = parse(Body, json);
  const invoiceId = invoiceIdIn(call);
  const before = await visibleInvoice(deps.events, call.caller, invoiceId);
  call.note({ invoiceId, requestId, companyCnpj: before.invoice.companyCnpj });

  const command = { by: call.caller.name, reasonCode, reason };
  const meta = { actor: call.caller.name, requestId, traceId: call.traceId };
  const decided = await once(
    call,
    { key: `${before.invoice.companyCnpj}#${invoiceId}#${requestId}`, content: canonicalJson({ reasonCode, reason }) },
    () => cancelInvoice(deps, before, command, { at: call.now.toISOString(), meta }),
  );
  const { invoice, tip } = decided ?? before;
  return accepted(invoice, tip, decided === undefined);
});
