import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { TABLES, type TableDefinition, tableKinds } from '../../src/platform/table-definitions.ts';
import { only, resources, templatesOf } from './synthesized.ts';

let template: Template;
beforeAll(() => {
  ({ stateful: template } = templatesOf('prod'));
});

const has = (type: string, properties: object) => template.hasResourceProperties(type, properties);

describe('the network', () => {
  it('has public, private and isolated subnets in two zones, and nobody gets a public address by being there', () => {
    const subnets = resources(template, 'AWS::EC2::Subnet');
    expect(subnets).toHaveLength(6);
    expect(new Set(subnets.map(([, { Properties }]) => JSON.stringify(Properties.AvailabilityZone))).size).toBe(2);
    for (const [, { Properties }] of subnets) expect(Properties.MapPublicIpOnLaunch).not.toBe(true);
  });

  it('leaves from two fixed addresses, which survive the stack and are told', () => {
    const addresses = resources(template, 'AWS::EC2::EIP');
    expect(addresses.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(['Retain', 'Retain']);
    const gateways = resources(template, 'AWS::EC2::NatGateway').map(([, { Properties }]) => Properties.AllocationId);
    expect(gateways).toEqual(addresses.map(([id]) => ({ 'Fn::GetAtt': [id, 'AllocationId'] })));
    template.hasOutput('*', { Description: 'Where calls to city halls come from' });
  });

  it('reaches AWS without the internet', () => {
    const names = resources(template, 'AWS::EC2::VPCEndpoint').map(([, { Properties }]) => {
      const name = Properties.ServiceName;
      return typeof name === 'string' ? name : `com.amazonaws.sa-east-1${name['Fn::Join'][1][2]}`;
    });
    const all = ['dynamodb', 'ecr.api', 'ecr.dkr', 'logs', 'rds-data', 's3', 'secretsmanager', 'sqs', 'states', 'xray'];
    expect(names.sort()).toEqual(all.map((service) => `com.amazonaws.sa-east-1.${service}`));
  });

  it('writes flow logs', () =>
    has('AWS::EC2::FlowLog', { TrafficType: 'ALL', LogDestinationType: 'cloud-watch-logs' }));
});

describe('the tables', () => {
  it.each(tableKinds)(
    '%s has its keys, the key of its domain, recovery to any second, and refuses its deletion',
    (kind) => {
      const { partitionKey, sortKey, indexes = [] }: TableDefinition = TABLES[kind];
      has('AWS::DynamoDB::Table', {
        KeySchema: [
          { AttributeName: partitionKey.name, KeyType: 'HASH' },
          ...(sortKey ? [{ AttributeName: sortKey.name, KeyType: 'RANGE' }] : []),
        ],
        ...(indexes.length > 0 && {
          GlobalSecondaryIndexes: indexes.map(({ name, holds }) =>
            Match.objectLike({
              IndexName: name,
              Projection: holds ? { ProjectionType: 'INCLUDE', NonKeyAttributes: holds } : { ProjectionType: 'ALL' },
            }),
          ),
        }),
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: {
          SSEEnabled: true,
          SSEType: 'KMS',
          KMSMasterKeyId: {
            'Fn::GetAtt': [Match.stringLikeRegexp(kind === 'documents' ? '^KeysDocuments' : '^KeysLedger'), 'Arn'],
          },
        },
      });
    },
  );

  it('survive their stack', () => {
    const tables = resources(template, 'AWS::DynamoDB::Table');
    expect(tables).toHaveLength(tableKinds.length);
    for (const [, { DeletionPolicy }] of tables) expect(DeletionPolicy).toBe('Retain');
  });

  it('of events streams each new image', () =>
    has('AWS::DynamoDB::Table', { StreamSpecification: { StreamViewType: 'NEW_IMAGE' } }));

  it('that each emission writes to are warm from the first request on', () => {
    const warm = resources(template, 'AWS::DynamoDB::Table').filter(([, { Properties }]) => Properties.WarmThroughput);
    expect(warm.map(([id]) => /^Tables([A-Z]\w+?Table)/.exec(id)?.[1]).sort()).toEqual([
      'DocumentsTable',
      'EventsTable',
      'InvoicesTable',
    ]);
    for (const [, { Properties }] of warm) {
      expect(Properties.WarmThroughput).toEqual({ ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4_000 });
    }
  });

  it('of requests and of documents forget by themselves', () => {
    for (const [table, AttributeName] of [
      ['requestId', 'expiration'],
      ['dayPart', 'expiresAt'],
    ]) {
      has('AWS::DynamoDB::Table', {
        KeySchema: Match.arrayWith([{ AttributeName: table, KeyType: 'HASH' }]),
        TimeToLiveSpecification: { AttributeName, Enabled: true },
      });
    }
  });
});

describe('the documents', () => {
  const isPrivate = {
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    VersioningConfiguration: { Status: 'Enabled' },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { BucketKeyEnabled: true, ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }) },
      ],
    },
  };

  it('are private, versioned, encrypted by their own key, go to Glacier, and stay for six years', () =>
    has('AWS::S3::Bucket', {
      ...isPrivate,
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({
            ExpirationInDays: 6 * 366,
            NoncurrentVersionExpiration: { NoncurrentDays: 6 * 366 },
            Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: 90 }],
          }),
          Match.objectLike({ Prefix: 'downloads/' }),
        ],
      },
    }));

  it('that were copied for a link are forgotten, with all of their versions, after two days and one more', () =>
    has('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          {
            Id: 'forget-copies-that-links-lead-to',
            Prefix: 'downloads/',
            Status: 'Enabled',
            ExpirationInDays: 2,
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
          },
        ]),
      },
    }));

  it.each([
    ['in the archive', 'DocumentsDocsBucket', ['archive/', 'inv_']],
    ['in the bucket of the seals', 'DocumentsSealsBucket', ['']],
  ])('%s are never written over, by nobody', (_, name, prefixes) => {
    const [[bucket] = []] = resources(template, 'AWS::S3::Bucket').filter(([id]) => id.startsWith(name));
    const below = (prefix: string) => ({ 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket, 'Arn'] }, `/${prefix}*`]] });
    has('AWS::S3::BucketPolicy', {
      Bucket: { Ref: bucket },
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Sid: 'NeverWrittenOver',
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 's3:PutObject',
            Resource: prefixes.length === 1 ? below(prefixes[0] ?? '') : prefixes.map(below),
            Condition: { Null: { 's3:if-none-match': 'true' } },
          },
        ]),
      },
    });
  });

  it('are sealed where not even the root user can take a seal away', () =>
    has('AWS::S3::Bucket', {
      ...isPrivate,
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Days: 6 * 366, Mode: 'COMPLIANCE' } },
      },
    }));

  it('are refused to whoever comes without TLS 1.2', () => {
    const policies = resources(template, 'AWS::S3::BucketPolicy');
    expect(policies).toHaveLength(resources(template, 'AWS::S3::Bucket').length);
    for (const [, { Properties }] of policies) {
      const text = JSON.stringify(Properties.PolicyDocument);
      expect(text).toContain('{"Bool":{"aws:SecureTransport":"false"}}');
      expect(text).toContain('{"NumericLessThan":{"s3:TlsVersion":1.2}}');
    }
  });
});

