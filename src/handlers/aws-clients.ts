import type { Config } from '../platform/config.ts';
import * as dynamodb from '../platform/dynamodb.ts';
import * as reporting from '../platform/rds-data.ts';
import * as storage from '../platform/s3.ts';
import * as secrets from '../platform/secrets-manager.ts';
import * as queues from '../platform/sqs.ts';
import * as workflows from '../platform/step-functions-workflow.ts';
import { traced } from '../platform/tracer.ts';

/** The AWS clients of a function: each of their calls is a part of its trace. */
export const dynamoDb = () => traced(dynamodb.dynamoDb());
export const rdsData = () => traced(reporting.rdsData());
export const secretsManager = () => traced(secrets.secretsManager());
export const sqs = () => traced(queues.sqs());
export const stepFunctions = () => traced(workflows.stepFunctions());
export const s3 = (settings: Config['s3']): storage.S3 => storage.s3(settings, undefined, traced);
