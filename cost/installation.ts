import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { addStacks } from '../cdk/app.ts';
import type { Settings } from '../cdk/settings.ts';
import cdkJson from '../cdk.json' with { type: 'json' };

/** What of an installation its costs depend on, read from its templates. */
export interface Installation {
  /** Memory in GB by function. */
  readonly memoryGb: (handler: string) => number;
  readonly workflow: 'EXPRESS' | 'STANDARD';
  readonly logRetentionMonths: number;
  /** Whether one call to KMS serves many documents. */
  readonly bucketKeys: boolean;
  readonly worker: { readonly tasks: number; readonly vcpu: number; readonly memoryGb: number };
  readonly natGateways: number;
  /** Interface endpoints, counted once for each zone. */
  readonly endpoints: number;
  readonly keys: number;
  readonly firewalls: number;
  readonly database: { readonly leastCapacity: number; readonly instances: number };
}

type Resource = { readonly Properties: Record<string, unknown> };

/** Synthesises the stacks of an environment, with a placeholder for each function's code, and reads what costs something. */
export function installationOf(settings: Settings): Installation {
  const app = new App({ context: cdkJson.context });
  const stacks = addStacks(app, settings, {
    code: () => Code.fromInline('// the bundle'),
    workerImage: ContainerImage.fromRegistry('worker'),
    page: '',
  });
  const templates = [stacks.stateful, stacks.stateless, stacks.web].map((stack) => Template.fromStack(stack));
  const all = (type: string) =>
    templates.flatMap((template) => Object.values(template.findResources(type)) as unknown as Resource[]);
  const one = (type: string) => {
    const [first] = all(type);
    if (!first) throw new Error(`The templates have no ${type}`);
    return first.Properties;
  };
  const functions = new Map(
    all('AWS::Lambda::Function').map(({ Properties }) => [
      String(Properties.FunctionName),
      Number(Properties.MemorySize),
    ]),
  );
  const task = one('AWS::ECS::TaskDefinition');
  const database = one('AWS::RDS::DBCluster').ServerlessV2ScalingConfiguration as { MinCapacity: number };
  const workflow = one('AWS::StepFunctions::StateMachine').StateMachineType as string;
  return {
    memoryGb(handler) {
      const megabytes = functions.get(`nfse-ledger-${settings.environment}-${handler}`);
      if (megabytes === undefined) throw new Error(`The templates have no function ${handler}`);
      return megabytes / 1024;
    },
    workflow: workflow === 'STANDARD' ? 'STANDARD' : 'EXPRESS',
    logRetentionMonths: Number(one('AWS::Logs::LogGroup').RetentionInDays) / 30.4,
    bucketKeys: all('AWS::S3::Bucket').some(({ Properties }) =>
      JSON.stringify(Properties).includes('"BucketKeyEnabled":true'),
    ),
    worker: {
      tasks: all('AWS::ECS::Service').reduce((sum, { Properties }) => sum + Number(Properties.DesiredCount), 0),
      vcpu: Number(task.Cpu) / 1024,
      memoryGb: Number(task.Memory) / 1024,
    },
    natGateways: all('AWS::EC2::NatGateway').length,
    endpoints: all('AWS::EC2::VPCEndpoint')
      .filter(({ Properties }) => Properties.VpcEndpointType === 'Interface')
      .reduce((sum, { Properties }) => sum + (Properties.SubnetIds as unknown[]).length, 0),
    keys: all('AWS::KMS::Key').length,
    firewalls: all('AWS::WAFv2::WebACL').length,
    database: { leastCapacity: database.MinCapacity, instances: all('AWS::RDS::DBInstance').length },
  };
}