describe('the queues', () => {
  it('give what failed five times to the DLQ, where it stays for two weeks', () => {
    const [[dlq] = []] = resources(template, 'AWS::SQS::Queue').filter(([id]) => id.startsWith('QueuesRequestsDlq'));
    has('AWS::SQS::Queue', {
      RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: { 'Fn::GetAtt': [dlq, 'Arn'] } },
      MessageRetentionPeriod: 14 * 86_400,
      SqsManagedSseEnabled: true,
    });
  });

  it('are encrypted, and refuse whoever comes without TLS', () => {
    const queues = resources(template, 'AWS::SQS::Queue');
    const policies = resources(template, 'AWS::SQS::QueuePolicy');
    expect(policies).toHaveLength(queues.length);
    for (const [, { Properties }] of queues) expect(Properties.SqsManagedSseEnabled).toBe(true);
    for (const [, { Properties }] of policies) {
      expect(JSON.stringify(Properties.PolicyDocument)).toContain('"Effect":"Deny"');
      expect(JSON.stringify(Properties.PolicyDocument)).toContain('{"Bool":{"aws:SecureTransport":"false"}}');
    }
  });
});

describe('the users', () => {
  it('are made by an administrator, sign in with long passwords, and may have a second factor', () =>
    has('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'OPTIONAL',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      DeletionProtection: 'ACTIVE',
      UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' },
      Policies: { PasswordPolicy: Match.objectLike({ MinimumLength: 12, RequireSymbols: true }) },
      Schema: [
        {
          AttributeDataType: 'String',
          Mutable: true,
          Name: 'companies',
          StringAttributeConstraints: { MaxLength: '2048' },
        },
      ],
      LambdaConfig: { PreTokenGenerationConfig: Match.objectLike({ LambdaVersion: 'V3_0' }) },
    }));

  it('have a group for each role', () => {
    const groups = resources(template, 'AWS::Cognito::UserPoolGroup').map(([, { Properties }]) => Properties.GroupName);
    expect(groups).toEqual(['client', 'operator', 'auditor', 'ops', 'admin']);
  });

  it('cannot write themselves which companies they act for', () => {
    const apps = resources(template, 'AWS::Cognito::UserPoolClient').filter(([id]) => !id.includes('Machine'));
    expect(apps.map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual(['IdentityWeb', 'IdentityMobile']);
    for (const [, { Properties }] of apps) {
      expect(Properties).toMatchObject({
        AllowedOAuthFlows: ['code'],
        GenerateSecret: false,
        WriteAttributes: ['name'],
        PreventUserExistenceErrors: 'ENABLED',
      });
    }
  });

  it('that are programs have a secret, and the scope of one role', () =>
    has('AWS::Cognito::UserPoolClient', {
      AllowedOAuthFlows: ['client_credentials'],
      GenerateSecret: true,
      AllowedOAuthScopes: [{ 'Fn::Join': ['', [Match.anyValue(), '/client']] }],
    }));
});

