import type { Template } from 'aws-cdk-lib/assertions';
import { functionNames } from '../../cdk/functions.ts';
import { resources, type Templates } from '../../cdk/spec/synthesized.ts';

/** What each role may do as the templates have it, by the function's name; a line a statement: `dynamodb:PutItem,Query EventsTable`. */
export const rolesOf = ({ stateful, stateless }: Templates) => new Map([...rolesIn(stateful), ...rolesIn(stateless)]);

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Logs and traces apart, which all have. */
function rolesIn(template: Template): [string, readonly string[]][] {
  return resources(template, 'AWS::IAM::Policy').flatMap(([id, { Properties }]) => {
    const [, role] = /^(?:Functions)?(\w+?)(?:Task)?Role/.exec(id) ?? [];
    // The VPC's and the task's launcher do their own logging and nothing else.
    if (role === undefined || role === 'NetworkVpcAllIAM' || role.endsWith('WorkerTaskExecution')) return [];
    const name = functionNames.find((one) => one.replaceAll('-', '') === role) ?? role;
    const { Statement } = Properties.PolicyDocument as { Statement: readonly Statement[] };
    return [
      [
        name,
        Statement.map(lineOf)
          .filter((line) => !/^(logs|xray):/.test(line))
          .sort(),
      ],
    ];
  });
}

function lineOf({ Effect, Action, Resource, Condition }: Statement): string {
  const actions = [Action].flat();
  const service = actions[0]?.split(':')[0];
  const verbs = actions.map((action) => action.replace(`${service}:`, '')).sort();
  const via = /"kms:ViaService":"(\w[\w-]*)\./.exec(JSON.stringify(Condition ?? {}))?.[1];
  return `${Effect === 'Allow' ? '' : `${Effect} `}${service}:${verbs.join(',')} ${[Resource].flat().map(nameOf).sort().join(' ')}${via ? ` by ${via}` : ''}`;
}

/** The part of an ARN by which a person knows it. */
function nameOf(arn: unknown): string {
  const text = JSON.stringify(arn);
  const known =
    /((?<=Tables)[A-Z]\w+?Table|DocsBucket|SealsBucket|(?:Abrasf)?RequestsQueue|RequestsDlq|ProjectorFailures|EmitWorkflow|Keys(?:Ledger|Documents|Secrets|Reporting)|(?:Reporting|(?:Abrasf)?Worker)Cluster|nfse-ledger\/prod\/[\w-]+\/\*)/.exec(
      text,
    )?.[1] ?? text;
  const generations = text.includes('-*') ? '-*' : '';
  const index = /\/index\/(\w+)/.exec(text)?.[0] ?? '';
  const objects = text.includes('Bucket') ? (/"(\/[\w/]*\*)"/.exec(text)?.[1] ?? '') : '';
  const stream = text.includes('StreamArn') ? ' stream' : '';
  if (arn === '*') return '*';
  return `${known.replace(/^Keys(\w+)/, '$1 key')}${generations}${index}${objects}${stream}`;
}
