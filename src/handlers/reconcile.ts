import { workFor } from '../commands/start-work.ts';
import { newId, now } from '../platform/clock.ts';
import { readConfig, required } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { stepFunctions, stepFunctionsWorkflow } from '../platform/step-functions-workflow.ts';
import { inInvocation, invocationTrace } from '../platform/tracer.ts';
import { DUE_SHARDS, fromRow, type InvoiceRow } from '../projections/invoice-row.ts';
import { dynamoDbInvoicesTable } from '../projections/invoices-table.ts';

const config = readConfig();
const invoices = dynamoDbInvoicesTable(dynamoDb(), config.tables.invoices);
const workflow = stepFunctionsWorkflow(stepFunctions(), required('EMIT_WORKFLOW_ARN', config.emitWorkflowArn), newId);

/** Of each shard, a run: the rest is still due at the next one. */
const MOST_PER_SHARD = 100;

/**
 * Each minute: starts the workflow again for every unfinished invoice whose time has come, be it deferred or forgotten (a crash
 * between append and start, a message lost). A row is claimed before its workflow is started, so that one backlog is not
 * started anew each minute; a claim whose start fails is simply due again later.
 */
export function handler(): Promise<{ started: number; failed: number }> {
  return inInvocation('reconcile', invocationTrace(), async () => {
    const at = now();
    const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => String(shard));
    const due = (
      await Promise.all(shards.map((shard) => invoices.due(shard, at.toISOString(), MOST_PER_SHARD)))
    ).flat();
    const later = new Date(at.getTime() + config.reconcileAfterSeconds * 1000).toISOString();
    const results = await Promise.allSettled(due.map((row) => restart(row, later)));
    const summary = {
      started: results.filter((result) => result.status === 'fulfilled' && result.value).length,
      failed: results.filter(({ status }) => status === 'rejected').length,
    };
    for (const result of results) {
      if (result.status === 'rejected')
        logger.error('not started, due again later', { error: failureOf(result.reason) });
    }
    if (due.length > 0) logger.info('reconciled', summary);
    return summary;
  });
}

async function restart(row: InvoiceRow, later: string): Promise<boolean> {
  const work = workFor(fromRow(row).invoice, 'reconciliation', invocationTrace()?.root);
  if (!work || !(await invoices.claimDue(row, later))) return false;
  await workflow.start(work);
  return true;
}