describe('the database of reports', () => {
  it('is encrypted, backed up, reached by the Data API, and has a password that RDS changes', () =>
    has('AWS::RDS::DBCluster', {
      Engine: 'aurora-postgresql',
      StorageEncrypted: true,
      DeletionProtection: true,
      BackupRetentionPeriod: 35,
      EnableHttpEndpoint: true,
      EnableIAMDatabaseAuthentication: true,
      ManageMasterUserPassword: true,
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 16 },
      EnableCloudwatchLogsExports: ['postgresql'],
    }));

  it('wants TLS, logs slow statements, and compiles no report', () =>
    has('AWS::RDS::DBClusterParameterGroup', {
      Parameters: { 'rds.force_ssl': '1', log_min_duration_statement: '2000', jit: '0' },
    }));

  it('is in the isolated subnets, and no instance of it is public', () => {
    const { Properties } = only(template, 'AWS::RDS::DBSubnetGroup');
    expect(JSON.stringify(Properties.SubnetIds)).toMatch(/IsolatedSubnet1.*IsolatedSubnet2/);
    for (const [, { Properties: instance }] of resources(template, 'AWS::RDS::DBInstance')) {
      expect(instance).toMatchObject({ DBInstanceClass: 'db.serverless', PubliclyAccessible: false });
    }
  });

  it('lets in the bastion alone', () => {
    const rules = resources(template, 'AWS::EC2::SecurityGroupIngress').map(
      ([, { Properties }]) => Properties.Description,
    );
    expect(rules).toEqual(['psql on the bastion']);
  });
});

describe('the bastion', () => {
  it('is reached by Session Manager alone: no port, no key, no public address', () => {
    const { Properties } = only(template, 'AWS::EC2::Instance');
    expect(Properties).not.toHaveProperty('KeyName');
    expect(JSON.stringify(Properties.SubnetId)).toContain('PrivateSubnet');
    const group = only(template, 'AWS::EC2::SecurityGroup', /^BastionAccess/);
    expect(group.Properties).not.toHaveProperty('SecurityGroupIngress');
    expect(Properties.MetadataOptions).toEqual({ HttpTokens: 'required' });
  });
});

describe('the keys', () => {
  it('are one for each domain of data, turn every year, and survive their stack', () => {
    const keys = resources(template, 'AWS::KMS::Key');
    expect(keys.map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'KeysLedger',
      'KeysDocuments',
      'KeysSecrets',
      'KeysReporting',
      'KeysOperations',
    ]);
    for (const [, { Properties, DeletionPolicy }] of keys) {
      expect(Properties.EnableKeyRotation).toBe(true);
      expect(DeletionPolicy).toBe('Retain');
    }
  });
});
