import { createHash, verify, X509Certificate } from 'node:crypto';
import { parseXml, type XmlElement } from '../xml.ts';
import {
  CANONICALIZATIONS,
  DIGEST_METHODS,
  DSIG,
  ENVELOPED,
  SIGNATURE_METHODS,
  type SignatureHash,
} from './algorithms.ts';
import { type Canonicalization, canonicalForm, qualifiedName } from './canonical-form.ts';

export type SignatureProblem =
  /** Not built as the profile builds it: elements missing, repeated, out of order, or more than it knows. */
  | 'structure'
  /** An algorithm or transform outside the list. */
  | 'algorithm'
  /** Refers to something other than the element before it or around it. */
  | 'reference'
  | 'repeated-id'
  /** No certificate of an RSA key that can be used. */
  | 'certificate'
  /** The signed element was changed after it was signed. */
  | 'digest'
  /** The signature was not made by the certificate's key, or the signed information was changed. */
  | 'signature';

export interface GoodSignature {
  readonly good: true;
  /** Path of the signed element, as `/DPS/infDPS`; `[2]` marks the second of a name among its siblings. */
  readonly signed: string;
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
const MAX_BASE64 = 16_384;
const KEY_BITS = { least: 2048, most: 8192 } as const;

type Path = readonly XmlElement[];

class Refusal extends Error {
  readonly code: SignatureProblem;
  readonly path: Path;
  constructor(code: SignatureProblem, path: Path, message: string) {
    super(message);
    this.code = code;
    this.path = path;
  }
}

/**
 * Checks every signature of a document, in the document's order. Made for documents from anybody: a signature can only be over
 * the element right before it or around it, so that nothing is ever looked up by its id and an element cannot be wrapped away
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
  return path && whole ? examine(path, found) : undefined;
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
  if (!verify(hash, data, certificate.publicKey, base64(value))) {
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

/** The element before the signature or around it, whichever the reference names. */
function signedElement(path: Path, reference: Path): Path {
  const { URI: uri, ...others } = leafOf(reference).attributes;
  if (uri === undefined || !/^#[^#()]+$/.test(uri) || Object.keys(others).some((name) => !name.startsWith('xmlns'))) {
    throw new Refusal('reference', reference, `A referência ${uri ?? ''} não é o Id de um elemento deste documento`);
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
      `${uri} não é o elemento que está antes da assinatura nem o que a contém`,
    );
  }
  return signed;
}

/** The children of an element of the signature, which have to be exactly these, in this order, with nothing between them. */
function parts<const Names extends readonly string[]>(path: Path, names: Names): { [Index in keyof Names]: Path } {
  const element = leafOf(path);
  const found = element.children.map((child) => [...path, child]);
  const fits = found.length === names.length && found.every((child, i) => isDsig(child, names[i]));
  if (!fits || element.text.trim() !== '') {
    throw new Refusal('structure', path, `${localName(element)} tem que conter ${names.join(', ')}, e nada mais`);
  }
  return found as { [Index in keyof Names]: Path };
}

function isDsig(path: Path, name: string | undefined): boolean {
  const qualified = qualifiedName(path);
  return qualified.namespace === DSIG && qualified.localName === name;
}

/** The one attribute of an algorithm element; a parameter of any kind makes it another algorithm. */
function algorithm(path: Path): string {
  const element = leafOf(path);
  const { Algorithm: uri, ...others } = element.attributes;
  const bare = element.children.length === 0 && element.text.trim() === '';
  if (uri === undefined || !bare || Object.keys(others).some((name) => !name.startsWith('xmlns'))) {
    throw new Refusal('algorithm', path, `${localName(element)} tem que ter só um atributo, Algorithm`);
  }
  return uri;
}

function canonicalizationOf(path: Path): Canonicalization {
  const uri = algorithm(path);
  const known = CANONICALIZATIONS.get(uri);
  if (!known) throw new Refusal('algorithm', path, `Canonicalização fora da lista: ${uri.slice(0, 100)}`);
  return known;
}

function hashOf(path: Path, methods: Readonly<Record<SignatureHash, string>>): SignatureHash {
  const uri = algorithm(path);
  if (uri === methods.sha1) return 'sha1';
  if (uri === methods.sha256) return 'sha256';
  throw new Refusal('algorithm', path, `Algoritmo fora da lista: ${uri.slice(0, 100)}`);
}

function certificateOf(keyInfo: Path): { certificate: X509Certificate; others: readonly string[] } {
  const data = leafOf(keyInfo).children.map((child) => [...keyInfo, child]);
  const x509 = data.flatMap((path) => (isDsig(path, 'X509Data') ? leafOf(path).children.map((c) => [...path, c]) : []));
  const certificates = x509.filter((path) => isDsig(path, 'X509Certificate'));
  const [claimed, ...more] = certificates;
  if (!claimed || more.length > 0) {
    throw new Refusal('certificate', keyInfo, `KeyInfo traz ${certificates.length} certificados; tem que trazer um`);
  }
  const others = [...data, ...x509]
    .filter((path) => path !== claimed && !isDsig(path, 'X509Data'))
    .map((path) => localName(leafOf(path)));
  const certificate = readCertificate(claimed);
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (asymmetricKeyType !== 'rsa' || bits < KEY_BITS.least || bits > KEY_BITS.most) {
    throw new Refusal('certificate', claimed, `A chave do certificado não é RSA de ${KEY_BITS.least} bits ou mais`);
  }
  return { certificate, others };
}

function readCertificate(path: Path): X509Certificate {
  const der = base64(path);
  try {
    const certificate = new X509Certificate(der);
    // Read here, because a broken key only shows when it is asked for.
    if (certificate.raw.equals(der) && certificate.publicKey) return certificate;
  } catch {
    // Not a certificate: said below.
  }
  throw new Refusal('certificate', path, 'O certificado da assinatura não pode ser lido');
}

/** Bytes written in base64 in the one way there is: nothing that a decoder would pass over but white space. */
function base64(path: Path): Buffer {
  const element = leafOf(path);
  const text = element.text.replace(/[ \t\r\n]+/g, '');
  const bytes = Buffer.from(text.length <= MAX_BASE64 ? text : '', 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== text || element.children.length > 0) {
    throw new Refusal('structure', path, `${localName(element)} não é base64`);
  }
  return bytes;
}

function leafOf(path: Path): XmlElement {
  const element = path.at(-1);
  if (!element) throw new RangeError('No element');
  return element;
}

function localName(element: XmlElement): string {
  return element.name.slice(element.name.indexOf(':') + 1);
}

function placeOf(path: Path): string {
  return path
    .map((element, depth) => {
      const alike = path[depth - 1]?.children.filter(({ name }) => name === element.name) ?? [element];
      return `/${element.name}${alike.length > 1 ? `[${alike.indexOf(element) + 1}]` : ''}`;
    })
    .join('');
}
