// What stands before the functions on AWS: API Gateway, and the event source mappings that read the stream of EventsTable. Starts each
// function in a process of its own.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Jwks } from 'aws-jwt-verify/jwk';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { tokenCheck } from '../../local/api-gateway/access.ts';
import { startApiGateway } from '../../local/api-gateway/server.ts';
import type { Handler } from '../../local/lambda.ts';
import { startProjectorPumps } from '../../local/projector-pumps.ts';
import { routes } from '../../src/handlers/routes.ts';
import { type LambdaFunction, startFunction } from './lambda-function.ts';
import { sampler } from './sampler.ts';

export const FUNCTIONS = ['emit', 'projector', 'reporting-projector', 'straightforward-function'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export interface GatewayOptions {
  readonly port: number;
  readonly issuer: string;
  readonly keysFile: string;
  readonly apiKey: string;
  /** Where places in the stream are kept. */
  readonly dataDir: string;
  readonly logFolder: string;
  readonly profileFolder?: string | undefined;
  /** Of each function, the module to run and what its environment has besides. */
  readonly functions: Readonly<Record<FunctionName, { readonly module: string; readonly env: Environment }>>;
  /** Share of the traces that are recorded. */
  readonly sampled: number;
}

type Environment = Readonly<Record<string, string>>;

/** Whether the stream is to be read; the answer is the same message. */
export interface Streaming {
  readonly streaming: boolean;
}

export type FromGateway =
  | { readonly url: string; readonly pids: Readonly<Record<FunctionName, number>> }
  | { readonly projected: 'invoices' | 'reporting'; readonly records: number }
  | Streaming;

const STRAIGHTFORWARD = { method: 'POST', path: '/straightforward', handler: 'straightforward-function' } as const;

const options = JSON.parse(process.argv[2] ?? '{}') as GatewayOptions;
const send = (message: FromGateway) => process.send?.(message);
const failed = (what: string, error: unknown) =>
  process.stderr.write(`${what}: ${error instanceof Error ? error.stack : String(error)}\n`);

/** As the runtime has them: what a library does when it finds itself in Lambda is part of what is measured. */
const env = {
  ...process.env,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  LAMBDA_TASK_ROOT: '/var/task',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
};
const { logFolder, profileFolder } = options;
const started = FUNCTIONS.map(async (name) => {
  const { module, env: own } = options.functions[name];
  const ownEnv = { ...env, AWS_LAMBDA_FUNCTION_NAME: `nfse-ledger-${name}`, ...own };
  return [name, await startFunction({ name, module, env: ownEnv, logFolder, profileFolder })] as const;
});
const functions = Object.fromEntries(await Promise.all(started)) as Readonly<Record<FunctionName, LambdaFunction>>;

/** Each header names the function's own segment, which Lambda opens before it invokes. */
const inSegment = (trace: string) => `${trace.replace(/;Parent=[^;]*/, '')};Parent=${randomBytes(8).toString('hex')}`;
const behindGateway =
  (name: FunctionName): Handler =>
  (event: APIGatewayProxyEvent) => {
    const carried = Object.entries(event.headers).find(([header]) => header.toLowerCase() === 'x-amzn-trace-id')?.[1];
    return functions[name].invoke(event, inSegment(carried ?? ''));
  };
const newTrace = sampler(options.sampled);
const behindStream =
  (name: FunctionName, projected: 'invoices' | 'reporting') =>
  async (event: { readonly Records: readonly unknown[] }) => {
    const answer = await functions[name].invoke(event, inSegment(newTrace()));
    send({ projected, records: event.Records.length });
    return answer;
  };

const keys = JSON.parse(await readFile(options.keysFile, 'utf8')) as Jwks;
const gateway = await startApiGateway({
  port: options.port,
  routes: [...routes, STRAIGHTFORWARD],
  handlers: { emit: behindGateway('emit'), [STRAIGHTFORWARD.handler]: behindGateway('straightforward-function') },
  clients: [{ name: 'default', key: options.apiKey }],
  checkToken: tokenCheck(options.issuer, keys),
  onFailure: (error, requestId) => failed(requestId, error),
});

const pump = () =>
  startProjectorPumps({
    dataDir: options.dataDir,
    invoices: behindStream('projector', 'invoices'),
    reporting: behindStream('reporting-projector', 'reporting'),
    onTrouble: (error, name) => failed(name, error),
  });
let pumps: ReturnType<typeof pump> | undefined;

process.on('message', async ({ streaming }: Streaming) => {
  if (streaming) pumps ??= pump();
  else {
    await pumps?.stop();
    pumps = undefined;
  }
  send({ streaming });
});
process.once('SIGTERM', async () => {
  await gateway.stop();
  await pumps?.stop();
  await Promise.all(Object.values(functions).map((one) => one.stop()));
  process.exit(0);
});
const pids = Object.fromEntries(FUNCTIONS.map((name) => [name, functions[name].pid]));
send({ url: gateway.url, pids: pids as Readonly<Record<FunctionName, number>> });
