import { CfnOutput, Duration } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  type CfnMethod,
  CognitoUserPoolsAuthorizer,
  EndpointType,
  type IRestApi,
  type JsonSchema,
  LambdaIntegration,
  LogGroupLogDestination,
  type MethodDeploymentOptions,
  MethodLoggingLevel,
  type Model,
  Period,
  type RequestValidator,
  RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { requestModel } from '../../openapi/request-model.ts';
import { FIXED_HEADERS, READABLE_HEADERS, REQUEST_HEADERS } from '../../src/handlers/answer-headers.ts';
import description from '../../src/handlers/openapi.json' with { type: 'json' };
import { type Route, routes } from '../../src/handlers/routes.ts';
import { acknowledge } from '../acknowledge.ts';
import { type FunctionName, functionRow } from '../functions.ts';
import type { Settings } from '../settings.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import type { Identity } from './identity.ts';
import { logGroup } from './logs.ts';

/** The one stage. It is also what the page's own domain has before the API's paths. */
export const STAGE = 'api';

/**
 * Nothing that says who asked or about whom: no address, no token, no path with its ids. When it was is the line's own time, and the trace
 * stands beside the same request id in the function's line.
 */
const ACCESS_LOG = {
  requestId: AccessLogField.contextRequestId(),
  method: AccessLogField.contextHttpMethod(),
  resource: AccessLogField.contextResourcePath(),
  status: AccessLogField.contextStatus(),
  error: AccessLogField.contextErrorResponseType(),
  apiKeyId: AccessLogField.contextIdentityApiKeyId(),
  latencyMs: AccessLogField.contextResponseLatency(),
  functionMs: AccessLogField.contextIntegrationLatency(),
  bytes: AccessLogField.contextResponseLength(),
};

const OPEN =
  'GET /ping tells that the service answers, GET /openapi.json is public documentation, and browsers ask OPTIONS without a token; none knows anything of anybody.';

export interface ApiProps {
  readonly settings: Settings;
  readonly identity: Identity;
  readonly functionOf: (name: FunctionName) => IFunction;
  readonly logKey: IKey;
}

