import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Claims } from './access.ts';
import type { Target } from './request-target.ts';

export interface Received {
  readonly method: string;
  readonly target: Target;
  /** The resource's template: `/invoices/{invoiceId}`. */
  readonly resource: string;
  readonly params: Readonly<Record<string, string>>;
  /** Name, value, name, value …, with the casing of the sender. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly claims: Claims | undefined;
  readonly apiKey: string | null;
  readonly sourceIp: string;
  readonly requestId: string;
  /** Milliseconds. */
  readonly at: number;
  /** `X-Amzn-Trace-Id` as the gateway hands it on, whatever the sender's said. */
  readonly trace: string;
}

const STAGE = 'local';
const TRACE = 'X-Amzn-Trace-Id';

/** The event a REST API hands to a Lambda proxy integration (payload version 1.0). */
export function proxyEvent(received: Received): APIGatewayProxyEvent {
  const { method, target, resource, params, requestId, at } = received;
  const headers = headerLists(received);
  const query = group(target.query, (name) => name);
  return {
    resource,
    path: target.path,
    httpMethod: method,
    headers: lastOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: orNull(lastOf(query)),
    multiValueQueryStringParameters: orNull(query),
    pathParameters: orNull({ ...params }),
    stageVariables: null,
    requestContext: {
      accountId: '000000000000',
      apiId: STAGE,
      authorizer: received.claims ? { claims: received.claims } : undefined,
      domainName: 'localhost',
      extendedRequestId: requestId,
      httpMethod: method,
      identity: identityOf(received, headers),
      path: target.path,
      protocol: 'HTTP/1.1',
      requestId,
      requestTime: commonLogTime(at),
      requestTimeEpoch: at,
      resourceId: STAGE,
      resourcePath: resource,
      stage: STAGE,
    },
    body: received.body === '' ? null : received.body,
    isBase64Encoded: false,
  };
}

/** What the sender's headers become on their way: grouped by name, with those that the gateway adds. */
function headerLists({ rawHeaders, sourceIp, trace }: Received): Record<string, string[]> {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (name.toLowerCase() !== TRACE.toLowerCase()) pairs.push([name, value]);
  }
  const casing = new Map<string, string>();
  for (const [name] of pairs) if (!casing.has(name.toLowerCase())) casing.set(name.toLowerCase(), name);
  pairs.push([TRACE, trace], ['X-Forwarded-For', sourceIp], ['X-Forwarded-Proto', 'http']);
  return group(pairs, (name) => casing.get(name.toLowerCase()) ?? name);
}

function identityOf({ sourceIp, apiKey }: Received, headers: Record<string, string[]>) {
  const userAgent = Object.entries(headers).find(([name]) => name.toLowerCase() === 'user-agent')?.[1][0] ?? null;
  return {
    accessKey: null,
    accountId: null,
    apiKey,
    apiKeyId: null,
    caller: null,
    clientCert: null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: null,
    sourceIp,
    user: null,
    userAgent,
    userArn: null,
  };
}

function group(
  pairs: readonly (readonly [string, string])[],
  nameOf: (name: string) => string,
): Record<string, string[]> {
  const lists = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const key = nameOf(name);
    lists.set(key, [...(lists.get(key) ?? []), value]);
  }
  // From entries, so that a name like `__proto__` is a name like any other.
  return Object.fromEntries(lists);
}

function lastOf(lists: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.at(-1) ?? '']));
}

function orNull<T extends object>(record: T): T | null {
  return Object.keys(record).length > 0 ? record : null;
}

/** `09/Apr/2026:12:34:56 +0000` */
function commonLogTime(at: number): string {
  const [, day, month, year, time] = new Date(at).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
