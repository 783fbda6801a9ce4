import type { Invoice, LivingInvoice } from '../events/invoice.ts';
import type { CommandDeps } from './ports.ts';
import type { Work } from './work.ts';

/** The work an invoice waits for, or `undefined` when it waits for none. */
export function workFor(invoice: Invoice, origin: Work['origin'], traceId?: string): Work | undefined {
  if (invoice.status !== 'EMITTED' && invoice.status !== 'CANCELLING') return undefined;
  return workOn(invoice, origin, traceId);
}

/** The work of looking at an invoice, whether or not it waits for something. */
export function workOn(invoice: LivingInvoice, origin: Work['origin'], traceId?: string): Work {
  const { authority, besideCity } = invoice.route;
  return {
    operation: invoice.status === 'CANCELLING' && invoice.note ? 'cancel' : 'emit',
    invoiceId: invoice.id,
    municipalityCode: invoice.municipalityCode,
    provider: invoice.provider,
    route: { authority, ...(besideCity ? { besideCity } : {}) },
    requestId: invoice.requestId,
    companyCnpj: invoice.companyCnpj,
    dps: invoice.dps,
    origin,
    ...(traceId ? { traceId } : {}),
  };
}

/** Starts the workflow. The events are safe by now, so a start that fails is reported and left to the reconciler. */
export async function startWork(deps: CommandDeps, work: Work | undefined): Promise<void> {
  if (!work) return;
  try {
    await deps.workflow.start(work);
  } catch (error) {
    deps.onWorkflowNotStarted(work, error);
  }
}
