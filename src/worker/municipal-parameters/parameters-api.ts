import { type ParameterQuestion, parameterPath } from '../../nfse/municipal-parameters/questions.ts';
import { type ParameterAnswer, readParameterAnswer } from '../../nfse/municipal-parameters/read-answer.ts';
import { type HttpResponse, type Transport, TransportError } from '../providers/transport.ts';

/** The API's first handshake of a connection fails often, and the second seldom. */
const MAX_TRIES = 2;

/**
 * Asks the API one question. Nothing is changed by asking, so a connection that fails is tried once more.
 *
 * @param date the municipality's own, `YYYY-MM-DD`
 */
export async function askParameters(
  transport: Transport,
  municipalityCode: string,
  question: ParameterQuestion,
  date: string,
): Promise<ParameterAnswer> {
  const path = parameterPath(municipalityCode, question, date);
  for (let tries = 1; ; tries++) {
    try {
      return readParameterAnswer<ParameterQuestion>(question, await get(transport, path));
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      if (tries === MAX_TRIES) return { kind: 'no-answer', reason: error.message };
    }
  }
}

function get(transport: Transport, path: string): Promise<HttpResponse> {
  return transport({ method: 'GET', path });
}
