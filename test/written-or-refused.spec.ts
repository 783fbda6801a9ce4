import { describe, expect, it } from 'vitest';
import { inlineSchema } from '../openapi/json-schema.ts';
import { EmitBody } from '../src/handlers/emission-request.ts';
import { CONTEXTS } from './written-or-refused/contexts.ts';
import { fateOf } from './written-or-refused/fate.ts';
import { DIALECTS, LAYOUTS, type Layout } from './written-or-refused/layouts.ts';
import { leavesOf, type Member } from './written-or-refused/members.ts';

/** Members that say what to do with the emission, and are no part of what is sold. */
const INSTRUCTIONS = ['/requestId', '/dps', '/iss/municipalityActive', '/replaces/invoiceId'];

const members = leavesOf(inlineSchema(EmitBody)).filter(
  ({ pointer }) => !INSTRUCTIONS.some((start) => pointer === start || pointer.startsWith(`${start}/`)),
);

/** What becomes of a member in every context that can have it; the contexts are tried until one shows it. */
function fates(member: Member, layout: Layout): { readonly told: boolean; readonly dropped: readonly string[] } {
  const dropped: string[] = [];
  let told = false;
  for (const context of CONTEXTS) {
    const fate = fateOf(member, context, layout);
    if (fate === 'told') told = true;
    if (fate === 'dropped') dropped.push(`${member.pointer} (${context.name})`);
  }
  return { told, dropped };
}

describe('each optional member of an emission is written or refused', () => {
  it('and the request has members to try', () => expect(members.length).toBeGreaterThan(150));

  it('in every dialect that comes with the service', () =>
    expect(DIALECTS.filter((name) => !LAYOUTS.some(({ dialects }) => dialects.includes(name)))).toEqual([]));

  it.each(LAYOUTS)('$name ($dialects.length dialects)', (layout) => {
    const found = members.map((member) => ({ member, ...fates(member, layout) }));
    const untold = found.filter(({ told }) => !told).map(({ member }) => member.pointer);
    expect({ dropped: found.flatMap(({ dropped }) => dropped), untold }).toEqual({ dropped: [], untold: [] });
  });
});
