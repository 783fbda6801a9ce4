import { describe, expect, it } from 'vitest';
import type { Resources } from '../../cdk/resources.ts';
import { tableArn } from './permissions.ts';
import { accessKeyOf, difference } from './rights.ts';

const clients = tableArn('ClientsTable');
const resources = { clients: { service: 'dynamodb', arns: [clients], variables: {} } } as unknown as Resources;
const caller = accessKeyOf('token-claims');
const read = { caller, action: 'dynamodb:GetItem', arn: clients };

describe('the difference between a role and what was needed', () => {
  const of = (...needed: (typeof read)[]) => difference('token-claims', needed, resources);

  it('is none where each allows the other', () => expect(of(read)).toEqual({ missing: [], unused: [] }));

  it('names the action and the resource that are not allowed', () => {
    const action = 'dynamodb:PutItem';
    expect(of(read, { ...read, action }).missing).toEqual([`${action} on ${clients}`]);
    const arn = tableArn('ClientsTable-2');
    expect(of(read, { ...read, arn }).missing).toEqual([`dynamodb:GetItem on ${arn}`]);
  });

  it('names what was never needed, whatever others needed', () =>
    expect(of({ ...read, caller: 'emit' }).unused).toEqual(['dynamodb:GetItem on clients']));
});
