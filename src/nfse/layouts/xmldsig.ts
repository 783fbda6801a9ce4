import { any, attributed, type Complex, choice, type Group, seq, type Type, times } from './notation.ts';
import { anyText, decimal, form, type ValueType } from './values.ts';

/** Namespace of XML signatures. */
export const XMLDSIG = 'http://www.w3.org/2000/09/xmldsig#';

const MANY = Number.POSITIVE_INFINITY;
const base64 = form('base64');
const uri = form('uri');
const id = form('id');
const integer = decimal({ fraction: 0 });

const ds = (attributes: Readonly<Record<string, ValueType>>, of?: Group | ValueType, mixed = false): Complex =>
  attributed(attributes, of, { mixed, namespace: XMLDSIG });
const dsValue = (type: ValueType): Complex => ds({}, type);

const transform = ds({ Algorithm: uri }, times(0, MANY, choice(any('other', 1, 1), { XPath: anyText })), true);
const transforms = ds({}, seq({ 'Transform+': transform }));
const digestMethod = ds({ Algorithm: uri }, seq(any('other', 0, MANY)), true);
const digestValue = dsValue(base64);

const reference = ds(
  { 'Id?': id, 'URI?': uri, 'Type?': uri },
  seq({ 'Transforms?': transforms, DigestMethod: digestMethod, DigestValue: digestValue }),
);
const canonicalizationMethod = ds({ Algorithm: uri }, seq(any('any', 0, MANY, true)), true);
const signatureMethod = ds(
  { Algorithm: uri },
  seq({ 'HMACOutputLength?': integer }, any('other', 0, MANY, true)),
  true,
);
const signedInfo = ds(
  { 'Id?': id },
  seq({
    CanonicalizationMethod: canonicalizationMethod,
    SignatureMethod: signatureMethod,
    'Reference+': reference,
  }),
);
const signatureValue = ds({ 'Id?': id }, base64);

const dsaKey = ds(
  {},
  seq(
    times(0, 1, seq({ P: base64, Q: base64 })),
    { 'G?': base64, Y: base64, 'J?': base64 },
    times(0, 1, seq({ Seed: base64, PgenCounter: base64 })),
  ),
);
const rsaKey = ds({}, seq({ Modulus: base64, Exponent: base64 }));
const keyValue = ds({}, choice({ DSAKeyValue: dsaKey, RSAKeyValue: rsaKey }, any('other', 1, 1)), true);
const retrievalMethod = ds({ 'URI?': uri, 'Type?': uri }, seq({ 'Transforms?': transforms }));
const x509Data = ds(
  {},
  times(
    1,
    MANY,
    seq(
      choice(
        {
          X509IssuerSerial: seq({ X509IssuerName: anyText, X509SerialNumber: integer }),
          X509SKI: base64,
          X509SubjectName: anyText,
          X509Certificate: base64,
          X509CRL: base64,
        },
        any('other', 1, 1),
      ),
    ),
  ),
);
const pgpData = ds(
  {},
  choice(
    seq({ PGPKeyID: base64, 'PGPKeyPacket?': base64 }, any('other', 0, MANY)),
    seq({ PGPKeyPacket: base64 }, any('other', 0, MANY)),
  ),
);
const spkiData = ds({}, times(1, MANY, seq({ SPKISexp: base64 }, any('other', 0, 1))));
const keyInfo = ds(
  { 'Id?': id },
  times(
    1,
    MANY,
    choice(
      {
        KeyName: anyText,
        KeyValue: keyValue,
        RetrievalMethod: retrievalMethod,
        X509Data: x509Data,
        PGPData: pgpData,
        SPKIData: spkiData,
        MgmtData: anyText,
      },
      any('other', 1, 1),
    ),
  ),
  true,
);
const object = ds({ 'Id?': id, 'MimeType?': anyText, 'Encoding?': uri }, times(0, MANY, seq(any('any', 1, 1))), true);

/** An XML signature, whole: authorities sign in more ways than the one they ask for. */
export const signature = ds(
  { 'Id?': id },
  seq({ SignedInfo: signedInfo, SignatureValue: signatureValue, 'KeyInfo?': keyInfo, 'Object*': object }),
);

const signatureProperty = ds({ Target: uri, 'Id?': id }, times(1, MANY, choice(any('other', 1, 1))), true);

/** What may stand alone, and so is known where "any element" is allowed. */
export const signatureElements: Readonly<Record<string, Type>> = {
  Signature: signature,
  SignatureValue: signatureValue,
  SignedInfo: signedInfo,
  CanonicalizationMethod: canonicalizationMethod,
  SignatureMethod: signatureMethod,
  Reference: reference,
  Transforms: transforms,
  Transform: transform,
  DigestMethod: digestMethod,
  DigestValue: digestValue,
  KeyInfo: keyInfo,
  KeyName: dsValue(anyText),
  MgmtData: dsValue(anyText),
  KeyValue: keyValue,
  RetrievalMethod: retrievalMethod,
  X509Data: x509Data,
  PGPData: pgpData,
  SPKIData: spkiData,
  Object: object,
  Manifest: ds({ 'Id?': id }, seq({ 'Reference+': reference })),
  SignatureProperties: ds({ 'Id?': id }, seq({ 'SignatureProperty+': signatureProperty })),
  SignatureProperty: signatureProperty,
  DSAKeyValue: dsaKey,
  RSAKeyValue: rsaKey,
};
