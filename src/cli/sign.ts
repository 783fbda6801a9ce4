import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  checkOwner,
  checkUse,
  checkValidity,
  chooseCertificate,
  readCompanyCertificates,
} from '../nfse/certificate/company-certificate.ts';
import { decodeXml, encodeXml } from '../nfse/xml-bytes.ts';
import { ABRASF_SIGNING, NATIONAL_SIGNING, type SigningProfile } from '../nfse/xmldsig/profile.ts';
import { signXml } from '../nfse/xmldsig/sign.ts';
import { faultLine, faultOf } from './fault.ts';
import { DOCUMENT_BYTES, onlyFile, readInput } from './files.ts';
import { type Invocation, UsageError, type Verb } from './verb.ts';

const CERTIFICATE_BYTES = 256 * 1024;
const PASSWORD_BYTES = 4096;

/** `nfse sign`: the document, signed, to the standard output or to a file. Bad when document or certificate do not allow it. */
export const sign: Verb = async (args, invocation) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      pfx: { type: 'string' },
      'password-file': { type: 'string' },
      cnpj: { type: 'string' },
      element: { type: 'string', multiple: true },
      sha256: { type: 'boolean', default: false },
      exclusive: { type: 'boolean', default: false },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const file = onlyFile(positionals);
  const { pfx, 'password-file': passwordFile, cnpj } = values;
  if (!pfx || !passwordFile) throw new UsageError('Informe --pfx e --password-file');
  const bytes = await readInput(invocation, file, DOCUMENT_BYTES);
  const certificate = await readInput(invocation, pfx, CERTIFICATE_BYTES);
  const password = await readPassword(invocation, passwordFile);
  const profile: SigningProfile = {
    elements: values.element ?? [...NATIONAL_SIGNING.elements, ...ABRASF_SIGNING.elements],
    position: 'behind',
    exclusive: values.exclusive,
    hash: values.sha256 ? 'sha256' : 'sha1',
  };

  const result = signed(bytes, { pfx: certificate, password, cnpj }, profile, invocation.now);
  const { output } = invocation;
  if ('fault' in result) {
    if (values.json) output.out(JSON.stringify({ good: false, fault: result.fault }, null, 2));
    else output.err(faultLine(result.of === 'document' ? file : pfx, result.fault));
    return 1;
  }
  if (values.out !== undefined) await write(invocation, values.out, result.document);
  if (values.json) {
    const document = values.out === undefined ? { document: result.text } : { file: values.out };
    output.out(JSON.stringify({ good: true, hash: profile.hash, signer: result.signer, ...document }, null, 2));
  } else if (values.out === undefined) {
    output.document(result.document);
  }
  return 0;
};

/** Whose certificate signs: `cnpj` says which one of a file with several. */
interface Signer {
  readonly pfx: Buffer;
  readonly password: string;
  readonly cnpj: string | undefined;
}

function signed(bytes: Buffer, { pfx, password, cnpj }: Signer, profile: SigningProfile, now: Date) {
  let xml = '';
  let of: 'certificate' | 'document' = 'certificate';
  try {
    const certificate = chooseCertificate(readCompanyCertificates(pfx, password), cnpj, [
      (one) => cnpj === undefined || checkOwner(one, cnpj),
      checkUse,
      (one) => checkValidity(one, now),
    ]);
    of = 'document';
    const { text: read, encoding } = decodeXml(bytes);
    xml = read;
    const text = signXml(xml, profile, certificate);
    return { text, document: encodeXml(text, encoding), signer: certificate.holder };
  } catch (error) {
    return { of, fault: faultOf(error, xml) };
  }
}

/** Editors end a file with a line end that is no part of the password. */
async function readPassword(invocation: Invocation, file: string): Promise<string> {
  return (await readInput(invocation, file, PASSWORD_BYTES)).toString('utf8').replace(/\r?\n$/, '');
}

async function write(invocation: Invocation, file: string, document: Buffer): Promise<void> {
  try {
    await writeFile(path.resolve(invocation.directory, file), document);
  } catch (cause) {
    throw new UsageError(`${file} não pode ser escrito`, { cause });
  }
}
