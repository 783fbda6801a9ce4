import { normalizeLineEnds, parseXml, type XmlElement } from '../xml.ts';
import { DSIG } from './algorithms.ts';
import { canonicalForm, qualifiedName } from './canonical-form.ts';
import type { SigningProfile } from './profile.ts';
import { referableId, type Signer, SigningError, signature } from './signature.ts';
import { leafOf, localName, type Path } from './signature-parts.ts';

/**
 * Signs every element that the profile names, the inner ones first, and leaves the rest of the document as it is but for its
 * line ends. What comes out has to be sent as it is: white space added later would break the signature.
 *
 * @param xml the whole document, not signed yet
 * @throws XmlError for a document that cannot be read
 * @throws SigningError for one that cannot be signed: nothing to sign, signed already, an Id missing or used twice
 */
export function signXml(xml: string, profile: SigningProfile, signer: Signer): string {
  let text = normalizeLineEnds(xml);
  const root = parseXml(text);
  refuseRepeatedIds(root, new Set());
  let paths = elementsToSign([root], profile);
  const { length } = paths;
  if (length === 0) {
    throw new SigningError('nothing-to-sign', `Não há ${profile.elements.join(' nem ')} no documento`);
  }
  for (let i = 0; i < length; i++) {
    // An outer element is signed with the signatures inside it, so it is read again once they are there.
    if (i > 0) paths = elementsToSign([parseXml(text)], profile);
    const path = paths[i];
    if (path) text = withSignature(text, path, profile, signer);
  }
  return text;
}

/**
 * Signs a whole document, whose root need not have an Id: the signature is the root's last child, and refers to the document that it
 * stands in. Otherwise as {@link signXml}.
 *
 * @throws XmlError, SigningError
 */
export function signDocument(xml: string, profile: Pick<SigningProfile, 'exclusive' | 'hash'>, signer: Signer): string {
  const text = normalizeLineEnds(xml);
  const root = parseXml(text);
  refuseSigned([root], [root], 'inside');
  const canonicalization = { exclusive: profile.exclusive, comments: false };
  const made = signature(canonicalForm([root], canonicalization), undefined, profile, signer, (signedInfo) =>
    canonicalForm([root, parseXml(signedInfo)], canonicalization),
  );
  return insertInside(text, root, made);
}

/** The elements that the profile names, the inner ones before those around them. */
function elementsToSign(path: Path, profile: SigningProfile): readonly Path[] {
  const element = leafOf(path);
  const inner = element.children.flatMap((child) => elementsToSign([...path, child], profile));
  return profile.elements.includes(localName(element)) ? [...inner, path] : inner;
}

function withSignature(text: string, path: Path, profile: SigningProfile, signer: Signer): string {
  const { exclusive, position } = profile;
  const canonicalization = { exclusive, comments: false };
  const element = leafOf(path);
  const id = referableId(element.name, element.attributes.Id, element.start);
  const ancestors = path.slice(0, -1);
  const around = position === 'behind' ? ancestors : path;
  refuseSigned(path, around, position);
  const made = signature(canonicalForm(path, canonicalization), id, profile, signer, (signedInfo) =>
    canonicalForm([...around, parseXml(signedInfo)], canonicalization),
  );
  return position === 'behind' ? insert(text, element.end, made) : insertInside(text, element, made);
}

function refuseSigned(path: Path, around: Path, position: SigningProfile['position']): void {
  const element = leafOf(path);
  if (around.length === 0) {
    throw new SigningError('nothing-to-sign', `Atrás de ${element.name}, a raiz, não cabe assinatura`, { at: 0 });
  }
  const siblings = path.at(-2)?.children ?? [];
  const next = position === 'behind' ? siblings[siblings.indexOf(element) + 1] : element.children.at(-1);
  if (next && isSignature([...around, next])) {
    throw new SigningError('already-signed', `${element.name} já está assinado`, { at: element.start });
  }
}

function insert(text: string, at: number, inserted: string): string {
  return text.slice(0, at) + inserted + text.slice(at);
}

function insertInside(text: string, element: XmlElement, inserted: string): string {
  const closing = text.lastIndexOf('</', element.end - 1);
  if (closing > element.start) return insert(text, closing, inserted);
  const opening = `${text.slice(element.start, element.end - '/>'.length).trimEnd()}>`;
  return `${text.slice(0, element.start)}${opening}${inserted}</${element.name}>${text.slice(element.end)}`;
}

function isSignature(path: Path): boolean {
  const { namespace, localName: name } = qualifiedName(path);
  return namespace === DSIG && name === 'Signature';
}

function refuseRepeatedIds(element: XmlElement, seen: Set<string>): void {
  const id = element.attributes.Id;
  if (id !== undefined && seen.has(id)) {
    throw new SigningError('id', `O Id ${id} aparece mais de uma vez`, { at: element.start });
  }
  if (id !== undefined) seen.add(id);
  for (const child of element.children) refuseRepeatedIds(child, seen);
}
