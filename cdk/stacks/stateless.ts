import { Stack, type StackProps } from 'aws-cdk-lib';
import type { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { IDatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { Api } from '../constructs/api.ts';
import { Firewall } from '../constructs/firewall.ts';
import { Functions } from '../constructs/functions.ts';
import type { CodeOf } from '../constructs/ledger-function.ts';
import { Observability } from '../constructs/observability.ts';
import type { RequestsQueue } from '../constructs/queues.ts';
import { Worker } from '../constructs/worker.ts';
import { Workflow } from '../constructs/workflow.ts';
import { environmentOf, workerEnvironmentOf } from '../environment.ts';
import { type FunctionName, functionNames, WORKER_MAY } from '../functions.ts';
import { type Resources, requestsResource, resourcesOf } from '../resources.ts';
import { acknowledgeWildcards, statementsFor } from '../rights.ts';
import type { Settings } from '../settings.ts';
import type { StatefulStack } from './stateful.ts';

export interface StatelessProps extends StackProps {
  readonly settings: Settings;
  readonly stateful: StatefulStack;
  readonly code: CodeOf;
  readonly workerImage: ContainerImage;
}

/** What runs, and holds nothing: it can be destroyed and deployed again, and the queue and the reconciler take up where it stopped. */
export class StatelessStack extends Stack {
  readonly api: Api;

  constructor(scope: Construct, id: string, props: StatelessProps) {
    super(scope, id, props);
    const { settings, stateful, code } = props;
    const logKey = stateful.keys.operations;
    const { requests } = stateful.queues;
    const workflow = new Workflow(this, 'Workflow', settings, { requests, logKey });
    const resources = resourcesOf(this, settings, stateful, workflow.stateMachine);
    const functions = new Functions(this, 'Functions', { settings, stateful, resources, code });
    this.api = new Api(this, 'Api', {
      settings,
      identity: stateful.identity,
      functionOf: (name) => functions.get(name).fn,
      logKey,
    });
    const firewall = new Firewall(this, 'Firewall', {
      scope: 'REGIONAL',
      name: `nfse-ledger-${settings.environment}-api`,
      mostPerAddress: settings.api.mostPerAddress,
    });
    new CfnWebACLAssociation(this, 'FirewallOfApi', {
      resourceArn: this.api.restApi.deploymentStage.stageArn,
      webAclArn: firewall.arn,
    });
    const workers = requests.map((of) => ({ ...of, worker: this.worker(of, props, resources) }));
    const functionOf = (name: FunctionName) => (name === 'token-claims' ? stateful.tokenClaims : functions.get(name));
    new Observability(
      this,
      'Observability',
      settings,
      {
        api: this.api,
        functionOf: (name) => functionOf(name).fn,
        queues: stateful.queues,
        tables: stateful.tables.byKind,
        workflow: workflow.stateMachine,
        workers,
        cluster: stateful.reporting.cluster as IDatabaseCluster,
        logs: [...functionNames.map((name) => functionOf(name).logs), ...workers.map(({ worker }) => worker.logs)],
      },
      stateful.keys.operations,
    );
  }

  /** A service of workers, each with its own queue and a right to no other. */
  private worker(
    { service, queue }: RequestsQueue,
    { settings, stateful, workerImage }: StatelessProps,
    all: Resources,
  ): Worker {
    const resources = { ...all, requestsQueue: requestsResource(queue) };
    const worker = new Worker(this, `${service.prefix}Worker`, {
      settings,
      vpc: stateful.network.vpc,
      image: workerImage,
      logKey: stateful.keys.operations,
      queue,
      statements: statementsFor(this, WORKER_MAY, resources),
      environment: workerEnvironmentOf(settings, environmentOf(settings, WORKER_MAY, resources)),
    });
    acknowledgeWildcards(worker, WORKER_MAY, resources);
    return worker;
  }
}
