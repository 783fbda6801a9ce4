import { Duration, Stack } from 'aws-cdk-lib';
import { AdjustmentType } from 'aws-cdk-lib/aws-applicationautoscaling';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type IVpc, Peer, Port, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  type ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  ContainerImage as Images,
  LogDriver,
  OperatingSystemFamily,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge, asRulesSayIt } from '../acknowledge.ts';
import type { Settings } from '../settings.ts';
import { logGroup } from './logs.ts';

export interface WorkerProps {
  readonly settings: Settings;
  readonly vpc: IVpc;
  readonly image: ContainerImage;
  readonly logKey: IKey;
  readonly queue: IQueue;
  readonly statements: readonly PolicyStatement[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Time between SIGTERM and SIGKILL: the worker drains within 100 seconds of it. */
const STOP_TIMEOUT = Duration.seconds(120);
const COLLECTOR_URL = 'http://127.0.0.1:4318';

/** The collector's configuration, which is YAML and so may be JSON. The worker batches already. */
const COLLECTOR = {
  receivers: { otlp: { protocols: { http: { endpoint: new URL(COLLECTOR_URL).host } } } },
  exporters: { awsxray: {} },
  service: {
    pipelines: { traces: { receivers: ['otlp'], exporters: ['awsxray'] } },
    telemetry: { logs: { level: 'error' } },
  },
};

/** A Fargate service that talks to the authorities. */
export class Worker extends Construct {
  readonly service: FargateService;
  readonly cluster: ICluster;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: WorkerProps) {
    super(scope, id);
    const { settings, vpc, logKey } = props;
    this.logs = logGroup(this, 'Logs', settings, logKey);
    this.cluster = new Cluster(this, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.ENABLED }) as ICluster;
    this.service = new FargateService(this, 'Service', {
      cluster: this.cluster,
      taskDefinition: this.task(props),
      desiredCount: settings.worker.tasks.least,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      assignPublicIp: false,
      securityGroups: [this.egress(vpc, settings.worker.egressPorts)],
      circuitBreaker: { enable: true, rollback: true },
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      enableExecuteCommand: false,
      propagateTags: PropagatedTagSource.SERVICE,
    });
    this.scale(props);
  }

  private task({ settings, image, statements, environment }: WorkerProps): FargateTaskDefinition {
    const { cpu, memoryMb } = settings.worker;
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu,
      memoryLimitMiB: memoryMb,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    });
    for (const statement of statements) task.addToTaskRolePolicy(statement);
    task.addToTaskRolePolicy(this.mayProtectItself());
    task.addContainer('worker', {
      image,
      essential: true,
      readonlyRootFilesystem: true,
      stopTimeout: STOP_TIMEOUT,
      environment: { ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: COLLECTOR_URL },
      logging: LogDriver.awsLogs({ logGroup: this.logs, streamPrefix: 'worker' }),
    });
    this.addTraceCollector(task);
    acknowledge(task, {
      [`AwsSolutions-IAM5[Resource::${asRulesSayIt(this, this.tasks())}]`]:
        'A task learns its own number when it starts: the right is to the tasks of this cluster, which has no others.',
      'AwsSolutions-ECS2':
        'The environment names tables, queues and prefixes. Secrets are not in it: the worker reads each from Secrets Manager when it needs it.',
      'AwsSolutions-IAM5[Resource::*]':
        'The image is pulled with a token for the registry as a whole, and X-Ray takes traces under no resource.',
    });
    return task;
  }

  /** Takes spans from the worker and makes segments of X-Ray of them; a trace that is lost holds up nothing. */
  private addTraceCollector(task: FargateTaskDefinition): void {
    task.addToTaskRolePolicy(
      new PolicyStatement({ actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] }),
    );
    task.addContainer('trace-collector', {
      image: Images.fromRegistry('public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0'),
      essential: false,
      readonlyRootFilesystem: true,
      cpu: 32,
      memoryReservationMiB: 64,
      memoryLimitMiB: 128,
      environment: { AOT_CONFIG_CONTENT: JSON.stringify(COLLECTOR), GOMEMLIMIT: '100MiB' },
      logging: LogDriver.awsLogs({ logGroup: this.logs, streamPrefix: 'trace-collector' }),
    });
  }

  /** A task that is in the middle of something asks not to be chosen when there are to be fewer. */
  private mayProtectItself(): PolicyStatement {
    return new PolicyStatement({
      actions: ['ecs:GetTaskProtection', 'ecs:UpdateTaskProtection'],
      resources: [this.tasks()],
    });
  }

  private tasks(): string {
    const resourceName = `${this.cluster.clusterName}/*`;
    return Stack.of(this).formatArn({ service: 'ecs', resource: 'task', resourceName });
  }

  private egress(vpc: IVpc, ports: readonly number[]): SecurityGroup {
    const group = new SecurityGroup(this, 'Egress', {
      vpc,
      description: 'The worker asks AWS and the authorities; nobody asks the worker',
      allowAllOutbound: false,
    });
    for (const port of ports) group.addEgressRule(Peer.anyIpv4(), Port.tcp(port), 'AWS and the authorities');
    return group;
  }

  /**
   * More tasks for a backlog, and for a message that grows old whatever the backlog. Fewer only by the backlog, one at a time, and a
   * task that is busy is not among them.
   */
  private scale({ settings, queue }: WorkerProps): void {
    const { tasks, backlogPerTask, oldestMessageSeconds } = settings.worker;
    const target = this.service.autoScaleTaskCount({ minCapacity: tasks.least, maxCapacity: tasks.most });
    const cooldown = Duration.minutes(1);
    target.scaleOnMetric('BacklogPerTask', {
      metric: this.backlogPerTask(queue),
      adjustmentType: AdjustmentType.PERCENT_CHANGE_IN_CAPACITY,
      minAdjustmentMagnitude: 1,
      scalingSteps: [
        { upper: backlogPerTask / 10, change: -10 },
        { lower: backlogPerTask, change: 50 },
        { lower: backlogPerTask * 4, change: 100 },
      ],
      evaluationPeriods: 2,
      cooldown,
    });
    target.scaleOnMetric('OldestMessage', {
      metric: queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1) }),
      adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
      scalingSteps: [
        { lower: oldestMessageSeconds, change: 1 },
        { lower: oldestMessageSeconds * 5, change: 3 },
      ],
      evaluationPeriods: 2,
      cooldown,
    });
  }

  private backlogPerTask(queue: IQueue): MathExpression {
    const period = Duration.minutes(1);
    return new MathExpression({
      label: 'Waiting messages per task',
      expression: 'waiting / IF(tasks > 0, tasks, 1)',
      period,
      usingMetrics: {
        waiting: queue.metricApproximateNumberOfMessagesVisible({ period }),
        tasks: this.runningTasks(period),
      },
    });
  }

  runningTasks(period: Duration): Metric {
    return new Metric({
      namespace: 'ECS/ContainerInsights',
      metricName: 'RunningTaskCount',
      dimensionsMap: { ClusterName: this.cluster.clusterName, ServiceName: this.service.serviceName },
      statistic: 'Average',
      period,
    });
  }
}
