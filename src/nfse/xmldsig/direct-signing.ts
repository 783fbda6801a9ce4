import type { SigningProfile } from './profile.ts';
import { referableId, type Signer, SigningError, signature } from './signature.ts';

const NAME = '[A-Za-z_][\\w.-]*';
const DECLARATION = /^<\?xml version="1\.0" encoding="(?:UTF-8|utf-8)"\?>/;
/** Nothing that canonicalisation would write in another way, nothing that XML forbids. */
const CHARACTERS = '[^<>&\\u0000-\\u0008\\u000B-\\u001F\\uFFFE\\uFFFF]*';
const VALUE = '[^<&"\\u0000-\\u001F\\uFFFE\\uFFFF]*(?:&(?:amp|lt|quot);[^<&"\\u0000-\\u001F\\uFFFE\\uFFFF]*)*';
/** Absolute, or none. */
const NAMESPACE = /^(?:[A-Za-z][A-Za-z0-9+.-]*:.*)?$/;
/** One tag and the text behind it. */
const STEP = new RegExp(
  `<(/?)(${NAME})((?: ${NAME}="${VALUE}")*)>(${CHARACTERS}(?:&(?:amp|lt|gt);${CHARACTERS})*)`,
  'y',
);
const ATTRIBUTE = new RegExp(` (${NAME})="(${VALUE})"`, 'g');

interface Open {
  readonly name: string;
  /** The default namespace inside. */
  readonly namespace: string;
  /** For an element to sign: its id, where it begins in what is written, and how its canonical start differs. */
  readonly signed?: { readonly id: string; readonly from: number; readonly declaration: string };
}

/**
 * Signs a document that is already its own canonical form, but for the namespace that its signed elements inherit. What this
 * project builds is: one default namespace, no prefixes, attributes in order, nothing abbreviated, line feeds only. The check is
 * one pass over the text and proves, rather than trusts, that no canonicalisation is needed; inclusive and exclusive are the
 * same for such a document.
 *
 * @returns `undefined` for a document of any other form, to be signed by way of its tree
 * @throws SigningError
 */
export function signDirectly(xml: string, profile: SigningProfile, signer: Signer): string | undefined {
  if (!xml.isWellFormed()) return undefined;
  const ids = new Set<string>();
  const open: Open[] = [];
  let at = DECLARATION.exec(xml)?.[0].length ?? 0;
  let out = '';
  let copied = 0;

  const copyUntil = (end: number) => {
    out += xml.slice(copied, end);
    copied = end;
  };
  do {
    STEP.lastIndex = at;
    const step = STEP.exec(xml);
    if (!step) return undefined;
    const [, slash, name = '', attributes = '', text = ''] = step;
    const behindTag = STEP.lastIndex - text.length;
    if (slash) {
      const element = open.pop();
      if (element?.name !== name || attributes !== '') return undefined;
      if (element.signed) {
        const { id, from, declaration } = element.signed;
        copyUntil(behindTag);
        const written = out.slice(from);
        const begin = 1 + name.length;
        const canonical = `${written.slice(0, begin)}${declaration}${written.slice(begin)}`;
        refuseSigned(xml, name, profile.position === 'behind' ? behindTag : at);
        const made = signature(canonical, id, profile, signer);
        const closing = `</${name}>`;
        out = profile.position === 'behind' ? out + made : out.slice(0, -closing.length) + made + closing;
      }
    } else {
      const inherited = open.at(-1)?.namespace ?? '';
      const read = attributes === '' ? NO_ATTRIBUTES : canonicalAttributes(attributes, inherited);
      if (!read) return undefined;
      const { id, namespace } = read;
      if (id !== undefined && ids.has(id)) throw new SigningError('id', `O Id ${id} aparece mais de uma vez`, { at });
      if (id !== undefined) ids.add(id);
      if (profile.elements.includes(name)) {
        // Outermost in its canonical form, an element without namespace does not say so.
        if (namespace === '') return undefined;
        copyUntil(at);
        const declaration = namespace === undefined && inherited !== '' ? ` xmlns="${inherited}"` : '';
        open.push({
          name,
          namespace: namespace ?? inherited,
          signed: { id: referableId(name, id, at), from: out.length, declaration },
        });
      } else {
        open.push({ name, namespace: namespace ?? inherited });
      }
    }
    at = STEP.lastIndex;
    if (open.length === 0 && text !== '') return undefined;
  } while (open.length > 0);
  if (at !== xml.length) return undefined;
  if (copied === 0) throw new SigningError('nothing-to-sign', `Não há ${profile.elements.join(' nem ')} no documento`);
  copyUntil(xml.length);
  return out;
}

interface ReadAttributes {
  readonly id?: string;
  readonly namespace?: string;
}

const NO_ATTRIBUTES: ReadAttributes = {};

/** The attributes that matter, or `undefined` when the start tag is not canonical: order, repetition, an idle declaration. */
function canonicalAttributes(source: string, inherited: string): ReadAttributes | undefined {
  const read: { id?: string; namespace?: string } = {};
  let last = '';
  for (const [, name = '', value = ''] of source.matchAll(ATTRIBUTE)) {
    if (name === 'xmlns') {
      if (last !== '' || read.namespace !== undefined || value === inherited || !NAMESPACE.test(value))
        return undefined;
      read.namespace = value;
    } else {
      if (name <= last) return undefined;
      last = name;
      if (name === 'Id') read.id = value;
    }
  }
  return read;
}

function refuseSigned(xml: string, name: string, at: number): void {
  if (xml.startsWith('<Signature ', at) || xml.endsWith('</Signature>', at)) {
    throw new SigningError('already-signed', `${name} já está assinado`, { at });
  }
}
