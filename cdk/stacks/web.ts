import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Firewall } from '../constructs/firewall.ts';
import { Site } from '../constructs/site.ts';
import type { Settings } from '../settings.ts';

export interface WebProps extends StackProps {
  readonly settings: Settings;
  readonly page: string;
}

/** The web page. In us-east-1, where CloudFront's firewall and certificate have to be; it needs nothing of the other stacks. */
export class WebStack extends Stack {
  constructor(scope: Construct, id: string, { settings, page, ...props }: WebProps) {
    super(scope, id, props);
    const firewall = new Firewall(this, 'Firewall', {
      scope: 'CLOUDFRONT',
      name: `nfse-ledger-${settings.environment}-web`,
      mostPerAddress: settings.web.mostPerAddress,
    });
    new Site(this, 'Site', { settings, firewallArn: firewall.arn, page });
  }
}
