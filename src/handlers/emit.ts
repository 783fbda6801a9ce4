import type * as z from 'zod/mini';
import type { Company } from '../commands/company-ports.ts';
import { type EmitRequest, emitInvoice } from '../commands/emit-invoice/emit-invoice.ts';
import { routeEmission } from '../commands/route-emission.ts';
import { emissionTime, latestCompetence, rulesFor } from '../commands/store-dps.ts';
import { canonicalJson } from '../events/canonical-json.ts';
import type { Emission } from '../events/emission.ts';
import { read } from '../events/event-store.ts';
import { invoiceIdFor } from '../events/ids.ts';
import type { LivingInvoice } from '../events/invoice.ts';
import { type Cnpj, parseCnpj } from '../nfse/cnpj.ts';
import type { RouteAuthority } from '../nfse/routing/route.ts';
import { readConfig } from '../platform/config.ts';
import { documentWriter } from '../platform/documents/document-writer.ts';
import { dynamoDbCompanies } from '../platform/dynamodb-companies.ts';
import { dynamoDbDpsNumbers } from '../platform/dynamodb-dps-numbers.ts';
import { municipalityProfiles } from '../platform/municipality-profiles.ts';
import { SOFTWARE_VERSION } from '../platform/version.ts';
import { accepted } from './accepted.ts';
import { mayAccess } from './access.ts';
import { agreementsOf, rateFacts } from './agreements.ts';
import { dynamoDb } from './aws-clients.ts';
import { withoutBlankTexts } from './blank-texts.ts';
import { commandDeps } from './command-deps.ts';
import { environmentOf, notRegistered, otherEnvironment } from './company-request.ts';
import {
  completed,
  defaultSeries,
  type EmissionDefaults,
  type JsonObject,
  saysAllButSeries,
} from './emission-defaults.ts';
import { EmitBody, emissionOf, personAsIssuer } from './emission-request.ts';
import { idempotent } from './idempotent.ts';
import { lambda } from './lambda.ts';
import { forbidden } from './problem.ts';
import { withReplacedKey } from './replaced-note.ts';
import { readBody, requestIdOf } from './request-body.ts';
import { fail, parse } from './request-fields.ts';
import { routeFacts } from './route-facts.ts';

export { EmitBody as Body };

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
const ownEnvironment = environmentOf(config.national.environment);
const once = idempotent('emit', client, config.tables.requests);

export const handler = lambda('emit', async (call) => {
  const json = readBody(call.event);
  const requestId = requestIdOf(call.event, json);
  const { requestId: _, ...content } = withoutBlankTexts(EmitBody, json) as JsonObject;
  const person = personAsIssuer(content);
  if (person !== undefined) fail(person, 'issuer-person');
  // Nobody learns what is registered for another company, not even by what is found wrong with a request.
  const companyCnpj = parseCnpj(content.companyCnpj) ?? parseCnpj(parse(EmitBody, content).companyCnpj);
  if (!companyCnpj) fail('/companyCnpj', 'cnpj');
  if (!mayAccess(call.caller, companyCnpj)) throw forbidden('Você não tem acesso a esta empresa (companyCnpj).');

  const invoiceId = invoiceIdFor(companyCnpj, requestId);
  call.note({ invoiceId, requestId, companyCnpj });
  const at = call.now.toISOString();
  const { request: asked, replaced } = await withReplacedKey(deps.events, content, { companyCnpj, invoiceId });
  // The registration is on its way while the request is judged and its key is taken. Only a request that cannot be judged without
  // it waits for it. A replay does not need it, so that a failed read is no failure of the request.
  const registered = companies.get(companyCnpj);
  registered.catch(() => undefined);
  const mayJump = call.caller.roles.some((role) => role === 'operator' || role === 'admin');
  const body = readAsked(asked, saysAllButSeries(asked) ? undefined : await registered);
  const issuing = await agreements.of(body.municipalityCode);
  const facts = await routeFacts(deps.dps.profileOf, body.municipalityCode, at, issuing.agreement, () =>
    registered.catch(() => undefined),
  );
  const asking = { companyCnpj, requestId, at, mayJump, replaced };
  const judged: EmitRequest = {
    ...judge(body, asking, (emission) => routeEmission(deps.dps, emission, facts)),
    // A request that is repeated went where it went at first, and is judged by the rules of there.
    completedBy: (before) => judge(readAsked(asked, before), asking, () => before.route),
  };

  const emitted = await once(
    call,
    { key: `${companyCnpj}#${requestId}`, content: canonicalJson(content) },
    async () => {
      const company = await registered;
      checkMayEmit(company);
      const request = {
        ...judged,
        // Only now: what municipalities have set may have changed since a request that is repeated came first.
        ...(await rateFacts(agreements, issuing, judged.emission, judged.route.authority)),
        dps: { ...judged.dps, series: defaultSeries(asked, company) ?? judged.dps.series },
      };
      return emitInvoice(deps, request, { at, meta: { actor: call.caller.name, requestId, traceId: call.traceId } });
    },
  );
  const { invoice, tip } = emitted ?? read(invoiceId, await deps.events.load(invoiceId));
  return accepted(invoice, tip, emitted?.repeated ?? true);
});

interface Asking {
  readonly companyCnpj: Cnpj;
  readonly requestId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Whether the caller may have a number far ahead of the counter, for a reason. */
  readonly mayJump: boolean;
  /** The invoice whose note the emission replaces, where it names it. */
  readonly replaced: LivingInvoice | undefined;
}

/** The request with what it leaves out. @throws Problem 422 with pointers */
function readAsked(asked: JsonObject, defaults: EmissionDefaults | undefined): z.infer<typeof EmitBody> {
  return parse(EmitBody, completed(asked, defaults));
}

/**
 * The emission that a request asks for.
 *
 * @param routeOf which authority takes it, and so whose rules hold
 * @throws Problem 422 with pointers
 */
function judge<R extends { readonly authority: RouteAuthority }>(
  body: z.infer<typeof EmitBody>,
  { companyCnpj, requestId, at, mayJump, replaced }: Asking,
  routeOf: (emission: Emission) => R,
): Omit<EmitRequest, 'route' | 'completedBy'> & { readonly route: R } {
  const { municipalityCode, dps } = body;
  const emission = emissionOf(body, {
    companyCnpj,
    municipalityCode,
    today: emissionTime(at, municipalityCode).slice(0, 10),
    latestCompetence: latestCompetence(at, municipalityCode),
    rulesOf: (asked) => rulesFor(deps.dps, { emission: asked, authority: routeOf(asked).authority }),
    replaced,
  });
  return {
    requestId,
    emission,
    route: routeOf(emission),
    dps: {
      series: dps.series,
      ...(dps.number ? { number: dps.number } : {}),
      ...(dps.number && dps.jumpReason && mayJump ? { jumpReason: dps.jumpReason } : {}),
    },
    dateGiven: body.competenceDate !== undefined,
  };
}

/** @throws Problem 409 for a company that this installation may not issue for */
function checkMayEmit(company: Company | undefined): void {
  if (!company && config.registrationRequired) throw notRegistered();
  if (company && company.environment !== ownEnvironment) throw otherEnvironment(company.environment);
}
