import { createHash, verify, type X509Certificate } from 'node:crypto';
import { parseXml, type XmlElement } from '../xml.ts';
import { DIGEST_METHODS, DSIG, ENVELOPED, SIGNATURE_METHODS, type SignatureHash } from './algorithms.ts';
import { type Canonicalization, canonicalForm, qualifiedName } from './canonical-form.ts';
import {
  algorithm,
  base64,
  canonicalizationOf,
  certificateOf,
  hashOf,
  leafOf,
  localName,
  type Path,
  parts,
  placeOf,
  Refusal,
  type SignatureProblem,
} from './signature-parts.ts';

export interface GoodSignature {
  readonly good: true;
  /** Path of the signed element, as `/DPS/infDPS`; `[2]` marks the second of a name among its siblings. */
  readonly signed: string;
  /** Of the signed element; empty where the document as a whole is signed and its root has none. */
  readonly id: string;
  /** What was signed, as read. Nothing outside of it is vouched for. */
  readonly element: XmlElement;
  /** The weaker one, where digest and signature differ. */
  readonly hash: SignatureHash;
  readonly canonicalization: Canonicalization;
  /** Who claims to have signed. Whether to believe this certificate, and that it may sign this, is the caller's to decide. */
  readonly certificate: X509Certificate;
  /** What stands in KeyInfo besides that certificate; national rules want nothing. */
  readonly otherKeyInfo: readonly string[];
  /** Where the signature stands in the document. */
  readonly at: number;
}

export interface BadSignature {
  readonly good: false;
  /** Path of the signature or of the part of it that is wrong. */
  readonly place: string;
  readonly at: number;
  readonly code: SignatureProblem;
  /** For a person, in Portuguese. */
  readonly message: string;
}

export type Finding = GoodSignature | BadSignature;

/** Batches hold fifty signed RPS and one signature around them. */
const MAX_SIGNATURES = 1000;
/**
 * How many times the document's own length its canonical forms may have together. An event holds a note that holds a
 * declaration, all three signed; namespaces and unabbreviated elements add to that.
 */
const WORK = 10;

/**
 * Checks every signature of a document, in the document's order. Made for documents from anybody: a signature can only be over
 * the element right before it or around it, or in the root over the whole document, so that nothing is ever looked up by its id and an element cannot be wrapped away
 * from its signature; ids are unique in the document; exactly one reference, two transforms, no parameters; algorithms from a
 * short list; nothing is fetched.
 *
 * @throws XmlError for a document that cannot be read
 */
export function verifySignatures(xml: string): readonly Finding[] {
  const root = parseXml(xml);
  const found = survey(root);
  return found.signatures.slice(0, MAX_SIGNATURES + 1).map((path, i) => {
    if (i === MAX_SIGNATURES) return refused(path, 'structure', `Há mais de ${MAX_SIGNATURES} assinaturas`);
    return examine(path, found);
  });
}

/**
 * Checks the signature of a document as a whole: the root holds one element and the signature of it, and nothing else.
 * Attributes of the root itself are outside of every signature of this family.
 *
 * @returns the finding about that signature, or `undefined` where the document is not built so
 * @throws XmlError for a document that cannot be read
 */
export function verifyDocument(xml: string): Finding | undefined {
  const root = parseXml(xml);
  const found = survey(root);
  const path = found.signatures.at(-1);
  const whole = root.children.length === 2 && root.children[1] === path?.at(-1) && root.text.trim() === '';
  if (!path || !whole) return undefined;
  const finding = examine(path, found);
  // The reference has to name the one element: what callers read is that element, and its Id.
  if (finding.good && finding.element === root) {
    return refused(path, 'reference', 'A assinatura não se refere ao Id do elemento assinado');
  }
  return finding;
}

/** What one pass over a document finds. `left` is the work that its signatures may still make, in characters. */
interface Survey {
  readonly signatures: Path[];
  readonly ids: Set<string>;
  readonly repeatedIds: Set<string>;
  left: number;
}

function survey(root: XmlElement): Survey {
  const found: Survey = {
    signatures: [],
    ids: new Set(),
    repeatedIds: new Set(),
    left: WORK * (root.end - root.start),
  };
  visit([root], found, false);
  return found;
}

