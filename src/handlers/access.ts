import type { APIGatewayProxyEvent } from 'aws-lambda';
import { forbidden, notFound, Problem } from './problem.ts';
import type { HandlerName, OpenHandler } from './routes.ts';

export const ROLES = ['client', 'operator', 'auditor', 'ops', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A row for each handler, or the table does not compile. `anyone` needs no token, as the route says. */
export type AccessTable = {
  readonly [Handler in HandlerName]: Handler extends OpenHandler ? 'anyone' : readonly Role[];
};

/** Roles allowed to call each handler. */
export const ACCESS = {
  ping: 'anyone',
  openapi: 'anyone',
  emit: ['client', 'operator', 'admin'],
  list: ROLES,
  get: ROLES,
  history: ROLES,
  xml: ROLES,
  document: ROLES,
  cancel: ['client', 'operator', 'admin'],
  retry: ['client', 'operator', 'ops', 'admin'],
  company: ROLES,
  register: ['operator', 'admin'],
  certificate: ['operator', 'admin'],
  'city-login': ['operator', 'admin'],
  'decide-route': ['operator', 'admin'],
  series: ROLES,
  'rewind-series': ['operator', 'admin'],
  processor: ['ops', 'admin'],
  municipalities: ['operator', 'auditor', 'ops', 'admin'],
  'municipality-parameters': ROLES,
  'hold-lane': ['ops', 'admin'],
  'release-lane': ['ops', 'admin'],
  report: ['operator', 'auditor', 'admin'],
  feed: ROLES,
  projections: ['ops', 'admin'],
} as const satisfies AccessTable;

/** The caller, as the verified token tells. `companies` are CNPJs; `'*'` is every company. */
export interface Caller {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly companies: readonly string[] | '*';
}

/** What the scopes of machine clients begin with. */
const SCOPE = 'nfse-ledger/';

/**
 * The caller of a request, from the claims that the authorizer verified. The gateway passes claims as text: groups come joined by
 * commas or in brackets. Machine clients have scopes `nfse-ledger/<role>` instead of groups.
 *
 * @throws Problem 401 when there are no claims at all
 */
export function callerOf(event: Pick<APIGatewayProxyEvent, 'requestContext'>): Caller {
  const claims = event.requestContext.authorizer?.claims as Record<string, unknown> | undefined;
  if (!claims) {
    throw new Problem({
      status: 401,
      code: 'unauthenticated',
      title: 'Não autenticado',
      detail: 'Envie um token válido em Authorization: Bearer.',
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  const groups = words(claims['cognito:groups']);
  const scopes = words(claims.scope).filter((scope) => scope.startsWith(SCOPE));
  const granted = new Set(groups.length > 0 ? groups : scopes.map((scope) => scope.slice(SCOPE.length)));
  const companies = words(claims['custom:companies']);
  return {
    name: [claims.username, claims['cognito:username'], claims.client_id, claims.sub].find(isText) ?? 'unknown',
    roles: ROLES.filter((role) => granted.has(role)),
    companies: companies.includes('*') ? '*' : companies,
  };
}

const ANONYMOUS: Caller = { name: 'anonymous', roles: [], companies: [] };

/**
 * The caller of a handler, once it is certain that they may call it. A handler that the table does not have is closed to everybody.
 *
 * @throws Problem 401 without claims, 403 when none of the caller's roles may call this handler
 */
export function authorisedCaller(handler: HandlerName, event: Pick<APIGatewayProxyEvent, 'requestContext'>): Caller {
  const allowed: AccessTable[HandlerName] = Object.hasOwn(ACCESS, handler) ? ACCESS[handler] : [];
  if (allowed === 'anyone') return ANONYMOUS;
  const caller = callerOf(event);
  if (caller.roles.some((role) => allowed.includes(role))) return caller;
  throw forbidden(`Seu perfil não permite esta operação. Perfis aceitos: ${allowed.join(', ') || 'nenhum'}.`);
}

export function mayAccess(caller: Caller, companyCnpj: string): boolean {
  return caller.companies === '*' || caller.companies.includes(companyCnpj);
}

/** Another company's invoice does not exist for this caller. @throws Problem 404 */
export function checkVisible(caller: Caller, companyCnpj: string): void {
  if (!mayAccess(caller, companyCnpj)) throw notFound();
}

/**
 * What belongs to all companies at once is for who may act for all of them, whatever the role.
 *
 * @param what the beginning of the sentence that says so: `A fila é`
 * @throws Problem 403
 */
export function checkEveryCompany({ companies }: Caller, what: string): void {
  if (companies !== '*') throw forbidden(`${what} de todas as empresas, e o seu perfil vê só algumas.`);
}

function words(claim: unknown): string[] {
  const text = Array.isArray(claim) ? claim.join(' ') : isText(claim) ? claim : '';
  return text.split(/[\s,[\]]+/).filter(Boolean);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
