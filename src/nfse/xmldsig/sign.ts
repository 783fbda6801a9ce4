import { normalizeLineEnds, parseXml, type XmlElement } from '../xml.ts';
import { DSIG } from './algorithms.ts';
import { canonicalForm, qualifiedName } from './canonical-form.ts';
import { signDirectly } from './direct-signing.ts';
import type { SigningProfile } from './profile.ts';
import { referableId, type Signer, SigningError, signature } from './signature.ts';

/**
 * Signs every element that the profile names, the inner ones first, and leaves the rest of the document as it is but for its
 * line ends. What comes out has to be sent as it is: white space added later would break the signature.
 *
 * @param xml the whole document, not signed yet
 * @throws XmlError for a document that cannot be read
 * @throws SigningError for one that cannot be signed: nothing to sign, signed already, an Id missing or used twice
 */
export function signXml(xml: string, profile: SigningProfile, signer: Signer): string {
  return signDirectly(xml, profile, signer) ?? signByTree(xml, profile, signer);
}

/** The way for documents in any form: the canonical form is made from the tree, and the text is read anew for each signature. */
function signByTree(xml: string, profile: SigningProfile, signer: Signer): string {
  const canonicalization = { exclusive: profile.exclusive, comments: false };
  const done = new Set<string>();
  let text = normalizeLineEnds(xml);
  for (;;) {
    const root = parseXml(text);
    refuseRepeatedIds(root, new Set());
    const path = firstUnsigned([root], profile, done);
    if (!path) break;
    const { element, id, ancestors } = path;
    const around = profile.position === 'behind' ? ancestors : [...ancestors, element];
    const made = signature(
      canonicalForm([...ancestors, element], canonicalization),
      id,
      profile,
      signer,
      (signedInfo) => {
        const wrapper = parseXml(`<Signature xmlns="${DSIG}">${signedInfo}</Signature>`);
        return canonicalForm([...around, wrapper, ...wrapper.children], canonicalization);
      },
    );
    text = profile.position === 'behind' ? insert(text, element.end, made) : insertInside(text, element, made);
    done.add(id);
  }
  if (done.size === 0) {
    throw new SigningError('nothing-to-sign', `Não há ${profile.elements.join(' nem ')} no documento`);
  }
  return text;
}

function insert(text: string, at: number, inserted: string): string {
  return text.slice(0, at) + inserted + text.slice(at);
}

function insertInside(text: string, element: XmlElement, inserted: string): string {
  const closing = text.lastIndexOf('</', element.end - 1);
  if (closing > element.start) return insert(text, closing, inserted);
  const opening = text.slice(element.start, element.end).replace(/[ \t\n]*\/>$/, '>');
  return `${text.slice(0, element.start)}${opening}${inserted}</${element.name}>${text.slice(element.end)}`;
}

interface Unsigned {
  readonly element: XmlElement;
  readonly id: string;
  readonly ancestors: readonly XmlElement[];
}

/** The first element to sign that ends before all others. */
function firstUnsigned(
  path: readonly [...XmlElement[], XmlElement],
  profile: SigningProfile,
  done: ReadonlySet<string>,
): Unsigned | undefined {
  const element = path[path.length - 1] as XmlElement;
  for (const child of element.children) {
    const inner = firstUnsigned([...path, child], profile, done);
    if (inner) return inner;
  }
  if (!profile.elements.includes(element.name.slice(element.name.indexOf(':') + 1))) return undefined;
  const id = referableId(element.name, element.attributes.Id, element.start);
  if (done.has(id)) return undefined;
  const ancestors = path.slice(0, -1);
  const siblings = ancestors.at(-1)?.children ?? [];
  const next = profile.position === 'behind' ? siblings[siblings.indexOf(element) + 1] : element.children.at(-1);
  const around = profile.position === 'behind' ? ancestors : path;
  if (next && isSignature([...around, next])) {
    throw new SigningError('already-signed', `${element.name} já está assinado`, { at: element.start });
  }
  if (profile.position === 'behind' && ancestors.length === 0) {
    throw new SigningError('nothing-to-sign', `Atrás de ${element.name}, a raiz, não cabe assinatura`, { at: 0 });
  }
  return { element, id, ancestors };
}

function isSignature(path: readonly XmlElement[]): boolean {
  const { namespace, localName } = qualifiedName(path);
  return namespace === DSIG && localName === 'Signature';
}

function refuseRepeatedIds(element: XmlElement, seen: Set<string>): void {
  const id = element.attributes.Id;
  if (id !== undefined && seen.has(id)) {
    throw new SigningError('id', `O Id ${id} aparece mais de uma vez`, { at: element.start });
  }
  if (id !== undefined) seen.add(id);
  for (const child of element.children) refuseRepeatedIds(child, seen);
}
