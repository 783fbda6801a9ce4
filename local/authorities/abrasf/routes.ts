import { localName, textOf } from '../../../src/nfse/abrasf/elements.ts';
import type { AbrasfOperation } from '../../../src/nfse/abrasf/operations.ts';
import { parametersOf } from '../../../src/nfse/abrasf/soap-envelope.ts';
import * as batches from './batches.ts';
import { callFault, dataVersionOf, hasHeader, isLogin } from './call-checks.ts';
import { CITIES, type City } from './cities.ts';
import type { Message, OperationDeps } from './declarations.ts';
import * as operations from './operations.ts';
import type { Reply } from './replies.ts';
import * as replies from './replies.ts';

/** What came in, as far as the answer's form depends on it. */
export interface Exchange {
  readonly city: City;
  readonly operation: string;
  readonly soap: '1.1' | '1.2';
}

/**
 * What a city hall answers to a POST, without a socket.
 *
 * @param path `/CITY/nfse`, or below it where the city's dialect has an address for each operation
 */
export async function answerOf(
  deps: OperationDeps,
  path: string,
  body: string,
): Promise<{ readonly reply: Reply; readonly exchange?: Exchange }> {
  const [, cityName = '', service] = path.split('/');
  const city = Object.hasOwn(CITIES, cityName) ? CITIES[cityName] : undefined;
  if (!city || service !== 'nfse') return { reply: replies.pageNotFound };
  const { dialect } = city;
  const soap = body.includes('http://www.w3.org/2003/05/soap-envelope') ? '1.2' : '1.1';
  const fault = (reason: string, operation = '') =>
    ({ reply: { kind: 'fault', reason }, exchange: { city, operation, soap } }) as const;
  if (soap !== dialect.soap.version) return fault(`VersionMismatch: SOAP ${dialect.soap.version}`);
  const parameters = parametersOf(body);
  const message = parameters.find(({ root }) => localName(root) !== 'cabecalho');
  const header = parameters.find(({ root }) => localName(root) === 'cabecalho');
  if (!message || (hasHeader(dialect, message.root) && !header)) return fault('E183/E186: parâmetros ausentes');
  const [operation, act] = operationOf(localName(message.root)) ?? [];
  if (!operation || !act) return fault(`E238: ${localName(message.root)}`);
  const misaddressed = callFault(dialect, operation, message.root, body);
  if (misaddressed !== undefined) return fault(misaddressed, operation);
  const wrongVersion = header !== undefined && textOf(header.root, 'versaoDados') !== dataVersionOf(dialect);
  const stranger = dialect.login !== undefined && !isLogin(body, dialect.login, city.password);
  const refusal = wrongVersion ? 'E185' : stranger ? 'E157' : undefined;
  const exchange = { city, operation, soap } as const;
  if (refusal) return { reply: replies.refused(answerRoot(operation), refusal), exchange };
  return { reply: await act(deps, { cityName, city, ...message }), exchange };
}

type Act = (deps: OperationDeps, message: Message) => Promise<Reply>;

/** Operations by the root of their message. */
const OPERATIONS: Readonly<Record<string, readonly [operation: AbrasfOperation, act: Act]>> = {
  GerarNfseEnvio: ['GerarNfse', (deps, message) => operations.issueNow(deps, message, 'GerarNfseResposta')],
  EnviarLoteRpsSincronoEnvio: [
    'RecepcionarLoteRpsSincrono',
    (deps, message) => operations.issueNow(deps, message, 'EnviarLoteRpsSincronoResposta'),
  ],
  EnviarLoteRpsEnvio: ['RecepcionarLoteRps', batches.takeBatch],
  ConsultarSituacaoLoteRpsEnvio: ['ConsultarSituacaoLoteRps', batches.batchStatus],
  ConsultarLoteRpsEnvio: ['ConsultarLoteRps', batches.batchResult],
  ConsultarNfseRpsEnvio: ['ConsultarNfsePorRps', operations.noteOfRps],
  CancelarNfseEnvio: ['CancelarNfse', operations.cancelNote],
};

function operationOf(root: string) {
  return Object.hasOwn(OPERATIONS, root) ? OPERATIONS[root] : undefined;
}

function answerRoot(operation: string): string {
  const [root = ''] = Object.entries(OPERATIONS).find(([, [name]]) => name === operation) ?? [];
  return root.replace(/Envio$/, 'Resposta');
}
