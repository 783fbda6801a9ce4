import { readFileSync } from 'node:fs';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import measured from '../../cost/measured.json' with { type: 'json' };
import { REQUEST_HEADERS } from '../../src/handlers/answer-headers.ts';
import { routes } from '../../src/handlers/routes.ts';
import { functionNames, functionRow } from '../functions.ts';
import { only, type Resource, resources, templatesOf } from './synthesized.ts';

let template: Template;
beforeAll(() => {
  ({ stateless: template } = templatesOf('prod'));
});

const has = (type: string, properties: object) => template.hasResourceProperties(type, properties);

describe('the API', () => {
  /** `GET /invoices/{invoiceId}` of each method, from the tree of resources. */
  function deployed(): Map<string, Resource> {
    const parts = new Map(
      resources(template, 'AWS::ApiGateway::Resource').map(([id, { Properties }]) => [id, Properties]),
    );
    const pathOf = (id: string | undefined): string => {
      const part = id === undefined ? undefined : parts.get(id);
      return part ? `${pathOf(part.ParentId.Ref)}/${part.PathPart}` : '';
    };
    const methods = resources(template, 'AWS::ApiGateway::Method').map(
      ([, method]) =>
        [`${method.Properties.HttpMethod} ${pathOf(method.Properties.ResourceId.Ref) || '/'}`, method] as const,
    );
    return new Map(methods.filter(([name]) => !name.startsWith('OPTIONS')));
  }

  it('has the routes of the handlers, each behind token, scope and key unless it is open', () => {
    const methods = deployed();
    expect([...methods.keys()].sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
    for (const { method, path, open, handler } of routes) {
      const { Properties } = methods.get(`${method} ${path}`) as Resource;
      expect(JSON.stringify(Properties.Integration.Uri), path).toContain(`Functions${handler.replaceAll('-', '')}Fn`);
      expect(Properties.ApiKeyRequired, path).toBe(!open);
      expect(Properties.AuthorizationType, path).toBe(open ? 'NONE' : 'COGNITO_USER_POOLS');
      if (!open)
        expect(Properties.AuthorizationScopes).toEqual(
          expect.arrayContaining(['nfse-ledger/user', 'nfse-ledger/client']),
        );
      expect(Properties).toHaveProperty('RequestValidatorId');
    }
  });

  it('writes an access log in which there is nobody: no address, no path, no token', () => {
    const { AccessLogSetting, TracingEnabled, MethodSettings } = only(template, 'AWS::ApiGateway::Stage').Properties;
    const fields = [...(AccessLogSetting.Format as string).matchAll(/\$context\.([\w.]+)/g)].map(([, name]) => name);
    expect(fields).toHaveLength(9);
    for (const field of fields) expect(field).not.toMatch(/sourceIp|userAgent|\bpath$|authorizer|user$|caller/i);
    expect(TracingEnabled).toBe(true);
    expect(MethodSettings[0]).toMatchObject({
      DataTraceEnabled: false,
      LoggingLevel: 'ERROR',
      ThrottlingRateLimit: 1000,
    });
  });

  it('pays for no longer a line of it than the model of the costs says', () => {
    const { Format } = only(template, 'AWS::ApiGateway::Stage').Properties.AccessLogSetting;
    const values: Readonly<Record<string, string>> = {
      requestId: '49d7f53b-0d6f-41ba-bf38-cd1959df17d7',
      httpMethod: 'POST',
      resourcePath: '/invoices/{invoiceId}',
      status: '202',
      'error.responseType': '-',
      'identity.apiKeyId': 'a1b2c3d4e5',
      responseLatency: '1260',
      integrationLatency: '1255',
      responseLength: '2050',
    };
    const line = (Format as string).replaceAll(/\$context\.([\w.]+)/g, (_, name: string) => values[name] as string);
    expect(Object.values(JSON.parse(line))).not.toContain('undefined');
    expect(line.length + 1).toBeLessThanOrEqual(measured.accessLogBytes);
    expect(line.length + 1).toBeGreaterThan(measured.accessLogBytes * 0.9);
  });

  it('lets through less of what is dear', () => {
    const { MethodSettings } = only(template, 'AWS::ApiGateway::Stage').Properties;
    expect(MethodSettings).toContainEqual(
      expect.objectContaining({
        HttpMethod: 'PUT',
        ResourcePath: '/~1companies~1{cnpj}~1certificate',
        ThrottlingRateLimit: 5,
      }),
    );
  });

  it('gives each client a key, a throttle and a daily quota', () => {
    expect(resources(template, 'AWS::ApiGateway::ApiKey')).toHaveLength(3);
    expect(resources(template, 'AWS::ApiGateway::UsagePlan')).toHaveLength(3);
    has('AWS::ApiGateway::UsagePlan', {
      Quota: { Limit: 20_000_000, Period: 'DAY' },
      Throttle: { RateLimit: 500, BurstLimit: 1000 },
    });
  });

  it('answers in TLS 1.2 under its own name alone', () => {
    has('AWS::ApiGateway::DomainName', { DomainName: 'api.nfse.example.com', SecurityPolicy: 'TLS_1_2' });
    has('AWS::ApiGateway::RestApi', {
      DisableExecuteApiEndpoint: true,
      EndpointConfiguration: { Types: ['REGIONAL'] },
    });
  });

  it('says problem+json also where no function is asked', () => {
    const answers = resources(template, 'AWS::ApiGateway::GatewayResponse').map(([, { Properties }]) => Properties);
    expect(answers.length).toBeGreaterThan(10);
    for (const { ResponseParameters, ResponseTemplates } of answers) {
      expect(ResponseParameters).toMatchObject({
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
        'gatewayresponse.header.cache-control': "'no-store'",
        'gatewayresponse.header.x-content-type-options': "'nosniff'",
      });
      expect(JSON.parse(ResponseTemplates['application/json'])).toMatchObject({
        type: expect.stringMatching(/^urn:nfse-ledger:problem:/),
        requestId: '$context.requestId',
      });
    }
  });

  it('tells a browser that asks first what the answers themselves tell', () => {
    const preflights = resources(template, 'AWS::ApiGateway::Method').filter(
      ([, { Properties }]) => Properties.HttpMethod === 'OPTIONS',
    );
    expect(preflights.length).toBeGreaterThan(10);
    for (const [, { Properties }] of preflights) {
      expect(Properties.Integration.IntegrationResponses[0].ResponseParameters).toMatchObject({
        'method.response.header.Access-Control-Allow-Headers': `'${REQUEST_HEADERS.join(',')}'`,
        'method.response.header.cache-control': "'no-store'",
        'method.response.header.x-content-type-options': "'nosniff'",
      });
      expect(Properties.MethodResponses[0].ResponseParameters).toMatchObject({
        'method.response.header.x-content-type-options': true,
      });
    }
  });

  it('is behind the firewall', () => {
    has('AWS::WAFv2::WebACLAssociation', { WebACLArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Firewall'), 'Arn'] } });
    has('AWS::WAFv2::WebACL', {
      Scope: 'REGIONAL',
      Rules: Match.arrayWith([
        Match.objectLike({
          Action: { Block: {} },
          Statement: { RateBasedStatement: Match.objectLike({ Limit: 150_000 }) },
        }),
      ]),
    });
  });
});

describe('each function', () => {
  it.each(functionNames.filter((name) => name !== 'token-claims'))(
    '%s runs on Node 24, arm64, traced, with a role and a log group of its own',
    (name) => {
      const { timeoutSeconds, memoryMb, reservedConcurrency } = functionRow(name);
      const id = `Functions${name.replaceAll('-', '')}`;
      has('AWS::Lambda::Function', {
        FunctionName: `nfse-ledger-prod-${name}`,
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        Timeout: timeoutSeconds,
        MemorySize: memoryMb,
        Role: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^${id}Role`), 'Arn'] },
        LoggingConfig: {
          LogGroup: { Ref: Match.stringLikeRegexp(`^${id}Logs`) },
          LogFormat: 'JSON',
          ApplicationLogLevel: 'INFO',
          SystemLogLevel: 'WARN',
        },
        ReservedConcurrentExecutions: reservedConcurrency ?? Match.absent(),
      });
    },
  );

  it('keeps its logs for a year, encrypted by the key of operations', () => {
    for (const [, { Properties }] of resources(template, 'AWS::Logs::LogGroup')) {
      expect(Properties.RetentionInDays).toBe(365);
      expect(JSON.stringify(Properties.KmsKeyId)).toContain('KeysOperations');
    }
  });
});

describe('what starts the functions that nobody calls', () => {
  it.each(functionNames.filter((name) => functionRow(name).trigger.from === 'stream'))(
    '%s follows the stream from its beginning, and loses nothing that fails',
    (name) =>
      has('AWS::Lambda::EventSourceMapping', {
        FunctionName: { Ref: Match.stringLikeRegexp(`^Functions${name.replaceAll('-', '')}Fn`) },
        StartingPosition: 'TRIM_HORIZON',
        BatchSize: 100,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumRecordAgeInSeconds: 23 * 3600,
        DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
      }),
  );

  it('the DLQ’s mapping is there, and off', () =>
    has('AWS::Lambda::EventSourceMapping', {
      Enabled: false,
      EventSourceArn: { 'Fn::ImportValue': Match.stringLikeRegexp('RequestsDlq') },
    }));

  it('the reconciler runs each minute', () => has('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)' }));

  it('the migrations run with each deployment that changes them, and fail it when they fail', () =>
    has('Custom::Trigger', { InvocationType: 'RequestResponse', ExecuteOnHandlerChange: Match.anyValue() }));
});

describe('the workflow', () => {
  it('is the file that the local engine runs, Express, and logs failures without what was asked', () => {
    const { Properties } = only(template, 'AWS::StepFunctions::StateMachine');
    const file = readFileSync(new URL('../../src/commands/emit-workflow.asl.json', import.meta.url), 'utf8');
    expect(JSON.parse(Properties.DefinitionString)).toEqual(JSON.parse(file));
    expect(Properties.DefinitionSubstitutions).toEqual({
      NationalQueueUrl: { 'Fn::ImportValue': expect.stringContaining('QueuesRequestsQueue') },
      AbrasfQueueUrl: Properties.DefinitionSubstitutions.NationalQueueUrl,
    });
    const placeholders = new Set(file.match(/(?<=\$\{)\w+/g));
    expect(new Set(Object.keys(Properties.DefinitionSubstitutions))).toEqual(placeholders);
    expect(Properties).toMatchObject({
      StateMachineType: 'EXPRESS',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { IncludeExecutionData: false, Level: 'ERROR' },
    });
  });
});

describe('the worker', () => {
  it('runs on arm64 with a read-only file system, and has two minutes to stop', () =>
    has('AWS::ECS::TaskDefinition', {
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
      ContainerDefinitions: [
        Match.objectLike({ Name: 'worker', Essential: true, ReadonlyRootFilesystem: true, StopTimeout: 120 }),
        Match.objectLike({ Name: 'trace-collector', Essential: false, ReadonlyRootFilesystem: true }),
      ],
    }));

  it('sends its traces to the collector of its own task', () => {
    const { Properties: task } = only(template, 'AWS::ECS::TaskDefinition');
    const variables = (name: string) => {
      const container = task.ContainerDefinitions.find(({ Name }: { Name: string }) => Name === name);
      return new Map<string, string>(
        container.Environment.map(({ Name, Value }: { Name: string; Value: string }) => [Name, Value]),
      );
    };
    const { receivers, exporters, service } = JSON.parse(variables('trace-collector').get('AOT_CONFIG_CONTENT') ?? '');
    const { endpoint } = receivers.otlp.protocols.http;
    expect(variables('worker').get('OTEL_EXPORTER_OTLP_ENDPOINT')).toBe(`http://${endpoint}`);
    expect(endpoint).toMatch(/^127\.0\.0\.1:/);
    expect(service.pipelines.traces).toEqual({ receivers: Object.keys(receivers), exporters: Object.keys(exporters) });
  });

  it('is in the private subnets, and a deployment that fails is rolled back', () => {
    has('AWS::ECS::Service', {
      DesiredCount: 2,
      DeploymentConfiguration: Match.objectLike({ DeploymentCircuitBreaker: { Enable: true, Rollback: true } }),
      NetworkConfiguration: { AwsvpcConfiguration: Match.objectLike({ AssignPublicIp: 'DISABLED' }) },
    });
    const { Subnets } = only(template, 'AWS::ECS::Service').Properties.NetworkConfiguration.AwsvpcConfiguration;
    for (const subnet of Subnets) expect(JSON.stringify(subnet)).toContain('PrivateSubnet');
  });

  it('may ask by TLS and nothing else, and nobody may ask it', () => {
    const { Properties } = only(template, 'AWS::EC2::SecurityGroup', /^WorkerEgress/);
    expect(Properties.SecurityGroupEgress).toEqual([expect.objectContaining({ FromPort: 443, ToPort: 443 })]);
    expect(Properties).not.toHaveProperty('SecurityGroupIngress');
  });

  it('becomes more for a backlog and for a message that grows old, and fewer for a backlog alone', () => {
    has('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 2, MaxCapacity: 40 });
    const steps = resources(template, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(([id, { Properties }]) => [
      id.replace(/^.*Target(\w+?(?:Policy)).*$/, '$1'),
      Properties.StepScalingPolicyConfiguration.StepAdjustments.map(
        (step: { ScalingAdjustment: number }) => step.ScalingAdjustment,
      ),
    ]);
    expect(
      Object.fromEntries(
        steps.map(([id, change]) => [/(Backlog|Oldest)\w*(Lower|Upper)/.exec(id)?.slice(1, 3).join(''), change]),
      ),
    ).toEqual({
      BacklogLower: [-10],
      BacklogUpper: [50, 100],
      OldestUpper: [1, 3],
    });
  });
});
