import type { JsonSchema } from './json-schema.ts';

/** What is needed of the document here; `src/handlers/openapi.json` is one. */
interface Described {
  readonly paths: Readonly<Record<string, object>>;
  readonly components: { readonly schemas: object };
}

/** What a model keeps of a schema: of which kind a value is, and how large it may be. */
const KEPT = ['type', 'maxLength', 'maxItems'] as const;

/** A model for API Gateway, and what it is of. */
export interface RequestModel {
  /** The operation's own name. */
  readonly name: string;
  readonly schema: JsonSchema;
}

/**
 * The model by which API Gateway checks the body of a route before the function is called, in JSON Schema draft 4: every value has the
 * kind that it should have, and no text or list is longer than it may be. What a person gets wrong (a missing or unknown field, a
 * value of the wrong form) is left to the function, which names each field and says in Portuguese how to put it right; the gateway
 * would only say no.
 *
 * @param method in capitals, @param path as `routes` has them
 * @returns `undefined` for a route that takes no body
 */
export function requestModel(document: Described, method: string, path: string): RequestModel | undefined {
  const operation = (document.paths[path] as Record<string, Operation | undefined> | undefined)?.[method.toLowerCase()];
  const schema = operation?.requestBody?.content['application/json'].schema;
  if (!operation || !schema) return undefined;
  const components = document.components.schemas as Readonly<Record<string, JsonSchema>>;
  const model = { $schema: 'http://json-schema.org/draft-04/schema#', ...modelOf(schema, components) };
  return { name: operation.operationId, schema: model };
}

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: JsonSchema } } };
}

function modelOf(schema: JsonSchema, components: Readonly<Record<string, JsonSchema>>): JsonSchema {
  if (typeof schema.$ref === 'string') {
    const target = components[schema.$ref.split('/').at(-1) ?? ''];
    if (!target) throw new Error(`The document has no ${schema.$ref}`);
    return modelOf(target, components);
  }
  const own = Object.fromEntries(KEPT.flatMap((keyword) => (keyword in schema ? [[keyword, schema[keyword]]] : [])));
  const { properties, items } = schema as { properties?: Record<string, JsonSchema>; items?: JsonSchema };
  return {
    ...own,
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, property]) => [name, modelOf(property, components)]),
          ),
        }
      : {}),
    ...(items ? { items: modelOf(items, components) } : {}),
  };
}