/** What looks like a signature inside a signature is part of it, and refused there. */
function visit(path: Path, found: Survey, insideSignature: boolean): void {
  const element = leafOf(path);
  const id = element.attributes.Id;
  if (id !== undefined) (found.ids.has(id) ? found.repeatedIds : found.ids).add(id);
  const isSignature = localName(element) === 'Signature' && qualifiedName(path).namespace === DSIG;
  if (isSignature && !insideSignature) found.signatures.push(path);
  for (const child of element.children) visit([...path, child], found, insideSignature || isSignature);
}

function examine(path: Path, found: Survey): Finding {
  try {
    return check(path, found);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refused(error.path, error.code, error.message);
  }
}

function refused(path: Path, code: SignatureProblem, message: string): BadSignature {
  return { good: false, place: placeOf(path), at: leafOf(path).start, code, message };
}

function check(path: Path, found: Survey): GoodSignature {
  for (const id of found.repeatedIds) {
    throw new Refusal('repeated-id', path, `O Id ${id.slice(0, 100)} aparece mais de uma vez no documento`);
  }
  const [info, value, keyInfo] = parts(path, ['SignedInfo', 'SignatureValue', 'KeyInfo']);
  const [canonicalizationMethod, signatureMethod, reference] = parts(info, [
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  ]);
  const [transforms, digestMethod, digestValue] = parts(reference, ['Transforms', 'DigestMethod', 'DigestValue']);
  const [enveloped, canonicalizing] = parts(transforms, ['Transform', 'Transform']);
  if (algorithm(enveloped) !== ENVELOPED) {
    throw new Refusal('algorithm', enveloped, 'A primeira transformação tem que ser enveloped-signature');
  }
  const canonicalization = canonicalizationOf(canonicalizing);
  const infoCanonicalization = canonicalizationOf(canonicalizationMethod);
  const digestHash = hashOf(digestMethod, DIGEST_METHODS);
  const hash = hashOf(signatureMethod, SIGNATURE_METHODS);
  const signed = signedElement(path, reference);
  const { certificate, others } = certificateOf(keyInfo);

  const element = leafOf(signed);
  const canonical = canonicalForm(signed, canonicalization, { without: leafOf(path), maxCharacters: found.left });
  found.left -= canonical.length;
  const digest = createHash(digestHash).update(canonical, 'utf8').digest();
  if (!digest.equals(base64(digestValue))) {
    throw new Refusal('digest', signed, `${element.name} foi alterado depois de assinado`);
  }
  const data = Buffer.from(canonicalForm(info, infoCanonicalization, { maxCharacters: found.left }), 'utf8');
  if (!isSignedBy(certificate, hash, data, base64(value))) {
    throw new Refusal('signature', value, 'A assinatura não confere com a chave do certificado que a acompanha');
  }
  return {
    good: true,
    signed: placeOf(signed),
    id: element.attributes.Id ?? '',
    element,
    hash: digestHash === 'sha1' ? 'sha1' : hash,
    canonicalization,
    certificate,
    otherKeyInfo: others,
    at: leafOf(path).start,
  };
}

/** A key of odd numbers makes OpenSSL fail instead of answer; either way it did not sign this. */
function isSignedBy(certificate: X509Certificate, hash: SignatureHash, data: Buffer, signature: Buffer): boolean {
  try {
    return verify(hash, data, certificate.publicKey, signature);
  } catch {
    return false;
  }
}

/** The element before the signature or around it, whichever the reference names; the root where it names the document. */
function signedElement(path: Path, reference: Path): Path {
  const { URI: uri, ...others } = leafOf(reference).attributes;
  if (uri === '' && path.length === 2 && Object.keys(others).every((name) => name.startsWith('xmlns'))) {
    return path.slice(0, 1);
  }
  if (uri === undefined || !/^#[^#()]+$/.test(uri) || Object.keys(others).some((name) => !name.startsWith('xmlns'))) {
    throw new Refusal(
      'reference',
      reference,
      `A referência ${uri?.slice(0, 100) ?? ''} não é o Id de um elemento deste documento`,
    );
  }
  const around = path.slice(0, -1);
  const siblings = around.at(-1)?.children ?? [];
  const before = siblings[siblings.indexOf(leafOf(path)) - 1];
  const candidates = before ? [[...around, before], around] : [around];
  const signed = candidates.find((candidate) => candidate.at(-1)?.attributes.Id === uri.slice(1));
  if (!signed) {
    throw new Refusal(
      'reference',
      reference,
      `${uri.slice(0, 100)} não é o elemento que está antes da assinatura nem o que a contém`,
    );
  }
  return signed;
}
