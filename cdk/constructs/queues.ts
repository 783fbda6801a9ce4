import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { servicesOf, type WorkerService } from '../services.ts';
import type { Settings } from '../settings.ts';

const RETENTION = Duration.days(14);
/** The worker is told: at the last of them it sends the message to the DLQ itself, with the cause. */
export const MOST_RECEIVES = 5;

/** The queue of one service of workers. */
export interface RequestsQueue {
  readonly service: WorkerService;
  readonly queue: Queue;
}

/**
 * RequestsQueue, a standard queue whose message groups (municipalities) make it fair, one for each service of workers; and the queues that
 * take what could not be handled, of whichever service. Messages hold ids and no person's data, so SQS's own keys do: KMS would cost as much as the messages.
 */
export class Queues extends Construct {
  /** The default service's first. */
  readonly requests: readonly [RequestsQueue, ...RequestsQueue[]];
  readonly dlq: Queue;
  /** Batches of the stream that a projector gave up. */
  readonly projectorFailures: Queue;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const common = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: RETENTION,
      removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    };
    this.dlq = new Queue(this, 'RequestsDlq', { ...common, visibilityTimeout: Duration.minutes(6) });
    const requestsOf = (service: WorkerService): RequestsQueue => ({
      service,
      queue: new Queue(this, `${service.prefix}RequestsQueue`, {
        ...common,
        receiveMessageWaitTime: Duration.seconds(20),
        visibilityTimeout: Duration.seconds(240),
        deadLetterQueue: { queue: this.dlq, maxReceiveCount: MOST_RECEIVES },
      }),
    });
    const [first, ...others] = servicesOf(settings);
    this.requests = [requestsOf(first), ...others.map(requestsOf)];
    this.projectorFailures = new Queue(this, 'ProjectorFailures', common);
    const reason = 'It is where what could not be handled goes, and an alarm watches it: there is nowhere further.';
    acknowledge(this.dlq, { 'Serverless-SQSRedrivePolicy': reason });
    acknowledge(this.projectorFailures, { 'Serverless-SQSRedrivePolicy': reason, 'AwsSolutions-SQS3': reason });
  }
}
