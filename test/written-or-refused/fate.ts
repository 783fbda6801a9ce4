import { EmitBody, emissionOf } from '../../src/handlers/emission-request.ts';
import { Problem } from '../../src/handlers/problem.ts';
import { parse } from '../../src/handlers/request-fields.ts';
import { parseCnpj } from '../../src/nfse/cnpj.ts';
import { centralBankCountry } from '../../src/nfse/countries.ts';
import { RULE_TEXTS } from '../../src/nfse/tax/rule-texts.ts';
import { UnwritableFields } from '../../src/nfse/unwritable.ts';
import { warningsOf } from '../../src/nfse/warnings.ts';
import type { Context } from './contexts.ts';
import type { Layout } from './layouts.ts';
import type { Member } from './members.ts';

type Json = Record<string, unknown>;
/** What a layout makes of a request: its document, or the pointers that it refuses. */
type Outcome =
  | { readonly document: string; readonly warned: readonly string[] }
  | { readonly refused: readonly string[] };

/**
 * What becomes of a member: `told` where each of its values is in the document, refused at its place or warned of there, `dropped`
 * where one is nothing of it, and `undefined` where this context cannot have the member at all.
 */
export function fateOf(member: Member, context: Context, layout: Layout): 'told' | 'dropped' | undefined {
  const tries = variantsOf(context.request, member);
  let fate: 'told' | undefined;
  for (const variant of tries) {
    const outcomes = member.values.map((value) => [value, outcomeOf(variant(value), layout)] as const);
    const without = outcomeOf(variant(undefined), layout);
    for (const [value, outcome] of outcomes) {
      if ('refused' in outcome) {
        if (outcome.refused.some((pointer) => isAbout(pointer, member.pointer))) fate = 'told';
        continue;
      }
      const { document, warned } = outcome;
      // What is the same document as that of another value says neither.
      const twins = outcomes.some(([other, one]) => other !== value && 'document' in one && one.document === document);
      const plain = 'document' in without && without.document === document && !isDefault(member, value);
      const unseen = twins || plain || (member.literal && !shows(document, member, String(value)));
      if (unseen && !warned.includes(member.pointer)) return 'dropped';
      fate = 'told';
    }
    if (fate) return fate;
  }
  return undefined;
}

/** The request with the member set, and the same with one of its neighbours taken out, since some exclude each other. */
function variantsOf(request: Json, { pointer }: Member): readonly ((value: unknown) => Json)[] {
  const path = pointer.slice(1).split('/');
  const name = path.at(-1) ?? '';
  const parentOf = (json: Json) =>
    path.slice(0, -1).reduce<Json | undefined>((here, step) => here?.[step] as Json, json);
  const parent = parentOf(request);
  if (typeof parent !== 'object' || parent === null) return [];
  const neighbours = Array.isArray(parent) ? [] : Object.keys(parent).filter((key) => key !== name);
  return [undefined, ...neighbours].map((neighbour) => (value: unknown) => {
    const copy = structuredClone(request);
    const here = parentOf(copy) as Json;
    if (neighbour !== undefined) delete here[neighbour];
    if (value === undefined) delete here[name];
    else here[name] = value;
    return copy;
  });
}

function outcomeOf(request: Json, { authority, write }: Layout): Outcome {
  const companyCnpj = parseCnpj('11222333000181');
  if (!companyCnpj) throw new RangeError('The company has a valid CNPJ');
  try {
    const body = parse(EmitBody, request);
    const place = {
      companyCnpj,
      municipalityCode: body.municipalityCode,
      today: '2026-11-10',
      rulesOf: () => authority,
    };
    const emission = emissionOf(body, place);
    const provider = authority === 'national' ? 'national' : 'abrasf';
    const warned = warningsOf(emission, { provider }).map(({ pointer }) => pointer);
    return { document: write(emission), warned };
  } catch (error) {
    if (error instanceof UnwritableFields) return { refused: error.fields.map(({ field }) => field) };
    if (!(error instanceof Problem)) throw error;
    // A wrong form is the test's own fault, and no refusal of what was asked for.
    return {
      refused: (error.facts.errors ?? []).filter(({ code }) => code in RULE_TEXTS).map(({ pointer }) => pointer),
    };
  }
}

/** A refusal names the member, a group that it is in, or what is in it. */
function isAbout(refused: string, pointer: string): boolean {
  return refused === pointer || pointer.startsWith(`${refused}/`) || refused.startsWith(`${pointer}/`);
}

/** Values that mean the same as saying nothing. */
const DEFAULTS: Readonly<Record<string, readonly unknown[]>> = {
  '/issuer/simplesNacional': ['NONE'],
  '/issuer/simplesRegime': ['ALL_INSIDE'],
  '/amounts/issWithheldBy': ['NOBODY'],
  '/iss/taxation': ['TAXABLE'],
  '/service/foreignTrade/shareWithMdic': [false],
  '/ibsCbs/personalUse': [false],
  // None where no amount is withheld, all three where one is.
  '/federalTaxes/pisCofins/withheld': ['NONE', 'PIS_COFINS_CSLL'],
};

function isDefault({ pointer }: Member, value: unknown): boolean {
  return DEFAULTS[pointer]?.includes(value) ?? false;
}

/** Members that a document says by an amount worked out of them. */
const WORKED_OUT = new Set(['/amounts/deductionRate', '/federalTaxes/csrfWithheld']);

/** Whether the document has the value: as it is, as a fraction, or by the number that a country has in the other table. */
function shows(document: string, { pointer }: Member, value: string): boolean {
  if (WORKED_OUT.has(pointer)) return true;
  const forms = [value, (Number(value) / 100).toFixed(4), centralBankCountry(value)];
  return forms.some((form) => form !== undefined && document.includes(form));
}
