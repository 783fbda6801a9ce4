import { CfnOutput } from 'aws-cdk-lib';
import {
  AmazonLinuxCpuType,
  BlockDeviceVolume,
  HttpTokens,
  Instance,
  InstanceClass,
  InstanceSize,
  InstanceType,
  type IVpc,
  MachineImage,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { DatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/**
 * A machine from which a person runs `psql`, reached by Session Manager alone: it has no open port, no key and no public address, and who
 * opened which session is in CloudTrail.
 */
export class Bastion extends Construct {
  constructor(scope: Construct, id: string, { vpc, database }: { vpc: IVpc; database: DatabaseCluster }) {
    super(scope, id);
    const securityGroup = new SecurityGroup(this, 'Access', {
      vpc,
      description: 'Nothing comes in; Session Manager, packages and the database go out',
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'Session Manager, and packages of the system');
    const userData = UserData.forLinux();
    userData.addCommands('dnf install -y postgresql16');
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore')],
    });
    const instance = new Instance(this, 'Instance', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.NANO),
      machineImage: MachineImage.latestAmazonLinux2023({ cpuType: AmazonLinuxCpuType.ARM_64 }),
      securityGroup,
      role,
      userData,
      httpTokens: HttpTokens.REQUIRED,
      detailedMonitoring: true,
      disableApiTermination: false,
      blockDevices: [{ deviceName: '/dev/xvda', volume: BlockDeviceVolume.ebs(8, { encrypted: true }) }],
    });
    database.connections.allowDefaultPortFrom(securityGroup, 'psql on the bastion');
    database.grantConnect(role, 'reader');
    acknowledge(role, {
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonSSMManagedInstanceCore]':
        "AWS's own policy for an instance under Session Manager, which changes with the agent; it opens nothing of ours.",
    });
    acknowledge(instance, {
      'AwsSolutions-EC29': 'It holds nothing: ending it by mistake costs a deployment of its stack.',
    });
    new CfnOutput(this, 'InstanceId', { value: instance.instanceId });
  }
}
