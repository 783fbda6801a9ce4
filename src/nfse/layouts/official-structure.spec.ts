import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { needing } from '../../../test/needs.ts';
import { OFFICIAL_SCHEMAS, WITHOUT_SCHEMAS } from '../../../test/official-schemas.ts';
import {
  childrenOf,
  declaredType,
  facetsOf,
  outlineOfDeclared,
  outlineOfDescribed,
  type Pair,
  readSchemaSet,
  type SchemaSet,
} from '../../../test/schema-outline.ts';
import type { XmlElement } from '../xml.ts';
import { KNOWN_LAYOUTS } from './known-layouts.ts';
import type { Layout, Type } from './notation.ts';
import { faultOf, type ValueType } from './values.ts';

/** Every element that a document of the layout may have, with what the schema says of it. A type is visited once. */
function everyPair(layout: Layout, set: SchemaSet): readonly Pair[] {
  const pairs: Pair[] = [];
  const seen = new Map<XmlElement | string, Set<Type>>();
  const visit = (pair: Pair) => {
    const type = declaredType(set, pair.declared);
    const key = typeof type === 'string' ? pair.declared : type;
    const before = seen.get(key) ?? new Set();
    if (before.has(pair.described)) return;
    seen.set(key, before.add(pair.described));
    pairs.push(pair);
    childrenOf(pair, set).forEach(visit);
  };
  for (const [root, described] of Object.entries(layout.roots)) {
    const declared = set.elements.get(root);
    if (!declared) throw new RangeError(`The schema has no ${root}`);
    visit({ path: `/${root}`, declared, described });
  }
  return pairs;
}

/** Words of the schema's own patterns, within its lengths. */
function wordsOf(set: SchemaSet, type: XmlElement | string): readonly string[] {
  if (typeof type !== 'string' && !type.name.endsWith('simpleType')) return [];
  const { pattern, enumeration, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = facetsOf(set, type);
  if (pattern.length === 0 || enumeration.length > 0) return [];
  const whole = pattern.map((source) => new RegExp(`^(?:${source})$`));
  return whole.flatMap((one) =>
    fc
      .sample(fc.stringMatching(one), { numRuns: 60, seed: 7 })
      .filter((word) => whole.every((other) => other.test(word)))
      .filter((word) => [...word].length >= minLength && [...word].length <= maxLength),
  );
}

function valueTypeOf(type: Type): ValueType | undefined {
  return type.kind === 'value' ? type : type.kind === 'complex' ? type.value : undefined;
}

needing(WITHOUT_SCHEMAS, describe)('the layouts beside the official schemas', () => {
  for (const { layout } of KNOWN_LAYOUTS) {
    describe(layout.name, () => {
      let set: SchemaSet = { elements: new Map(), types: new Map() };
      let pairs: readonly Pair[] = [];
      beforeAll(() => {
        set = readSchemaSet(join(OFFICIAL_SCHEMAS ?? '', layout.name));
        pairs = everyPair(layout, set);
      });

      it('has every document that the schema has, and no other', () => {
        const official = [...set.elements].filter(([name]) => name in layout.roots || !isOfSignature(name));
        expect(Object.keys(layout.roots).toSorted()).toEqual(official.map(([name]) => name).toSorted());
      });

      it('has the same elements in the same order, as often, with the same attributes, lengths, digits and codes', () => {
        const different = pairs
          .map(({ path, declared, described }) => ({
            path,
            ours: outlineOfDescribed(described),
            theirs: outlineOfDeclared(set, declared),
          }))
          .filter(({ ours, theirs }) => JSON.stringify(ours) !== JSON.stringify(theirs));
        for (const { path, ours, theirs } of different) expect({ path, ...ours }).toEqual({ path, ...theirs });
        expect(pairs.length).toBeGreaterThan(100);
      });

      it('takes every word of the schema’s patterns', () => {
        const refused = pairs.flatMap(({ path, declared, described }) => {
          const value = valueTypeOf(described);
          const words = value ? wordsOf(set, declaredType(set, declared)) : [];
          return words.filter((word) => value && faultOf(value, word)).map((word) => ({ path, word }));
        });
        expect(refused).toEqual([]);
      });
    });
  }
});

/** Elements that only a signature has. */
function isOfSignature(name: string): boolean {
  return /^(?:Sign|Canonical|Reference|Transform|Digest|Key|Mgmt|Retrieval|X509|PGP|SPKI|Object|Manifest|DSA|RSA)/.test(
    name,
  );
}
