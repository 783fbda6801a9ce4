import { Aws, CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolGroup,
  ClientAttributes,
  FeaturePlan,
  LambdaVersion,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  StandardThreatProtectionMode,
  StringAttribute,
  UserPool,
  UserPoolClient,
  UserPoolClientIdentityProvider,
  type UserPoolClientProps,
  UserPoolOperation,
  type UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ROLES, type Role } from '../../src/handlers/access.ts';
import { acknowledge } from '../acknowledge.ts';
import type { Settings } from '../settings.ts';

/** What the scopes begin with, as `src/handlers/access.ts` reads them. */
const RESOURCE_SERVER = 'nfse-ledger';
/** What people's tokens bear: their roles are their groups. */
const USER_SCOPE = 'user';

/**
 * Who may sign in: people by their groups on the login page, programs by their scopes. The API takes access tokens alone, to which a
 * trigger adds the companies that somebody may act for.
 */
export class Identity extends Construct {
  readonly userPool: UserPool;
  /** Any of them opens the API; what it opens there is the role's. */
  readonly scopes: readonly string[] = [USER_SCOPE, ...ROLES].map((scope) => `${RESOURCE_SERVER}/${scope}`);

  constructor(scope: Construct, id: string, settings: Settings, tokenClaims: IFunction) {
    super(scope, id);
    this.userPool = this.pool(settings);
    this.userPool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, tokenClaims, LambdaVersion.V3_0);
    for (const groupName of ROLES)
      new CfnUserPoolGroup(this, `Group-${groupName}`, { userPoolId: this.userPool.userPoolId, groupName });

    const domain = this.userPool.addDomain('LoginPage', {
      cognitoDomain: { domainPrefix: `nfse-ledger-${settings.environment}-${Aws.ACCOUNT_ID}` },
    });
    const scopes = Object.fromEntries(
      [USER_SCOPE, ...ROLES].map((name) => [
        name,
        new ResourceServerScope({ scopeName: name, scopeDescription: name }),
      ]),
    );
    const server = this.userPool.addResourceServer('Api', {
      identifier: RESOURCE_SERVER,
      scopes: Object.values(scopes),
    });
    const { webCallbacks, mobileCallbacks, machines } = settings.identity;
    const granted = (name: string) => OAuthScope.resourceServer(server, scopes[name] as ResourceServerScope);
    const web = this.person('Web', server, webCallbacks, granted(USER_SCOPE));
    const mobile = this.person('Mobile', server, mobileCallbacks, granted(USER_SCOPE));
    const programs = machines.map(({ name, role }) => this.machine(name, role, server, granted(role)));
    new CfnOutput(this, 'LoginUrl', { value: domain.baseUrl() });
    new CfnOutput(this, 'UserPoolId', { value: this.userPool.userPoolId });
    new CfnOutput(this, 'WebClientId', { value: web.userPoolClientId });
    new CfnOutput(this, 'MobileClientId', { value: mobile.userPoolClientId });
    for (const { node, userPoolClientId } of programs) {
      new CfnOutput(this, `${node.id}Id`, { value: userPoolClientId });
    }
  }

  private pool({ identity, keepData }: Settings): UserPool {
    const pool = new UserPool(this, 'Users', {
      featurePlan: FeaturePlan.PLUS,
      standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: identity.mfa === 'required' ? Mfa.REQUIRED : Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      // CNPJs separated by commas, or `*`: as the local identities have it.
      customAttributes: { companies: new StringAttribute({ mutable: true, maxLen: 2048 }) },
      deletionProtection: keepData,
      removalPolicy: keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (identity.mfa === 'optional') {
      acknowledge(pool, {
        'AwsSolutions-COG2':
          'A second factor is offered to everybody and asked for by threat protection where a sign-in looks risky; `identity.mfa: required` asks it of all.',
      });
    }
    return pool;
  }

  /** An app of people: code and PKCE, no secret to keep, and an answer that does not tell whether a user exists. */
  private person(
    name: string,
    server: UserPoolResourceServer,
    callbackUrls: string[],
    scope: OAuthScope,
  ): UserPoolClient {
    return this.client(name, server, {
      generateSecret: false,
      authFlows: { userSrp: true },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE, scope],
        callbackUrls,
        logoutUrls: callbackUrls.map((url) => url.replace(/callback$/, '')),
      },
      accessTokenValidity: Duration.minutes(60),
      refreshTokenValidity: Duration.hours(12),
      preventUserExistenceErrors: true,
      // Without this list a person could write `custom:companies` with their own token, and act for whom they like.
      writeAttributes: new ClientAttributes().withStandardAttributes({ fullname: true }),
      enableTokenRevocation: true,
    });
  }

  private machine(name: string, role: Role, server: UserPoolResourceServer, scope: OAuthScope): UserPoolClient {
    return this.client(`Machine-${name}`, server, {
      userPoolClientName: `${name} as ${role}`,
      generateSecret: true,
      authFlows: {},
      oAuth: { flows: { clientCredentials: true }, scopes: [scope] },
      accessTokenValidity: Duration.minutes(60),
    });
  }

  private client(
    name: string,
    server: UserPoolResourceServer,
    props: Omit<UserPoolClientProps, 'userPool'>,
  ): UserPoolClient {
    const client = new UserPoolClient(this, name, {
      userPool: this.userPool,
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      ...props,
    });
    client.node.addDependency(server);
    return client;
  }
}
