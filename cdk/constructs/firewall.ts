import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

/** AWS's own lists, in the order in which they are asked. */
const MANAGED = [
  'AWSManagedRulesAmazonIpReputationList',
  'AWSManagedRulesKnownBadInputsRuleSet',
  'AWSManagedRulesCommonRuleSet',
];

export interface FirewallProps {
  readonly scope: 'REGIONAL' | 'CLOUDFRONT';
  readonly name: string;
  /** Requests of one address in five minutes. */
  readonly mostPerAddress: number;
}

/** What is known to be bad is turned away before it costs anything, and so is whoever asks far too much. */
export class Firewall extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { scope: where, name, mostPerAddress }: FirewallProps) {
    super(scope, id);
    const visibility = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      metricName,
      // Samples hold addresses and headers of whoever asked.
      sampledRequestsEnabled: false,
    });
    const acl = new CfnWebACL(this, 'Acl', {
      name,
      scope: where,
      defaultAction: { allow: {} },
      visibilityConfig: visibility(name),
      rules: [
        {
          name: 'too-many-of-one-address',
          priority: 0,
          action: { block: {} },
          statement: {
            rateBasedStatement: { limit: mostPerAddress, aggregateKeyType: 'IP', evaluationWindowSec: 300 },
          },
          visibilityConfig: visibility(`${name}-rate`),
        },
        ...MANAGED.map((rules, place) => ({
          name: rules,
          priority: place + 1,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: {
              vendorName: 'AWS',
              name: rules,
              // A certificate and a long description are larger than the 8 KB that this rule lets through; the API has limits of its own.
              ...(rules === 'AWSManagedRulesCommonRuleSet' && {
                ruleActionOverrides: [{ name: 'SizeRestrictions_BODY', actionToUse: { count: {} } }],
              }),
            },
          },
          visibilityConfig: visibility(`${name}-${rules}`),
        })),
      ],
    });
    this.arn = acl.attrArn;
  }
}
