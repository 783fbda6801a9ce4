import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  only,
  perProvider,
  type Resource,
  resources,
  type Templates,
  templatesOf,
  templatesWith,
} from './synthesized.ts';

let one: Templates;
let each: Templates;
beforeAll(() => {
  one = templatesOf('prod');
  each = templatesWith(perProvider('prod'));
});

/** Which of the queues a property refers to. */
function queueIn(property: unknown): string | undefined {
  return /Queues((?:Abrasf)?RequestsQueue)/.exec(JSON.stringify(property))?.[1];
}

/** Which of the services a property refers to. */
function serviceIn(property: unknown): string | undefined {
  return /"((?:Abrasf)?Worker)Service/.exec(JSON.stringify(property))?.[1];
}

const inEach = (type: string): Resource[] => resources(each.stateless, type).map(([, resource]) => resource);

describe('a service of workers for each family of providers', () => {
  it('adds a queue, and takes nothing away from what holds something', () => {
    const [before, after] = [one, each].map(({ stateful }) => Object.keys(stateful.toJSON().Resources));
    expect(after).toEqual(expect.arrayContaining(before ?? []));
    const added = resources(each.stateful, 'AWS::SQS::Queue').filter(([id]) => !before?.includes(id));
    expect(added.map(([id]) => queueIn(id) ?? id)).toEqual(['AbrasfRequestsQueue']);
  });

  it('has queues that are alike, and whose dead letters lie together', () => {
    const national = only(each.stateful, 'AWS::SQS::Queue', /QueuesRequestsQueue/);
    const abrasf = only(each.stateful, 'AWS::SQS::Queue', /QueuesAbrasfRequestsQueue/);
    expect(abrasf).toEqual(national);
    expect(JSON.stringify(abrasf.Properties.RedrivePolicy)).toContain('QueuesRequestsDlq');
  });

  it('gets its work by the provider that the workflow finds in it', () => {
    const { DefinitionSubstitutions } = only(each.stateless, 'AWS::StepFunctions::StateMachine').Properties;
    expect(queueIn(DefinitionSubstitutions.NationalQueueUrl)).toBe('RequestsQueue');
    expect(queueIn(DefinitionSubstitutions.AbrasfQueueUrl)).toBe('AbrasfRequestsQueue');
  });

  it('takes from its own queue', () => {
    const queues = inEach('AWS::ECS::TaskDefinition').map(({ Properties: { ContainerDefinitions: containers } }) => {
      const variables = containers[0].Environment as { Name: string; Value: unknown }[];
      return queueIn(variables.find(({ Name }) => Name === 'REQUESTS_QUEUE_URL')?.Value);
    });
    expect(queues.sort()).toEqual(['AbrasfRequestsQueue', 'RequestsQueue']);
    each.stateless.allResourcesProperties('AWS::ECS::Service', {
      DesiredCount: 2,
      DeploymentConfiguration: Match.objectLike({ DeploymentCircuitBreaker: { Enable: true, Rollback: true } }),
    });
  });

  it('scales by its own queue and its own tasks', () => {
    const targets = inEach('AWS::ApplicationAutoScaling::ScalableTarget');
    expect(targets.map(({ Properties }) => serviceIn(Properties.ResourceId)).sort()).toEqual([
      'AbrasfWorker',
      'Worker',
    ]);
    const policies = new Map(
      resources(each.stateless, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(([id]) => [
        id,
        id.startsWith('Abrasf') ? 'AbrasfRequestsQueue' : 'RequestsQueue',
      ]),
    );
    const alarms = inEach('AWS::CloudWatch::Alarm').filter(({ Properties }) => Properties.AlarmName === undefined);
    expect(alarms).toHaveLength(policies.size);
    for (const { Properties } of alarms) {
      const queue = policies.get(Properties.AlarmActions[0].Ref);
      expect(queueIn(Properties)).toBe(queue);
      for (const service of [serviceIn(Properties)].filter(Boolean)) {
        expect(service === 'AbrasfWorker').toBe(queue === 'AbrasfRequestsQueue');
      }
    }
  });

  it.each([
    ['oldest-message-national', 'RequestsQueue'],
    ['oldest-message-abrasf', 'AbrasfRequestsQueue'],
  ])('is watched for what waits: %s', (name, queue) => {
    const [alarm] = inEach('AWS::CloudWatch::Alarm').filter(
      ({ Properties }) => Properties.AlarmName === `nfse-ledger-prod-${name}`,
    );
    expect(queueIn(alarm?.Properties.Dimensions)).toBe(queue);
  });

  it.each([
    ['worker-down-national', 'Worker'],
    ['worker-down-abrasf', 'AbrasfWorker'],
  ])('is watched for its tasks: %s', (name, service) => {
    const [alarm] = inEach('AWS::CloudWatch::Alarm').filter(
      ({ Properties }) => Properties.AlarmName === `nfse-ledger-prod-${name}`,
    );
    expect(serviceIn(alarm?.Properties.Dimensions)).toBe(service);
  });

  it('is on the dashboard by name, with the figures of its queue', () => {
    const board = JSON.stringify(only(each.stateless, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody);
    for (const label of ['requests', 'on the queue', 'tasks', 'messages']) {
      for (const name of ['national', 'abrasf']) expect(board).toContain(`${label}: ${name}`);
    }
  });

  it('leaves repairs to the workers of the default queue, who can do any work', () => {
    const { Environment } = only(each.stateless, 'AWS::Lambda::Function', /^FunctionsprocessorFn/).Properties;
    expect(queueIn(Environment.Variables.REQUESTS_QUEUE_URL)).toBe('RequestsQueue');
  });
});
