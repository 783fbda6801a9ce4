import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Findings of the security rules that stay, by their exact id, each with the reason. They go with the construct that has them, so that
 * a new resource is judged anew.
 */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  Validations.of(construct).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}

/** A text with references, as the rules write it in the id of a finding: `arn:aws:ecs:…:task/<Cluster>/*`. */
export function asRulesSayIt(construct: IConstruct, text: string): string {
  return written(Stack.of(construct).resolve(text));
}

function written(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join, 'Fn::ImportValue': exported, 'Fn::GetAtt': attribute, Ref: ref } = value as Reference;
  if (join) return join[1].map(written).join(join[0]);
  if (exported !== undefined) return exported;
  if (ref !== undefined) return `<${ref}>`;
  if (attribute) return `<${attribute.join('.')}>`;
  return JSON.stringify(value);
}

interface Reference {
  readonly 'Fn::Join'?: readonly [separator: string, parts: readonly unknown[]];
  readonly 'Fn::ImportValue'?: string;
  readonly 'Fn::GetAtt'?: readonly string[];
  readonly Ref?: string;
}
