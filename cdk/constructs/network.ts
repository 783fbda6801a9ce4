import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import {
  CfnEIP,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  NatProvider,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Settings } from '../settings.ts';
import { logGroup } from './logs.ts';

const ENDPOINTS: Readonly<Record<string, InterfaceVpcEndpointAwsService>> = {
  SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Sqs: InterfaceVpcEndpointAwsService.SQS,
  StepFunctions: InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  RdsData: InterfaceVpcEndpointAwsService.RDS_DATA,
  Xray: InterfaceVpcEndpointAwsService.XRAY,
};

/**
 * Two zones with public, private and isolated subnets. City halls whitelist addresses, so what leaves has fixed ones, which survive the
 * deletion of the stack: asking a city hall for another address takes weeks.
 */
export class Network extends Construct {
  readonly vpc: IVpc;

  constructor(scope: Construct, id: string, settings: Settings, logKey: IKey) {
    super(scope, id);
    const { cidr, natGateways, interfaceEndpoints } = settings.network;
    const addresses = Array.from({ length: natGateways }, (_, place) => this.fixedAddress(place + 1, settings));
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      maxAzs: 2,
      natGateways,
      natGatewayProvider: NatProvider.gateway({ eipAllocationIds: addresses.map((one) => one.attrAllocationId) }),
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
        { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      gatewayEndpoints: {
        S3: { service: GatewayVpcEndpointAwsService.S3 },
        DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
      flowLogs: {
        All: {
          destination: FlowLogDestination.toCloudWatchLogs(logGroup(this, 'FlowLogs', settings, logKey)),
          trafficType: FlowLogTrafficType.ALL,
        },
      },
    });
    // The library's classes and interfaces differ in what may be undefined, which our compiler settings tell apart.
    this.vpc = vpc as IVpc;
    if (interfaceEndpoints) this.addInterfaceEndpoints();
    new CfnOutput(this, 'AddressesToWhitelist', {
      value: addresses.map((one) => one.attrPublicIp).join(','),
      description: 'Where calls to city halls come from',
    });
  }

  private fixedAddress(place: number, { keepData }: Settings): CfnEIP {
    const address = new CfnEIP(this, `Address${place}`, { domain: 'vpc' });
    address.applyRemovalPolicy(keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    return address;
  }

  private addInterfaceEndpoints(): void {
    const securityGroup = new SecurityGroup(this, 'EndpointsAccess', {
      vpc: this.vpc,
      description: 'Calls to AWS from inside the VPC',
      allowAllOutbound: false,
    });
    securityGroup.addIngressRule(Peer.ipv4(this.vpc.vpcCidrBlock), Port.HTTPS, 'From the VPC');
    acknowledge(securityGroup, {
      'AwsSolutions-EC23':
        'The rule cannot read a range that is a reference. The range is the VPC itself, and the port is 443 alone.',
    });
    for (const [name, service] of Object.entries(ENDPOINTS)) {
      this.vpc.addInterfaceEndpoint(name, {
        service,
        open: false,
        securityGroups: [securityGroup],
        subnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      });
    }
  }
}
