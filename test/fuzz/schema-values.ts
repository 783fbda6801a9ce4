import fc from 'fast-check';
import { oneOf } from '../faults/seeded-random.ts';

/** A schema of the OpenAPI document, as far as the document uses JSON Schema. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-11-10',
  'date-time': '2026-11-10T12:00:00-03:00',
  email: 'fiscal@tomadora.example',
  uri: 'https://tomadora.example/nota',
};
/** Deeper members are left out where they may be: some schemas refer to themselves. */
const MAX_DEPTH = 8;

/** A value that the schema allows, drawnFrom by chance. */
export function drawnFrom(
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  random: () => number,
  depth = 0,
): unknown {
  const inner = (one: Schema) => drawnFrom(one, schemas, random, depth + 1);
  if (schema.$ref) return inner(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return oneOf(random, schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return inner(oneOf(random, choices));
  if (schema.examples && random() < 0.7) return oneOf(random, schema.examples);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => schema.required?.includes(name) || (depth < MAX_DEPTH && random() < 0.4))
          .map(([name, member]) => [name, inner(member)]),
      );
    case 'array':
      return Array.from({ length: (schema.minItems ?? 0) + Math.floor(random() * 3) }, () => inner(schema.items ?? {}));
    case 'integer':
    case 'number': {
      const { minimum = 0, maximum = 1_000 } = schema;
      return random() < 0.2 ? oneOf(random, [minimum, maximum]) : Math.floor(minimum + random() * (maximum - minimum));
    }
    case 'boolean':
      return random() < 0.5;
    case 'string':
      return textOf(schema, random);
    default:
      return oneOf(random, ['texto', 1, true, null]);
  }
}

function textOf({ pattern, format, minLength = 1, maxLength = 40 }: Schema, random: () => number): string {
  if (pattern !== undefined) {
    const [text = ''] = fc.sample(fc.stringMatching(new RegExp(pattern, 'u')), {
      numRuns: 1,
      seed: Math.floor(random() * 2 ** 31),
    });
    return text;
  }
  if (format !== undefined && FORMATS[format] !== undefined) return FORMATS[format];
  const length = Math.max(minLength, Math.floor(random() * Math.min(maxLength, 300)));
  return Array.from({ length }, () => oneOf(random, [...'abc ç ã é É 0123 -./&<>"\''])).join('');
}
