import { CertificateError } from '../nfse/certificate/certificate-error.ts';
import { positionOf } from '../nfse/layouts/position.ts';
import { XmlError } from '../nfse/xml.ts';
import { XmlEncodingError } from '../nfse/xml-bytes.ts';
import { SigningError } from '../nfse/xmldsig/signature.ts';

/** Why the thing examined is bad, as every verb tells it. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly howToFix?: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * What an error says about the thing examined.
 *
 * @param xml the document that was read, for the place in it
 * @throws the error itself when it is about something else
 */
export function faultOf(error: unknown, xml = ''): Fault {
  if (error instanceof CertificateError) {
    return { code: error.code, message: error.message, howToFix: error.howToFix };
  }
  if (error instanceof XmlEncodingError) {
    return { code: error.code, message: `O documento não está na codificação que declara: ${error.message}` };
  }
  if (error instanceof XmlError || error instanceof SigningError) {
    const message = error instanceof XmlError ? `O documento não é XML legível: ${error.message}` : error.message;
    return { code: error.code, message, ...(error.at !== undefined && positionOf(xml, error.at)) };
  }
  throw error;
}

/** A fault on one line, as compilers write it: the place first, so that editors can jump there. */
export function faultLine(file: string, fault: Fault): string {
  const place = fault.line === undefined ? file : `${file}:${fault.line}:${fault.column}`;
  return `${place}: ${fault.message} [${fault.code}]${fault.howToFix ? `\n  ${fault.howToFix}` : ''}`;
}
