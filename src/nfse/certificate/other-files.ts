import { DerError, inside, oid, readDer, TAG } from './der.ts';

interface OtherKind {
  readonly message: string;
  readonly howToFix: string;
}

const WITHOUT_KEY =
  'Exporte o certificado de novo em formato PFX (.pfx ou .p12), marcando a opção de incluir a chave privada';

const SIGNED_DATA = '1.2.840.113549.1.7.2';

/** What people send in place of a PFX file. */
const KINDS: readonly (OtherKind & { readonly matches: (file: Buffer) => boolean })[] = [
  {
    matches: textBegins(/^-----BEGIN (?:[A-Z0-9]+ )?(?:ENCRYPTED )?PRIVATE KEY/),
    message: 'O arquivo está em formato PEM, e o esperado é PFX (PKCS#12)',
    howToFix:
      'Junte a chave e o certificado num PFX: openssl pkcs12 -export -inkey chave.pem -in certificado.pem -out certificado.pfx',
  },
  {
    matches: textBegins(/^-----BEGIN/),
    message: 'O arquivo é um certificado em formato PEM, e o esperado é PFX (PKCS#12), com a chave privada',
    howToFix: WITHOUT_KEY,
  },
  {
    matches: hexBegins('feedfeed', 'cececece'),
    message: 'O arquivo é um repositório de chaves do Java (JKS), e o esperado é PFX (PKCS#12)',
    howToFix:
      'Converta o repositório: keytool -importkeystore -srckeystore arquivo.jks -destkeystore certificado.pfx -deststoretype PKCS12',
  },
  {
    matches: hexBegins('504b0304', '52617221', '377abcaf'), // ZIP, RAR, 7z
    message: 'O arquivo está compactado, e o esperado é o próprio PFX',
    howToFix: 'Descompacte o arquivo e envie o .pfx ou .p12 que está dentro dele',
  },
  {
    matches: textBegins(/^MI[A-Za-z0-9+/\s]{40}/),
    message: 'O arquivo foi codificado em Base64 duas vezes',
    howToFix: 'Codifique o arquivo .pfx em Base64 uma vez só, e envie o resultado',
  },
  {
    matches: isBareCertificate,
    message: 'O arquivo contém só o certificado, sem a chave privada',
    howToFix: WITHOUT_KEY,
  },
];

/** What the file is when it is no PFX, as far as its beginning tells. */
export function otherKindOfFile(file: Buffer): OtherKind | undefined {
  return KINDS.find(({ matches }) => matches(file));
}

function textBegins(pattern: RegExp): (file: Buffer) => boolean {
  return (file) => pattern.test(file.toString('latin1', 0, 64));
}

function hexBegins(...signatures: readonly string[]): (file: Buffer) => boolean {
  return (file) => signatures.includes(file.toString('hex', 0, 4));
}

/** A certificate (.cer) or a chain of them (.p7b). */
function isBareCertificate(file: Buffer): boolean {
  try {
    const [first] = inside(readDer(file), TAG.sequence);
    return first?.tag === TAG.sequence || (first?.tag === TAG.oid && oid(first) === SIGNED_DATA);
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}
