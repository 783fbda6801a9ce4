import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CommandDeps } from '../commands/ports.ts';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import { newId } from '../platform/clock.ts';
import { type Config, required } from '../platform/config.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { stepFunctionsWorkflow } from '../platform/step-functions-workflow.ts';
import { carryingTrace } from '../platform/tracer.ts';
import { stepFunctions } from './aws-clients.ts';

/** The parts that every command handler hands to its command. */
export function commandDeps(config: Config, client: DynamoDBDocumentClient): CommandDeps {
  return {
    events: dynamoDbEventStore({
      client,
      tableName: config.tables.events,
      log: (operation, facts) => logger.info(operation, facts),
    }),
    workflow: stepFunctionsWorkflow(
      stepFunctions(),
      required('EMIT_WORKFLOW_ARN', config.emitWorkflowArn),
      newId,
      carryingTrace,
    ),
    newCommitId: newId,
    onWorkflowNotStarted: ({ invoiceId, operation }, error) =>
      logger.error('workflow not started, left to the reconciler', { invoiceId, operation, error: failureOf(error) }),
  };
}
