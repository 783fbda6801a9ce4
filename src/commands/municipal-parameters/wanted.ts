import * as z from 'zod/mini';
import { parseMunicipalityCode } from '../../nfse/municipality.ts';
import { MalformedMessage } from '../work.ts';

/** What the questions of a message may name: the same forms that its sender checked. */
const service = z.string().check(z.regex(/^\d{2}\.\d{2}\.\d{2}\.\d{3}$/));
const QuestionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('agreement') }),
  z.object({ kind: z.literal('withholdings') }),
  z.object({ kind: z.literal('rates'), service }),
  z.object({ kind: z.literal('specialRegimes'), service }),
  z.object({ kind: z.literal('benefit'), benefit: z.string().check(z.regex(/^\d{14}$/)) }),
]);

const OPERATION = 'parameters';

/** A message on RequestsQueue that asks the worker for a municipality's parameters, besides those that ask it for work on an invoice. */
const WantedSchema = z.object({
  operation: z.literal(OPERATION),
  municipalityCode: z.string().check(z.refine((code) => parseMunicipalityCode(code) !== undefined)),
  /** Whose certificate the worker shows to the API. */
  companyCnpj: z.string().check(z.regex(/^[0-9A-Z]{14}$/)),
  questions: z.array(QuestionSchema).check(z.minLength(1), z.maxLength(10)),
});

export type ParametersWanted = Readonly<Omit<z.infer<typeof WantedSchema>, 'operation'>>;

/** Asks the worker. Nobody waits for the answer: it is in the table when somebody looks for it. */
export interface ParameterRequests {
  want(wanted: ParametersWanted): Promise<void>;
}

export function wantedMessage(wanted: ParametersWanted): string {
  return JSON.stringify({ operation: OPERATION, ...wanted });
}

/**
 * @returns `undefined` for a message that asks for something else
 * @throws MalformedMessage for one that asks for parameters, and not in our form
 */
export function readWanted(body: string): ParametersWanted | undefined {
  // Most messages are about an invoice, and are parsed by whoever reads those.
  if (!body.includes(`"${OPERATION}"`)) return undefined;
  const json = parsed(body);
  if (typeof json !== 'object' || json === null || !('operation' in json) || json.operation !== OPERATION)
    return undefined;
  const read = WantedSchema.safeParse(json);
  if (!read.success)
    throw new MalformedMessage('The message asks for parameters that there are none of', { cause: read.error });
  const { operation: _, ...wanted } = read.data;
  return wanted;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // whoever reads messages about invoices says so
  }
}
