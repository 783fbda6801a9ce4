import * as z from 'zod/mini';
import { FIELDS } from './field-descriptions.ts';
import { VALUE_FORMS } from './values.ts';

/** A schema object of OpenAPI 3.1, which is JSON Schema 2020-12. */
export type JsonSchema = { [keyword: string]: unknown };

type Named = Readonly<Record<string, z.ZodMiniType>>;

const asDocumented = {
  io: 'input',
  // What a client sends is of a form that JSON Schema knows; what we make of it (integers of text) it need not.
  unrepresentable: 'any',
  override({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: JsonSchema }) {
    const form = VALUE_FORMS.get(zodSchema);
    if (form) Object.assign(jsonSchema, form);
    // The format says what this endless pattern says.
    if (jsonSchema.format === 'date' || jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    // The limits of JavaScript's integers are none of the field's own.
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    // A number in a query is text that becomes a number: its limits stand behind the conversion.
    const { type, out, defaultValue } = (zodSchema as z.ZodMiniType)._zod.def as Readonly<{
      type: string;
      out?: z.ZodMiniType;
      defaultValue?: unknown;
    }>;
    if (type === 'pipe' && out?._zod.def.type === 'number') {
      delete jsonSchema.pattern;
      Object.assign(jsonSchema, inlineSchema(out));
    }
    // zod leaves out the default of what is converted.
    if (type === 'default') jsonSchema.default = defaultValue;
  },
} as const;

/**
 * Components by name. Where one is part of another, it is referred to.
 *
 * @throws Error for a field that nothing is said of
 */
export function componentsOf(schemas: Named): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const written = z.toJSONSchema(registry, { ...asDocumented, uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(
    Object.entries(written.schemas).map(([id, schema]) => {
      const { $schema: _, $id: __, id: ___, ...own } = schema as JsonSchema;
      return [id, described(own, FIELDS[id] ?? {})];
    }),
  );
}

/** A schema with everything in it, for what is no component: the members of a query. */
export function inlineSchema(schema: z.ZodMiniType): JsonSchema {
  const { $schema: _, ...own } = z.toJSONSchema(schema, asDocumented) as JsonSchema;
  return own;
}

/** Says of each property what it is; `a.b` is `b` of the object `a`, and an array's items are like the array. */
function described(schema: JsonSchema, texts: Readonly<Record<string, string>>, path = ''): JsonSchema {
  const { properties, items, anyOf, oneOf } = schema as {
    properties?: Record<string, JsonSchema>;
    items?: JsonSchema;
    anyOf?: JsonSchema[];
    oneOf?: JsonSchema[];
  };
  const entries = Object.entries(properties ?? {}).map(([name, property]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const text = texts[at];
    const whole = described(property, texts, at);
    // The reference's own description stands beside it, which JSON Schema 2020-12 allows.
    return [name, text === undefined ? whole : { ...whole, description: joined(text, whole.description) }] as const;
  });
  return {
    ...schema,
    ...(properties ? { properties: Object.fromEntries(entries) } : {}),
    ...(items ? { items: described(items, texts, path) } : {}),
    ...(anyOf ? { anyOf: anyOf.map((one) => described(one, texts, path)) } : {}),
    ...(oneOf ? { oneOf: oneOf.map((one) => described(one, texts, path)) } : {}),
  };
}

function joined(text: string, form: unknown): string {
  return typeof form === 'string' ? `${text} ${form}` : text;
}
