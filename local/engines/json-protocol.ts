import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { readBody } from '../http-body.ts';

/** A refusal in the words of the service; the SDK makes its own error class of `type`. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code = 'aws';
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

type Fields = Readonly<Record<string, unknown>>;
type Operation = (input: Fields) => Fields | Promise<Fields>;

const BODY_LIMIT_BYTES = 2 * 1024 * 1024;

/**
 * AWS JSON over HTTP, 1.0 as well as 1.1: the operation is named in a header, a refusal in `__type`.
 *
 * @param prefix what stands before the dot in `X-Amz-Target`
 */
export function jsonProtocol(prefix: string, operations: Readonly<Record<string, Operation>>): RequestListener {
  return (request, response) => {
    answer(request, prefix, operations).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        const known = error instanceof AwsError;
        const type = known ? error.type : 'InternalFailure';
        send(response, known ? 400 : 500, {
          __type: type,
          message: error instanceof Error ? error.message : String(error),
        });
      },
    );
  };
}

async function answer(
  request: IncomingMessage,
  prefix: string,
  operations: Readonly<Record<string, Operation>>,
): Promise<Fields> {
  const target = String(request.headers['x-amz-target'] ?? '');
  const name = target.startsWith(`${prefix}.`) ? target.slice(prefix.length + 1) : '';
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  const text = (await readBody(request, BODY_LIMIT_BYTES)).toString('utf8');
  if (!operation) throw new AwsError('UnknownOperationException', `Not spoken here: ${target}`);
  return operation(parse(text));
}

function parse(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text || '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // Not JSON: refused below, like JSON that is no object.
  }
  throw new AwsError('SerializationException', 'The body is not a JSON object');
}

function send(response: ServerResponse, status: number, body: Fields): void {
  response
    .writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() })
    .end(JSON.stringify(body));
}
