import {
  type FunctionName,
  functionNames,
  functionRow,
  type ResourceName,
  WORKER_MAY,
  WORKER_READS,
} from '../../cdk/functions.ts';
import type { OwnFile } from '../../cdk/own-files.ts';
import type { Resource, Resources } from '../../cdk/resources.ts';
import type { Needed } from './recording-front.ts';

/** Who has a role. */
export type Holder = FunctionName | 'worker';

export const holders: readonly Holder[] = [...functionNames, 'worker'];
export const rightsOf = (holder: Holder) => (holder === 'worker' ? WORKER_MAY : (functionRow(holder).may ?? {}));
export const filesReadBy = (holder: Holder): readonly OwnFile[] =>
  holder === 'worker' ? WORKER_READS : (functionRow(holder).reads ?? []);

/** DynamoDB's engine takes only letters and digits for an access key. */
export const accessKeyOf = (holder: Holder): string => holder.replaceAll('-', '');

/** One action of a row of `cdk/functions.ts`, as IAM has it. */
interface Right {
  /** `dynamodb:Query on invoices/byDue` */
  readonly name: string;
  readonly action: string;
  readonly arns: readonly string[];
}

/** How the rows and what was really needed differ. */
export interface Difference {
  /** Needed, and not allowed: the deployment would break on it. */
  readonly missing: readonly string[];
  /** Allowed, and never needed. */
  readonly unused: readonly string[];
}

/** @param needed of anybody */
export function difference(holder: Holder, needed: readonly Needed[], resources: Resources): Difference {
  const held = heldBy(holder, resources);
  const own = needed.filter(({ caller }) => caller === accessKeyOf(holder));
  const covers = ({ action, arns }: Right, one: Needed) =>
    action === one.action && arns.some((pattern) => fits(pattern, one.arn));
  return {
    missing: own
      .filter((one) => !held.some((right) => covers(right, one)))
      .map(({ action, arn }) => `${action} on ${arn}`),
    unused: held.filter((right) => !own.some((one) => covers(right, one))).map(({ name }) => name),
  };
}

function heldBy(holder: Holder, resources: Resources): readonly Right[] {
  const rows = Object.entries(rightsOf(holder)) as [ResourceName, readonly string[]][];
  return rows.flatMap(([name, actions]) => {
    const { service, arns, also = [] }: Resource = resources[name];
    return [
      ...actions.map((action) => ({ name: `${service}:${action} on ${name}`, action: `${service}:${action}`, arns })),
      ...also.flatMap((more) =>
        more.actions.map((action) => ({ name: `${action} with ${name}`, action, arns: more.arns })),
      ),
    ];
  });
}

/** As IAM reads a resource: an asterisk at the end stands for any text. */
function fits(pattern: string, arn: string): boolean {
  return pattern.endsWith('*') ? arn.startsWith(pattern.slice(0, -1)) : arn === pattern;
}
