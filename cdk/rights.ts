import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { acknowledge, asRulesSayIt } from './acknowledge.ts';
import type { ResourceName, Rights } from './functions.ts';
import type { Resource, Resources } from './resources.ts';

/** Actions that change nothing: they need the key for reading alone. */
const READING = /^(?:Get|BatchGet|Query|Scan|Receive|Describe|List)/;

/** The policy statements of these rights: exactly the actions on exactly the resources, and the use of their keys. */
export function statementsFor(scope: IConstruct, rights: Rights, resources: Partial<Resources>): PolicyStatement[] {
  const held = Object.entries(rights) as [ResourceName, readonly string[]][];
  const own = held.map(([name, actions]) => {
    const { service, arns } = known(resources, name);
    return statement(
      actions.map((action) => `${service}:${action}`),
      arns,
    );
  });
  const more = held.flatMap(([name]) =>
    (known(resources, name).also ?? []).flatMap(({ actions, arns, key }) => [
      statement(actions, arns),
      ...(key ? [keyStatement(scope, key, ['kms:Decrypt'], 'secretsmanager')] : []),
    ]),
  );
  return [...own, ...more, ...keyStatements(scope, held, resources)];
}

/** Acknowledges the asterisks in these rights, each with its resource's reason. */
export function acknowledgeWildcards(construct: IConstruct, rights: Rights, resources: Partial<Resources>): void {
  const names = Object.keys(rights) as ResourceName[];
  const reasons = names.flatMap((name) => {
    const { arns, wildcard } = known(resources, name);
    return wildcard === undefined
      ? []
      : arns
          .filter((arn) => arn.includes('*'))
          .map((arn) => [`AwsSolutions-IAM5[Resource::${asRulesSayIt(construct, arn)}]`, wildcard]);
  });
  if (reasons.length > 0) acknowledge(construct, Object.fromEntries(reasons));
}

/** The environment variables that name these resources. */
export function variablesFor(rights: Rights, resources: Partial<Resources>): Record<string, string> {
  const names = Object.keys(rights) as ResourceName[];
  return Object.assign({}, ...names.map((name) => known(resources, name).variables));
}

/** One statement a key and service, whatever number of resources it encrypts. */
function keyStatements(
  scope: IConstruct,
  held: readonly (readonly [ResourceName, readonly string[]])[],
  resources: Partial<Resources>,
): PolicyStatement[] {
  const uses = new Map<string, { key: IKey; service: string; actions: Set<string> }>();
  for (const [name, actions] of held) {
    const { key, service } = known(resources, name);
    if (!key) continue;
    const id = `${key.of.node.path} ${service}`;
    const use = uses.get(id) ?? { key: key.of, service, actions: new Set<string>() };
    for (const action of actions.every((one) => READING.test(one)) ? key.read : key.write) use.actions.add(action);
    uses.set(id, use);
  }
  return [...uses.values()].map(({ key, service, actions }) => keyStatement(scope, key, [...actions].sort(), service));
}

function keyStatement(scope: IConstruct, key: IKey, actions: readonly string[], service: string): PolicyStatement {
  const made = statement(actions, [key.keyArn]);
  made.addCondition('StringEquals', { 'kms:ViaService': `${service}.${Stack.of(scope).region}.amazonaws.com` });
  return made;
}

function statement(actions: readonly string[], resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({ actions: [...actions], resources: [...resources] });
}

function known(resources: Partial<Resources>, name: ResourceName): Resource {
  const resource = resources[name];
  if (!resource) throw new Error(`This stack has no ${name}`);
  return resource;
}
