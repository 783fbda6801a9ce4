import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  ParameterGroup,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Settings } from '../settings.ts';
import { logGroup } from './logs.ts';

export const DATABASE = 'nfse';

/**
 * The database of reports, in subnets that have no way out. Functions reach it by the Data API, so none of them needs the VPC; the
 * password is RDS's own and changes every week.
 */
export class Reporting extends Construct {
  readonly cluster: DatabaseCluster;
  readonly secret: ISecret;

  constructor(
    scope: Construct,
    id: string,
    settings: Settings,
    { vpc, key, logKey }: { vpc: IVpc; key: IKey; logKey: IKey },
  ) {
    super(scope, id);
    const { minCapacity, maxCapacity, readers, backupDays } = settings.reporting;
    const clusterIdentifier = `nfse-ledger-${settings.environment}`;
    // Made before the cluster, which would make one that is kept forever.
    const logs = logGroup(this, 'Logs', settings, logKey, `/aws/rds/cluster/${clusterIdentifier}/postgresql`);
    const engine = DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_16_8 });
    this.cluster = new DatabaseCluster(this, 'Cluster', {
      clusterIdentifier,
      engine,
      defaultDatabaseName: DATABASE,
      credentials: Credentials.fromUsername('ledger', { encryptionKey: key }),
      manageMasterUserPassword: true,
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      enableDataApi: true,
      iamAuthentication: true,
      serverlessV2MinCapacity: minCapacity,
      serverlessV2MaxCapacity: maxCapacity,
      ...(minCapacity === 0 && { serverlessV2AutoPauseDuration: Duration.minutes(10) }),
      writer: ClusterInstance.serverlessV2('Writer', { publiclyAccessible: false }),
      readers: Array.from({ length: readers }, (_, place) =>
        ClusterInstance.serverlessV2(`Reader${place + 1}`, { publiclyAccessible: false, scaleWithWriter: true }),
      ),
      parameterGroup: new ParameterGroup(this, 'Parameters', {
        engine,
        description: 'TLS on every connection, slow statements in the log, no compiling of reports',
        // Compiling costs the reports up to a third more than it saves (decision 21).
        parameters: { 'rds.force_ssl': '1', log_min_duration_statement: '2000', jit: '0' },
      }),
      backup: { retention: Duration.days(backupDays), preferredWindow: '05:00-06:00' },
      preferredMaintenanceWindow: 'sun:06:30-sun:07:30',
      storageEncrypted: true,
      storageEncryptionKey: key,
      cloudwatchLogsExports: ['postgresql'],
      copyTagsToSnapshot: true,
      deletionProtection: settings.keepData,
      removalPolicy: settings.keepData ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
    });
    this.cluster.node.addDependency(logs);
    if (!this.cluster.secret) throw new Error('The cluster has no secret');
    this.secret = this.cluster.secret;
    acknowledge(this.cluster, {
      'AwsSolutions-RDS11':
        'The port is 5432, as every tool expects: the cluster is in subnets without a way in or out, and only the bastion may connect.',
      ...(settings.keepData
        ? {}
        : {
            'AwsSolutions-RDS10':
              'An environment that can be thrown away: it holds test data, and dev is destroyed with one command.',
          }),
    });
    new CfnOutput(this, 'Endpoint', { value: this.cluster.clusterEndpoint.hostname });
    new CfnOutput(this, 'SecretArn', { value: this.secret.secretArn });
  }
}
