import { X509Certificate } from 'node:crypto';
import type { XmlElement } from '../xml.ts';
import { CANONICALIZATIONS, DSIG, type SignatureHash } from './algorithms.ts';
import { type Canonicalization, qualifiedName } from './canonical-form.ts';

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

/** An element after all its ancestors, from the root down. */
export type Path = readonly XmlElement[];

/** A signature is bad. The message is for a person, in Portuguese. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: SignatureProblem;
  readonly path: Path;
  constructor(code: SignatureProblem, path: Path, message: string) {
    super(message);
    this.code = code;
    this.path = path;
  }
}

const MAX_BASE64 = 16_384;
const KEY_BITS = { least: 2048, most: 8192 } as const;

/** The children of an element of the signature, which have to be exactly these, in this order, with nothing between them. */
export function parts<const Names extends readonly string[]>(
  path: Path,
  names: Names,
): { [Index in keyof Names]: Path } {
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
export function algorithm(path: Path): string {
  const element = leafOf(path);
  const { Algorithm: uri, ...others } = element.attributes;
  const bare = element.children.length === 0 && element.text.trim() === '';
  if (uri === undefined || !bare || Object.keys(others).some((name) => !name.startsWith('xmlns'))) {
    throw new Refusal('algorithm', path, `${localName(element)} tem que ter só um atributo, Algorithm`);
  }
  return uri;
}

export function canonicalizationOf(path: Path): Canonicalization {
  const uri = algorithm(path);
  const known = CANONICALIZATIONS.get(uri);
  if (!known) throw new Refusal('algorithm', path, `Canonicalização fora da lista: ${uri.slice(0, 100)}`);
  return known;
}

export function hashOf(path: Path, methods: Readonly<Record<SignatureHash, string>>): SignatureHash {
  const uri = algorithm(path);
  if (uri === methods.sha1) return 'sha1';
  if (uri === methods.sha256) return 'sha256';
  throw new Refusal('algorithm', path, `Algoritmo fora da lista: ${uri.slice(0, 100)}`);
}

export function certificateOf(keyInfo: Path): { certificate: X509Certificate; others: readonly string[] } {
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
export function base64(path: Path): Buffer {
  const element = leafOf(path);
  const text = element.text.replace(/[ \t\r\n]+/g, '');
  const bytes = Buffer.from(text.length <= MAX_BASE64 ? text : '', 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== text || element.children.length > 0) {
    throw new Refusal('structure', path, `${localName(element)} não é base64`);
  }
  return bytes;
}

export function leafOf(path: Path): XmlElement {
  const element = path.at(-1);
  if (!element) throw new RangeError('No element');
  return element;
}

export function localName(element: XmlElement): string {
  return element.name.slice(element.name.indexOf(':') + 1);
}

export function placeOf(path: Path): string {
  return path
    .map((element, depth) => {
      const alike = path[depth - 1]?.children.filter(({ name }) => name === element.name) ?? [element];
      return `/${element.name}${alike.length > 1 ? `[${alike.indexOf(element) + 1}]` : ''}`;
    })
    .join('');
}
