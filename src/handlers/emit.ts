import { type AcceptedEmission, emitInvoice } from '../commands/emit-invoice/emit-invoice.ts';
import { emissionTime } from '../commands/store-dps.ts';
import { canonicalJson } from '../events/canonical-json.ts';
import { read } from '../events/event-store.ts';
import { type InvoiceId, invoiceIdFor } from '../events/ids.ts';
import { parseCnpj } from '../nfse/cnpj.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { dynamoDbDpsNumbers } from '../platform/dynamodb-dps-numbers.ts';
import { s3, s3Documents } from '../platform/s3-documents.ts';
import { SOFTWARE_VERSION } from '../platform/version.ts';
import { accepted } from './accepted.ts';
import { mayAccess } from './access.ts';
import { commandDeps } from './command-deps.ts';
import { EmitBody, emissionOf } from './emission-request.ts';
import { idempotent } from './idempotent.ts';
import { lambda } from './lambda.ts';
import { forbidden } from './problem.ts';
import { readBody, requestIdOf } from './request-body.ts';
import { fail, parse } from './request-fields.ts';

const config = readConfig();
const client = dynamoDb();
const deps = {
  ...commandDeps(config, client),
  documents: s3Documents(s3(config), config.docsBucket),
  numbers: dynamoDbDpsNumbers(client, config.tables.dpsNumbers),
  dps: { environment: config.national.environment, softwareVersion: SOFTWARE_VERSION },
};
const once = idempotent('emit', client, config.tables.requests);

export const handler = lambda('emit', async (call) => {
  const json = readBody(call.event);
  const requestId = requestIdOf(call.event, json);
  const { requestId: _, ...content } = json;
  const body = parse(EmitBody, content);
  const companyCnpj = parseCnpj(body.companyCnpj) ?? fail('/companyCnpj', 'cnpj');
  if (!mayAccess(call.caller, companyCnpj)) throw forbidden('Você não tem acesso a esta empresa (companyCnpj).');

  const invoiceId = invoiceIdFor(companyCnpj, requestId);
  call.note({ invoiceId, requestId, companyCnpj });
  const at = call.now.toISOString();
  const today = emissionTime(at, body.municipalityCode).slice(0, 10);
  const emission = emissionOf(body, { companyCnpj, municipalityCode: body.municipalityCode, today });
  const meta = { actor: call.caller.name, requestId, traceId: call.traceId };

  let emitted: AcceptedEmission | undefined;
  const { replayed = false } = await once(
    call,
    { key: `${companyCnpj}#${requestId}`, content: canonicalJson(content) },
    async () => {
      const dps = { series: body.dps.series, ...(body.dps.number ? { number: body.dps.number } : {}) };
      emitted = await emitInvoice(
        deps,
        { requestId, emission, dps, dateGiven: body.competenceDate !== undefined },
        { at, meta },
      );
      return { invoiceId };
    },
  );
  const { invoice, tip } = emitted ?? (await current(invoiceId));
  return accepted(invoice, tip, replayed || emitted?.repeated === true);
});

async function current(invoiceId: InvoiceId) {
  return read(invoiceId, await deps.events.load(invoiceId));
}
