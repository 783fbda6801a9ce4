import type * as z from 'zod/mini';
import { isBlank } from '../nfse/blank.ts';

/** The part of a schema that says what it is of. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodMiniType>>;
  readonly innerType?: z.ZodMiniType;
  readonly element?: z.ZodMiniType;
  readonly format?: string;
}

/**
 * A request without the texts that a client may leave out and sent blank: programs send `""` for what they have no value of. What is
 * required, an amount, a date or one of a list stays as it came, and is refused.
 *
 * @param value as it came, unchecked
 */
export function withoutBlankTexts(schema: z.ZodMiniType, value: unknown): unknown {
  const { shape, element, innerType } = definitionOf(schema);
  if (innerType) return withoutBlankTexts(innerType, value);
  if (element && Array.isArray(value)) return value.map((item) => withoutBlankTexts(element, item));
  if (!shape || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const of = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (!of) return [[name, member] as const];
    return isLeftOut(of, member) ? [] : [[name, withoutBlankTexts(of, member)] as const];
  });
  return Object.fromEntries(members);
}

function isLeftOut(schema: z.ZodMiniType, value: unknown): boolean {
  const { innerType } = definitionOf(schema);
  if (!innerType || typeof value !== 'string' || !isBlank(value)) return false;
  const inner = definitionOf(innerType);
  return inner.type === 'string' && inner.format !== 'date';
}

function definitionOf(schema: z.ZodMiniType): Definition {
  return schema._zod.def as Definition;
}
