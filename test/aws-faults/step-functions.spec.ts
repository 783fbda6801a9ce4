import { ExecutionAlreadyExists, SFNClient, SFNServiceException, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { emitInvoice } from '../../src/commands/emit-invoice/emit-invoice.ts';
import { reconcile } from '../../src/commands/reconcile/reconcile.ts';
import type { Work } from '../../src/commands/work.ts';
import { memoryEventStore } from '../../src/events/memory-event-store.ts';
import { stepFunctionsWorkflow } from '../../src/platform/step-functions-workflow.ts';
import { project } from '../../src/projections/projector.ts';
import { memoryInvoicesTable, SHARDS } from '../faults/memory-invoices-table.ts';
import { at, emission, invoiceId, meta, requestId, route } from '../invoices.ts';

const sfn = mockClient(SFNClient);
afterAll(() => sfn.restore());
beforeEach(() => sfn.reset());

const $metadata = { httpStatusCode: 400 };
const refusal = (name: string) => new SFNServiceException({ name, message: name, $fault: 'client', $metadata });
const throttled = refusal('ThrottlingException');
const FAULTS = {
  'throttles the start': throttled,
  'refuses expired credentials': refusal('ExpiredTokenException'),
  'cannot be reached': Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
};
const REST_SECONDS = 300;

/** The emission function and the reconciler on one store, both with the real adapter of Step Functions. */
function installation() {
  const events = memoryEventStore();
  const invoices = memoryInvoicesTable();
  const notStarted: unknown[] = [];
  const failures: unknown[] = [];
  let ids = 0;
  const newId = () => `id-${++ids}`;
  const workflow = stepFunctionsWorkflow(new SFNClient({ region: 'sa-east-1' }), 'arn:EmitWorkflow', newId);
  return {
    notStarted,
    failures,
    async emit() {
      const accepted = await emitInvoice(
        {
          events,
          workflow,
          documents: { put: async () => {} },
          numbers: { take: async () => 1, reserve: async () => {} },
          newCommitId: newId,
          onWorkflowNotStarted: (_work, error) => notStarted.push(error),
          dps: { environment: '2', softwareVersion: 'nfse-ledger-test' },
        },
        { requestId, emission, route, dps: { series: '1' }, dateGiven: true },
        { at, meta },
      );
      await project({ events, invoices, reconcileAfterSeconds: REST_SECONDS }, invoiceId, await events.load(invoiceId));
      return accepted;
    },
    /** A run of the reconciler, so long after the emission. */
    reconcile: (secondsLater: number) =>
      reconcile(
        {
          events,
          workflow,
          due: invoices.due,
          claimDue: invoices.claimDue,
          countDue: async () => 0,
          lanesOf: async () => new Map(),
          awake: async () => [],
          putOff: async () => {},
          now: () => new Date(Date.parse(at) + secondsLater * 1000),
          msLeft: () => Number.POSITIVE_INFINITY,
          pause: async () => {},
          onFailure: (_invoiceId, error) => failures.push(error),
          onStuck: () => {},
        },
        {
          shards: SHARDS,
          restMs: REST_SECONDS * 1000,
          mostStarts: 10,
          startsPerSecond: 10,
          lanes: { leastLookMs: 60_000, giveUpAfterMs: 86_400_000, perSecondOf: () => 10, everyMs: 60_000 },
        },
      ),
  };
}

const starts = () => sfn.commandCalls(StartExecutionCommand).map(({ args: [{ input }] }) => input);

describe('an emission whose workflow is not started', () => {
  it.each(Object.entries(FAULTS))(
    'is accepted when Step Functions %s, and is started by the reconciler when it is due',
    async (_fault, error) => {
      const { emit, reconcile, notStarted } = installation();
      sfn.on(StartExecutionCommand).rejectsOnce(error).resolves({});

      expect((await emit()).invoice).toMatchObject({ id: invoiceId, status: 'EMITTED' });
      expect(notStarted).toEqual([error]);

      expect(await reconcile(REST_SECONDS - 1)).toMatchObject({ started: 0 });
      expect(await reconcile(REST_SECONDS + 60)).toMatchObject({ started: 1, failed: 0 });
      const [first, second] = starts();
      expect(JSON.parse(second?.input ?? '') as Work).toMatchObject({ invoiceId, origin: 'reconciliation' });
      expect(second?.name).not.toBe(first?.name);
    },
  );

  it('stays due while starts go on failing, and is started once they succeed', async () => {
    const { emit, reconcile, failures } = installation();
    sfn.on(StartExecutionCommand).rejectsOnce(throttled).rejectsOnce(throttled).rejectsOnce(throttled).resolves({});
    await emit();
    expect(await reconcile(400)).toMatchObject({ started: 0, failed: 1 });
    expect(await reconcile(4_000)).toMatchObject({ started: 0, failed: 1 });
    expect(await reconcile(12_000)).toMatchObject({ started: 1, failed: 0 });
    expect(failures).toEqual([throttled, throttled]);
  });
});

describe('a start whose answer was lost', () => {
  it('is a success when its repetition finds the execution there: nobody else starts one under its name', async () => {
    const { emit, notStarted } = installation();
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'there', $metadata }));
    await emit();
    expect(notStarted).toEqual([]);
    expect(starts()).toHaveLength(1);
  });
});
