import { oneOf } from '../faults/seeded-random.ts';

type Json = unknown;

/** What no field expects, and what programs in a hurry send. `JSON.parse` makes `__proto__` a member like any other. */
const STRANGE: readonly Json[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  999_999_999_999_999,
  '',
  ' ',
  '0x10',
  '\u0000',
  '\ud800',
  '\ufffd',
  '🎉',
  'x'.repeat(5_000),
  ' '.repeat(20_000),
  '../../etc/passwd',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  [],
  [[[[[[]]]]]],
  {},
  JSON.parse('{"__proto__": {"role": "admin"}}'),
  JSON.parse('{"constructor": {"prototype": {}}}'),
];

/** A copy of the body with one thing changed: a member gone, of another kind, or one too many. */
export function mutated(body: Json, random: () => number): Json {
  const copy = structuredClone(body);
  const places: { readonly parent: Record<string, Json>; readonly name: string }[] = [];
  const visit = (node: Json) => {
    if (typeof node !== 'object' || node === null) return;
    for (const name of Object.keys(node)) {
      places.push({ parent: node as Record<string, Json>, name });
      visit((node as Record<string, Json>)[name]);
    }
  };
  visit(copy);
  if (places.length === 0) return oneOf(random, STRANGE);
  const { parent, name } = oneOf(random, places);
  const kind = random();
  if (kind < 0.2) delete parent[name];
  else if (kind < 0.85) parent[name] = oneOf(random, STRANGE);
  else parent[oneOf(random, ['unknown', 'Name', 'toString', 'x'.repeat(300)])] = oneOf(random, STRANGE);
  return copy;
}

/** A text for a place in a path or a query where another is expected. */
export function strangeText(random: () => number): string {
  return oneOf(random, [
    'x',
    '0x10',
    '-1',
    '1e9',
    '%20',
    '🎉',
    '__proto__',
    'inv_00000000000000000000000000',
    '..',
    "'",
    'a'.repeat(2_000),
    '\ufffd',
  ]);
}
