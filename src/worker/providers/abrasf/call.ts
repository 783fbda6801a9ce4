import { headerMessage } from '../../../nfse/abrasf/messages.ts';
import { type AbrasfOperation, isQuestion, OPERATIONS } from '../../../nfse/abrasf/operations.ts';
import type { AbrasfAnswer } from '../../../nfse/abrasf/read-answer.ts';
import { soapEnvelope, soapHeaders } from '../../../nfse/abrasf/soap-envelope.ts';
import { isRefusedCall, unwrap } from '../../../nfse/abrasf/unwrap.ts';
import { type Endpoint, filled } from '../../../nfse/municipality-profiles/endpoint.ts';
import type { Environment } from '../../../nfse/municipality-profiles/profiles.ts';
import type { Dialect } from '../../../nfse/municipality-profiles/schema.ts';
import type { Unavailable, Unknown } from '../provider.ts';
import { type Transport, TransportError } from '../transport.ts';
import { loginBlank } from './login.ts';

/** One city hall, as a call needs it. */
export interface CityHall {
  readonly transport: Transport;
  readonly dialect: Dialect;
  readonly endpoint: Pick<Endpoint, 'path'>;
  readonly environment: Environment;
}

/** What came back. Only `answer` says something of the model's. */
export type Reply =
  | { readonly kind: 'answer'; readonly status: number; readonly answer: AbrasfAnswer; readonly xml: string }
  /** A fault, a page of a gateway, nothing: what the city did is not known. */
  | { readonly kind: 'unreadable'; readonly status: number; readonly reason: string; readonly isRefusal?: true }
  | Unavailable
  | Unknown;

/**
 * Asks the city hall one thing, in its dialect.
 *
 * @param alone name of the parameter where the message is the only one, whatever the dialect has for its other operations
 */
export async function call(
  city: CityHall,
  operation: AbrasfOperation,
  message: string,
  alone?: string,
): Promise<Reply> {
  const { dialect, environment } = city;
  const { soap } = dialect;
  const name = dialect.operationNames[operation] ?? operation;
  const { namespace: given } = soap;
  const namespace = typeof given === 'string' ? given : given[environment === '1' ? 'production' : 'test'];
  const header = soap.header === undefined || alone ? [] : [[soap.header, headerOf(dialect)] as const];
  const body = soapEnvelope({
    version: soap.version,
    namespace,
    wrapper: soap.wrapper && filled(soap.wrapper, name),
    inner: soap.inner && filled(soap.inner, name),
    qualified: soap.qualified,
    payload: soap.payload,
    parameters: [...header, [alone ?? soap.data, message]],
    ...(dialect.login && { login: loginBlank(dialect.login) }),
  });
  const action = filled(soap.action, name, { namespace, input: OPERATIONS[operation] });
  const request = {
    method: 'POST',
    path: city.endpoint.path(operation),
    headers: soapHeaders(soap.version, action),
    body,
    ...(isQuestion(operation) && { asks: true }),
  } as const;
  try {
    const response = await city.transport(request);
    const found = unwrap(response.body, dialect.answerNames);
    switch (found.kind) {
      case 'payload':
        return { kind: 'answer', status: response.status, answer: found.answer, xml: found.xml };
      case 'fault':
        return {
          kind: 'unreadable',
          status: response.status,
          reason: `HTTP ${response.status}: SOAP fault ${found.code}: ${found.reason}`,
          ...(isRefusedCall(found.code) && { isRefusal: true as const }),
        };
      case 'nothing':
        return {
          kind: 'unreadable',
          status: response.status,
          reason: `HTTP ${response.status} without a readable answer`,
        };
    }
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { kind: error.sent ? 'unknown' : 'unavailable', reason: error.message };
  }
}

function headerOf(dialect: Dialect): string {
  const { layout, version = layout, header, namespaces } = dialect;
  return headerMessage(
    header?.version ?? version,
    header?.dataVersion ?? header?.version ?? version,
    header?.namespace ?? namespaces.types ?? namespaces.messages,
  );
}
