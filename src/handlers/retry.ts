import * as z from 'zod/mini';
import { authorityOfRetry, retryInvoice } from '../commands/retry-invoice/retry-invoice.ts';
import { routeEmission } from '../commands/route-emission.ts';
import { emissionTime, latestCompetence, rulesFor } from '../commands/store-dps.ts';
import { canonicalJson, NotCanonical } from '../events/canonical-json.ts';
import { correctionsTo, type Emission } from '../events/emission.ts';
import type { Cnpj } from '../nfse/cnpj.ts';
import type { RouteAuthority } from '../nfse/routing/route.ts';
import { readConfig } from '../platform/config.ts';
import { documentWriter } from '../platform/documents/document-writer.ts';
import { dynamoDbCompanies } from '../platform/dynamodb-companies.ts';
import { dynamoDbDpsNumbers } from '../platform/dynamodb-dps-numbers.ts';
import { municipalityProfiles } from '../platform/municipality-profiles.ts';
import { SOFTWARE_VERSION } from '../platform/version.ts';
import { accepted } from './accepted.ts';
import { agreementsOf, rateFacts } from './agreements.ts';
import { dynamoDb } from './aws-clients.ts';
import { commandDeps } from './command-deps.ts';
import { type Circumstances, correctedEmission } from './emission-request.ts';
import { idempotent } from './idempotent.ts';
import { lambda } from './lambda.ts';
import { replacedInvoice, withReplacedKey } from './replaced-note.ts';
import { readBody, requestIdOf } from './request-body.ts';
import { fail, parse } from './request-fields.ts';
import { routeFacts } from './route-facts.ts';
import { invoiceIdIn, visibleInvoice } from './stream.ts';

const config = readConfig();
const client = dynamoDb();
const deps = {
  ...commandDeps(config, client),
  documents: documentWriter(client, config.tables.documents),
  numbers: dynamoDbDpsNumbers(client, config.tables.dpsNumbers, config.maxDpsNumberJump),
  dps: {
    environment: config.national.environment,
    softwareVersion: SOFTWARE_VERSION,
    profileOf: municipalityProfiles(config.municipalityProfilesFile),
    alphanumericCnpj: config.national.alphanumericCnpj,
  },
};
const companies = dynamoDbCompanies(client, config.tables.companies);
const agreements = agreementsOf(config, client);
const once = idempotent('retry', client, config.tables.requests);

export const Body = z.strictObject({
  requestId: z.optional(z.string()),
  reason: z._default(z.string().check(z.trim(), z.minLength(1), z.maxLength(255)), 'Reenvio solicitado'),
  corrections: z.optional(z.record(z.string(), z.unknown())),
});

export const handler = lambda('retry', async (call) => {
  const json = readBody(call.event);
  const requestId = requestIdOf(call.event, json);
  const { reason, corrections: patch } = parse(Body, json);
  const invoiceId = invoiceIdIn(call);
  const before = await visibleInvoice(deps.events, call.caller, invoiceId);
  call.note({ invoiceId, requestId, companyCnpj: before.invoice.companyCnpj });

  const at = call.now.toISOString();
  const meta = { actor: call.caller.name, requestId, traceId: call.traceId };
  const decided = await once(
    call,
    { key: `${before.invoice.companyCnpj}#${invoiceId}#${requestId}`, content: contentOf(reason, patch) },
    async () => {
      // Only now: a replay is answered by what was remembered, however the invoice has changed since.
      const { municipalityCode } = before.invoice;
      const companyCnpj = before.invoice.companyCnpj as Cnpj;
      const issuing = await agreements.of(municipalityCode);
      const facts = await routeFacts(deps.dps.profileOf, municipalityCode, at, issuing.agreement, () =>
        companies.get(companyCnpj),
      );
      const authorityOf = (emission: Emission) =>
        authorityOfRetry(before.invoice, routeEmission(deps.dps, emission, facts));
      const named = patch && (await withReplacedKey(deps.events, patch, { companyCnpj, invoiceId }, '/corrections'));
      const circumstances: Circumstances = {
        today: emissionTime(at, municipalityCode).slice(0, 10),
        latestCompetence: latestCompetence(at, municipalityCode),
        rulesOf: (emission) => rulesFor(deps.dps, { emission, authority: authorityOf(emission) }),
        replaced: named?.replaced ?? (await replacedInvoice(deps.events, before.invoice)),
      };
      const changes = named?.request;
      // Where another authority takes it, its rules are asked also of what was not corrected.
      const moves = authorityOf(before.invoice) !== before.invoice.route.authority;
      const emission =
        changes || moves ? correctedEmission(before.invoice, changes ?? {}, circumstances) : before.invoice;
      const corrections = correctionsTo(before.invoice, emission);
      const route = routeEmission(deps.dps, emission, facts);
      const agreementFor = async (authority: RouteAuthority) =>
        (await rateFacts(agreements, issuing, emission, authority, '/corrections')).agreement;
      const request = { by: call.caller.name, reason, route, agreementFor, ...(corrections ? { corrections } : {}) };
      return retryInvoice(deps, before, request, { at, meta });
    },
  );
  const { invoice, tip } = decided ?? before;
  return accepted(invoice, tip, decided === undefined);
});

/**
 * The request as one text, whatever the order of its members. Corrections are judged later, against the invoice, so a number that no field
 * of an emission takes is found here.
 *
 * @throws Problem 422
 */
function contentOf(reason: string, patch: unknown): string {
  try {
    return canonicalJson([reason, patch ?? null]);
  } catch (error) {
    if (error instanceof NotCanonical) fail(`/corrections${error.pointer.slice('/1'.length)}`, 'type');
    throw error;
  }
}
