import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

/**
 * A log group with the retention of the settings. It has a name only where a service decides it, so that a stack that was destroyed can be deployed again
 * beside the logs that it left.
 */
export function logGroup(
  scope: Construct,
  id: string,
  settings: Settings,
  encryptionKey: IKey,
  logGroupName?: string,
): LogGroup {
  return new LogGroup(scope, id, {
    retention: settings.logRetentionDays as RetentionDays,
    encryptionKey,
    ...(logGroupName !== undefined && { logGroupName }),
    removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}
