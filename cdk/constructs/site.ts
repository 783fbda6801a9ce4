import { existsSync } from 'node:fs';
import { Aws, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  type IDistribution,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { acknowledge, asRulesSayIt } from '../acknowledge.ts';
import type { Settings } from '../settings.ts';

/** What is asked of the page's own domain and belongs to the API. */
const API_PATHS = '/api/*';

/** A path without a file's ending is a place in the page, which finds it by itself. An error page of CloudFront would do it for the API too. */
const SPA_FALLBACK = `function handler(event) {
  var request = event.request;
  if (!/\\.[a-zA-Z0-9]+$/.test(request.uri)) request.uri = '/index.html';
  return request;
}`;

const WITHOUT_PREFIX = `function handler(event) {
  var request = event.request;
  request.uri = request.uri.replace(/^\\/api/, '') || '/';
  return request;
}`;

export interface SiteProps {
  readonly settings: Settings;
  readonly firewallArn: string;
  /** The built page; nothing is put into the bucket where there is none. */
  readonly page: string;
}

/** The web page: a private bucket that CloudFront alone may read, and what browsers are told to be strict about. */
export class Site extends Construct {
  readonly distribution: Distribution;
  private readonly props: SiteProps;

  constructor(scope: Construct, id: string, props: SiteProps) {
    super(scope, id);
    this.props = props;
    const { web } = props.settings;
    const bucket = this.bucket();
    this.distribution = new Distribution(this, 'Distribution', {
      comment: `nfse-ledger ${props.settings.environment}`,
      defaultRootObject: 'index.html',
      webAclId: props.firewallArn,
      httpVersion: HttpVersion.HTTP2_AND_3,
      // São Paulo is in no smaller class.
      priceClass: PriceClass.PRICE_CLASS_ALL,
      ...(web.domainName !== undefined && {
        domainNames: [web.domainName],
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
        certificate: new Certificate(this, 'Certificate', {
          domainName: web.domainName,
          validation: CertificateValidation.fromDns(),
        }),
      }),
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: this.strictHeaders(),
        functionAssociations: [this.edge('SpaFallback', SPA_FALLBACK)],
      },
      additionalBehaviors: this.apiBehind(),
    });
    this.putPage(bucket);
    acknowledge(this.distribution, {
      'AwsSolutions-CFR1':
        'Its users are in Brazil and travel: who may see what is decided by the sign-in, not by the country.',
      'AwsSolutions-CFR3':
        "CloudFront's logs hold the addresses of persons. What is served is public; calls of the API behind it are in the API's access log, which holds none.",
      ...(web.domainName === undefined && {
        'AwsSolutions-CFR4':
          "Only where there is no domain yet: CloudFront's own certificate leaves no choice of TLS. With `web.domainName` it is TLS 1.2 at least.",
      }),
    });
    new CfnOutput(this, 'Domain', { value: this.distribution.distributionDomainName });
  }

  private bucket(): IBucket {
    const { keepData } = this.props.settings;
    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(30) }],
      removalPolicy: keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(bucket, { 'AwsSolutions-S1': 'Public files that CloudFront alone may read: its reads are no news.' });
    return bucket as IBucket;
  }

  private strictHeaders(): ResponseHeadersPolicy {
    const { api, region, environment } = this.props.settings;
    const apiOrigin = api.domainName ?? `*.execute-api.${region}.amazonaws.com`;
    const login = `nfse-ledger-${environment}-${Aws.ACCOUNT_ID}.auth.${region}.amazoncognito.com`;
    const policy = [
      "default-src 'self'",
      `connect-src 'self' https://${apiOrigin} https://${login}`,
      "img-src 'self' data:",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ];
    return new ResponseHeadersPolicy(this, 'StrictHeaders', {
      comment: `nfse-ledger ${environment}`,
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy: policy.join('; '), override: true },
        strictTransportSecurity: {
          accessControlMaxAge: Duration.days(730),
          includeSubdomains: true,
          preload: true,
          override: true,
        },
        contentTypeOptions: { override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      },
      customHeadersBehavior: {
        customHeaders: [
          {
            header: 'Permissions-Policy',
            value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
            override: true,
          },
        ],
      },
    });
  }

  /** The API under the page's own domain: the browser then asks no other, and no preflight. */
  private apiBehind(): Record<string, BehaviorOptions> {
    const { web, api } = this.props.settings;
    if (!web.apiBehindIt || api.domainName === undefined) return {};
    return {
      [API_PATHS]: {
        origin: new HttpOrigin(api.domainName, {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [OriginSslPolicy.TLS_V1_2],
        }),
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        functionAssociations: [this.edge('WithoutPrefix', WITHOUT_PREFIX)],
      },
    };
  }

  private edge(id: string, code: string) {
    const edgeFunction = new EdgeFunction(this, id, {
      code: FunctionCode.fromInline(code),
      runtime: FunctionRuntime.JS_2_0,
    });
    return { function: edgeFunction, eventType: FunctionEventType.VIEWER_REQUEST };
  }

  /** Files carry their content's hash in their name and stay; the page that names them is asked for each time. */
  private putPage(bucket: IBucket): void {
    const { page } = this.props;
    if (!existsSync(page)) return;
    const common = { sources: [Source.asset(page)], destinationBucket: bucket, prune: false };
    const files = new BucketDeployment(this, 'Files', {
      ...common,
      exclude: ['index.html'],
      cacheControl: [CacheControl.fromString('public, max-age=31536000, immutable')],
    });
    const index = new BucketDeployment(this, 'Index', {
      ...common,
      exclude: ['*'],
      include: ['index.html'],
      cacheControl: [CacheControl.noCache()],
      distribution: this.distribution as IDistribution,
      distributionPaths: ['/index.html', '/'],
    });
    // A page must not name files that are not there yet.
    index.node.addDependency(files);
    this.acknowledgeUploader(bucket);
  }

  /** The function with which the CDK copies files on deployment: one for the stack, whatever it copies. */
  private acknowledgeUploader(bucket: IBucket): void {
    const stack = Stack.of(this);
    const uploader = stack.node.children.find(({ node }) => node.id.startsWith('Custom::CDKBucketDeployment'));
    if (!uploader) throw new Error('The CDK copies files in another way now');
    const rights =
      "It copies the page's files from the CDK's bucket into this one and asks for them anew, in deployments alone; its rights are those that the CDK gives it.";
    const assets = stack.synthesizer.bootstrapQualifier ?? 'hnb659fds';
    const actions = ['s3:GetBucket*', 's3:GetObject*', 's3:List*', 's3:Abort*', 's3:DeleteObject*'];
    const objects = [
      `arn:aws:s3:::cdk-${assets}-assets-<AWS::AccountId>-${stack.region}/*`,
      asRulesSayIt(this, bucket.arnForObjects('*')),
      '*',
    ];
    const runtime = "It is the CDK's own, whose runtime and settings come with the version of the library.";
    acknowledge(uploader, {
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
        rights,
      ...Object.fromEntries(actions.map((action) => [`AwsSolutions-IAM5[Action::${action}]`, rights])),
      ...Object.fromEntries(objects.map((arn) => [`AwsSolutions-IAM5[Resource::${arn}]`, rights])),
      'AwsSolutions-L1': runtime,
      'Serverless-LambdaLatestVersion': runtime,
      'Serverless-LambdaDLQ': 'CloudFormation waits for its answer and fails the deployment without one.',
      'Serverless-LambdaTracing': 'It serves no request: what it does is in the log of the deployment.',
    });
  }
}