/** The REST API, of the very routes that the local front serves. */
export class Api extends Construct {
  readonly restApi: RestApi;
  readonly accessLogs: LogGroup;
  private readonly props: ApiProps;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    this.props = props;
    const { settings, identity, logKey } = props;
    this.accessLogs = logGroup(this, 'AccessLogs', settings, logKey);
    this.restApi = this.make();
    const authorizer = new CognitoUserPoolsAuthorizer(this, 'Authorizer', {
      cognitoUserPools: [identity.userPool],
      // A token that was withdrawn opens nothing for longer than this.
      resultsCacheTtl: Duration.minutes(5),
    });
    const validator = this.restApi.addRequestValidator('Validator', {
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    for (const route of routes) this.addRoute(route, authorizer, validator);
    this.completePreflights();
    addGatewayResponses(this.restApi as IRestApi);
    this.addClients();
    acknowledge(this.restApi, {
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        "AWS's own policy for the one role with which API Gateway writes its logs, which the account has for all its APIs.",
      'AwsSolutions-APIG3': 'The stage is behind the regional web ACL of this stack: see the Firewall construct.',
      'AwsSolutions-COG4': OPEN,
      'AwsSolutions-APIG4': OPEN,
    });
    new CfnOutput(this, 'Url', {
      value: settings.api.domainName ? `https://${settings.api.domainName}/` : this.restApi.url,
    });
  }

  private make(): RestApi {
    const { settings } = this.props;
    const { api, environment, observability } = settings;
    return new RestApi(this, 'RestApi', {
      restApiName: `nfse-ledger-${environment}`,
      description: 'Issues, cancels and proves service invoices (NFS-e)',
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: true,
      ...(api.domainName !== undefined && {
        domainName: {
          domainName: api.domainName,
          certificate: new Certificate(this, 'Certificate', {
            domainName: api.domainName,
            validation: CertificateValidation.fromDns(),
          }),
          securityPolicy: SecurityPolicy.TLS_1_2,
        },
        disableExecuteApiEndpoint: true,
      }),
      ...(api.origins.length > 0 && {
        defaultCorsPreflightOptions: {
          allowOrigins: api.origins,
          allowHeaders: [...REQUEST_HEADERS],
          allowMethods: ['GET', 'POST', 'PUT'],
          exposeHeaders: [...READABLE_HEADERS],
          maxAge: Duration.hours(1),
        },
      }),
      deployOptions: {
        stageName: STAGE,
        tracingEnabled: observability.tracedShare > 0,
        metricsEnabled: true,
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        throttlingRateLimit: api.throttle.perSecond,
        throttlingBurstLimit: api.throttle.burst,
        accessLogDestination: new LogGroupLogDestination(this.accessLogs),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
        methodOptions: methodThrottles(),
      },
    });
  }

  /** The answer to a browser that asks first has the headers of every answer; the CDK's own options for it have no room for them. */
  private completePreflights(): void {
    const preflights = this.restApi.methods.filter(({ httpMethod }) => httpMethod === 'OPTIONS');
    for (const { node } of preflights) {
      const method = node.defaultChild as CfnMethod;
      for (const [name, value] of Object.entries(FIXED_HEADERS)) {
        const parameter = `ResponseParameters.method\\.response\\.header\\.${name}`;
        method.addPropertyOverride(`MethodResponses.0.${parameter}`, true);
        method.addPropertyOverride(`Integration.IntegrationResponses.0.${parameter}`, `'${value}'`);
      }
    }
  }

  private addRoute(
    { method, path, handler, open }: Route,
    authorizer: CognitoUserPoolsAuthorizer,
    requestValidator: RequestValidator,
  ): void {
    const { functionOf, identity } = this.props;
    const integration = new LambdaIntegration(functionOf(handler as FunctionName), { allowTestInvoke: false });
    const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [`method.request.path.${name}`, true]);
    const model = this.modelOf(method, path);
    this.restApi.root.resourceForPath(path).addMethod(method, integration, {
      requestValidator,
      ...(parameters.length > 0 && { requestParameters: Object.fromEntries(parameters) as Record<string, boolean> }),
      ...(model && { requestModels: { 'application/json': model } }),
      ...(open
        ? { authorizationType: AuthorizationType.NONE, apiKeyRequired: false }
        : {
            authorizationType: AuthorizationType.COGNITO,
            authorizer,
            authorizationScopes: [...identity.scopes],
            apiKeyRequired: true,
          }),
    });
  }

  /** By which a body is looked at before the function is called: the API's own description of it, less what a person gets wrong. */
  private modelOf(method: Route['method'], path: string): Model | undefined {
    const model = requestModel(description, method, path);
    if (!model) return undefined;
    const { name: modelName, schema } = model;
    return this.restApi.addModel(modelName, {
      contentType: 'application/json',
      modelName,
      schema: schema as unknown as JsonSchema,
    });
  }

  /** A key and a share of the API for each client, so that one that runs wild leaves the others theirs. */
  private addClients(): void {
    const { api, environment } = this.props.settings;
    for (const { name, throttle, requestsPerDay } of api.clients) {
      const plan = this.restApi.addUsagePlan(`Plan-${name}`, {
        name: `nfse-ledger-${environment}-${name}`,
        throttle: { rateLimit: throttle.perSecond, burstLimit: throttle.burst },
        quota: { limit: requestsPerDay, period: Period.DAY },
        apiStages: [{ api: this.restApi as IRestApi, stage: this.restApi.deploymentStage }],
      });
      plan.addApiKey(this.restApi.addApiKey(`Key-${name}`, { apiKeyName: `nfse-ledger-${environment}-${name}` }));
    }
  }
}

/** Below the stage's own limit, for what is dear or should be rare. */
function methodThrottles(): Record<string, MethodDeploymentOptions> {
  return Object.fromEntries(
    routes.flatMap(({ method, path, handler }) => {
      const { trigger } = functionRow(handler as FunctionName);
      if (trigger.from !== 'api' || trigger.perSecond === undefined) return [];
      return [
        [`${path}/${method}`, { throttlingRateLimit: trigger.perSecond, throttlingBurstLimit: trigger.perSecond * 2 }],
      ];
    }),
  );
}
