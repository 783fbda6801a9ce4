import { parseCnpj } from '../nfse/cnpj.ts';

/** By what a trace is found in X-Ray. */
export interface TraceAnnotations {
  readonly invoiceId?: string;
  readonly companyCnpj?: string;
}

/**
 * Takes the annotations of a trace out of facts. A company's number is public; whatever is not a CNPJ may be a person's CPF, and stays
 * out of traces.
 */
export function traceAnnotations(facts: Readonly<Record<string, unknown>>): TraceAnnotations {
  const companyCnpj = parseCnpj(facts.companyCnpj);
  return {
    ...(typeof facts.invoiceId === 'string' && { invoiceId: facts.invoiceId }),
    ...(companyCnpj && { companyCnpj }),
  };
}
