import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { TableKind } from '../../src/platform/table-definitions.ts';
import type { Settings } from '../settings.ts';

/**
 * One key for each domain of data, so that a right to use one opens nothing of another: whoever may read reports cannot open a
 * certificate. Each key turns every year; what an older one encrypted stays readable.
 */
export class Keys extends Construct {
  /** Events, invoices, companies: the DynamoDB tables but one. */
  readonly ledger: Key;
  /** What was sent to the authorities and came back, in its table and in the archive, and the seals. */
  readonly documents: Key;
  /** The companies' certificates and their logins at city halls. */
  readonly secrets: Key;
  /** Aurora, and its password. */
  readonly reporting: Key;
  /** Logs and alarms. */
  readonly operations: Key;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const key = (domain: string, description: string) =>
      new Key(this, domain, {
        alias: `nfse-ledger/${settings.environment}/${domain.toLowerCase()}`,
        description,
        enableKeyRotation: true,
        removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      });
    this.ledger = key('Ledger', 'Events, invoices and companies');
    this.documents = key('Documents', 'Fiscal documents and seals');
    this.secrets = key('Secrets', 'Certificates of companies and their logins at city halls');
    this.reporting = key('Reporting', 'The database of reports');
    this.operations = key('Operations', 'Logs and alarms');
    this.letLogsUse(this.operations);
    letUse(this.operations, new ServicePrincipal('cloudwatch.amazonaws.com'), ['kms:Decrypt', 'kms:GenerateDataKey*']);
  }

  ofTable(kind: TableKind): Key {
    return kind === 'documents' ? this.documents : this.ledger;
  }

  /** Only for log groups of this account: CloudWatch Logs says for which one it asks. */
  private letLogsUse(key: Key): void {
    const stack = Stack.of(this);
    letUse(
      key,
      new ServicePrincipal(`logs.${stack.region}.amazonaws.com`),
      ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
            service: 'logs',
            resource: 'log-group',
            resourceName: '*',
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    );
  }
}

function letUse(key: Key, principal: IPrincipal, actions: string[], conditions: object = {}): void {
  key.addToResourcePolicy(
    new PolicyStatement({ principals: [principal], actions, resources: ['*'], conditions: { ...conditions } }),
  );
}
