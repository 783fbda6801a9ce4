/** One method and path of an API, and who answers there. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Names the module beside this file whose `handler` export is the Lambda function. */
  readonly handler: string;
  /** No token and no API key asked. */
  readonly open?: true;
}

const ROWS = [
  { method: 'GET', path: '/ping', handler: 'ping', open: true },
  { method: 'GET', path: '/openapi.json', handler: 'openapi', open: true },
  { method: 'POST', path: '/invoices', handler: 'emit' },
  { method: 'GET', path: '/invoices', handler: 'list' },
  { method: 'GET', path: '/invoices/{invoiceId}', handler: 'get' },
  { method: 'GET', path: '/invoices/{invoiceId}/events', handler: 'history' },
  { method: 'GET', path: '/invoices/{invoiceId}/xml', handler: 'xml' },
  { method: 'GET', path: '/invoices/{invoiceId}/documents/{name}', handler: 'document' },
  { method: 'POST', path: '/invoices/{invoiceId}/cancel', handler: 'cancel' },
  { method: 'POST', path: '/invoices/{invoiceId}/retry', handler: 'retry' },
  { method: 'GET', path: '/companies/{cnpj}', handler: 'company' },
  { method: 'PUT', path: '/companies/{cnpj}', handler: 'register' },
  { method: 'PUT', path: '/companies/{cnpj}/certificate', handler: 'certificate' },
  { method: 'PUT', path: '/companies/{cnpj}/city-login', handler: 'city-login' },
  { method: 'POST', path: '/companies/{cnpj}/route-decisions', handler: 'decide-route' },
  { method: 'GET', path: '/companies/{cnpj}/series/{series}', handler: 'series' },
  { method: 'POST', path: '/companies/{cnpj}/series/{series}/rewind', handler: 'rewind-series' },
  { method: 'GET', path: '/dlq', handler: 'processor' },
  { method: 'POST', path: '/dlq/replay', handler: 'processor' },
  { method: 'POST', path: '/dlq/discard', handler: 'processor' },
  { method: 'GET', path: '/municipalities', handler: 'municipalities' },
  { method: 'GET', path: '/municipalities/{municipalityCode}/parameters', handler: 'municipality-parameters' },
  { method: 'POST', path: '/municipalities/{municipalityCode}/hold', handler: 'hold-lane' },
  { method: 'POST', path: '/municipalities/{municipalityCode}/release', handler: 'release-lane' },
  { method: 'GET', path: '/reports/{report}', handler: 'report' },
  { method: 'GET', path: '/events', handler: 'feed' },
  { method: 'GET', path: '/projections', handler: 'projections' },
  { method: 'POST', path: '/projections/{projection}/replay', handler: 'projections' },
] as const satisfies readonly Route[];

export type HandlerName = (typeof ROWS)[number]['handler'];
/** Handlers that anybody may call, without a token. */
export type OpenHandler = Extract<(typeof ROWS)[number], { readonly open: true }>['handler'];

export interface ApiRoute extends Route {
  readonly handler: HandlerName;
}

/** The API, as API Gateway has it. The local front and the infrastructure read the same rows. */
export const routes: readonly ApiRoute[] = ROWS;
