import type { JsonSchema } from '../../openapi/json-schema.ts';

/** A single value of a request, which a client may leave out by itself or with the group that it stands in. */
export interface Member {
  /** `/customer/address/street`; the first item of a list is `/0`. */
  readonly pointer: string;
  /** Values that the schema allows, at least two of them where there are two. */
  readonly values: readonly unknown[];
  /** Whether documents have to show a value as it is; of short codes they show what stands for them. */
  readonly literal: boolean;
}

interface Schema extends JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly examples?: readonly unknown[];
  readonly minLength?: number;
}

/** Every single value of a request that may be left out. */
export function leavesOf(schema: JsonSchema): readonly Member[] {
  return membersBelow(schema as Schema, '', false);
}

function membersBelow(schema: Schema, pointer: string, optional: boolean): readonly Member[] {
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([name, member]) =>
      membersBelow(member, `${pointer}/${name}`, optional || !schema.required?.includes(name)),
    );
  }
  if (schema.items) return membersBelow(schema.items, `${pointer}/0`, optional);
  return optional ? [memberOf(schema, pointer)] : [];
}

/** Values whose form a pattern does not say: check digits, tables. By the name of the member. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  cnpj: ['11444777000161', '12ABC34501DE35'],
  cpf: ['52998224725', '11144477735'],
  municipalityCode: ['5300108', '1302603'],
  country: ['FR', 'JP'],
  resultCountry: ['FR', 'JP'],
  email: ['primeiro@tomadora.example', 'segundo@tomadora.example'],
  accessKey: [
    '31062002211222333000181000000000010126110000000176',
    '31062001211222333000181000000000000126110000000001',
  ],
  operationCode: ['100301', '020201'],
  nbsCode: ['115022111', '118041222'],
  currency: ['220', '978'],
  cst: ['01', '49'],
  classification: ['200001', '200002'],
  referencedNotes: ['31062002211222333000181000000000010126110000000176'],
};

function memberOf(schema: Schema, pointer: string): Member {
  const name =
    pointer
      .replace(/\/\d+$/, '')
      .split('/')
      .at(-1) ?? '';
  if (schema.enum) return { pointer, values: schema.enum, literal: false };
  if (schema.type === 'boolean') return { pointer, values: [true, false], literal: false };
  const values =
    pointer.startsWith('/ibsCbs') && name === 'cst' ? ['200', '000'] : (KNOWN[name] ?? textsOf(schema, pointer));
  return { pointer, values, literal: values.every((value) => value.length >= 4) };
}

function textsOf({ pattern, format, examples, minLength = 1 }: Schema, pointer: string): readonly string[] {
  if (format === 'date') return ['2026-11-03', '2026-11-04'];
  const money = examples?.includes('1500.00');
  if (money) return ['17.43', '18.59'];
  if (examples?.includes('9.25')) return ['7.43', '8.59'];
  if (examples?.includes('5.00')) return ['2.43', '3.59'];
  if (pattern === undefined) return ['Zq', 'Xw'].map((start) => `${start}${pointer.length}`.padEnd(minLength, 'y'));
  return codesOf(pattern);
}

/** Two codes of a form of digits and letters, unlike any other in the documents. */
function codesOf(pattern: string): readonly string[] {
  const form = new RegExp(pattern, 'u');
  const candidates = ['7', '8', '1', '2', '0', '3', '77', '88', '01', '02', '03', '10', '779', '889'];
  for (let length = 4; length <= 50; length++) {
    candidates.push('79'.repeat(25).slice(0, length), '86'.repeat(25).slice(0, length));
  }
  const fitting = candidates.filter((candidate) => form.test(candidate));
  const long = fitting.filter((candidate) => candidate.length >= 4);
  return (long.length >= 2 ? long : fitting).slice(0, 2);
}
