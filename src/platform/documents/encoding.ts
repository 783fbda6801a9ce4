import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { FIRST_DICTIONARY } from './dictionary.ts';

/** A document and where it is kept. */
export interface KeptDocument {
  readonly key: string;
  readonly content: string;
}

/** Numbers of the dictionaries that documents were ever written against. */
const DICTIONARIES: Readonly<Record<number, string>> = { 1: FIRST_DICTIONARY };
export const LATEST_DICTIONARY = 1;

/** DEFLATE looks back no further. */
export const WINDOW_BYTES = 32 * 1024;

/**
 * How hard zlib looks for what was there before. At its hardest some texts, such as a megabyte of two signs in no order, take more than five seconds,
 * in which the process does nothing else, and an authority may answer with what it likes. What fits into the window takes a tenth of one at the worst.
 */
const THOROUGH = 9;
const QUICK = 4;

/** Compressed text says nothing of its size: no document of ours comes near this. */
const LARGEST_DOCUMENT_BYTES = 64 * 1024 * 1024;

/**
 * A document as an item has it: raw DEFLATE (RFC 1951) with a preset dictionary, which is that of its number and then the documents that
 * it resembles, in their order. An answer that has the declaration in it is then a few hundred bytes.
 */
export function compressed(content: string, bases: readonly string[]): Buffer {
  const bytes = Buffer.from(content, 'utf8');
  return deflateRawSync(bytes, {
    level: bytes.length <= WINDOW_BYTES ? THOROUGH : QUICK,
    dictionary: dictionaryOf(LATEST_DICTIONARY, bases),
  });
}

/** @throws RangeError, or zlib's error, where body and bases do not belong together */
export function decompressed(body: Uint8Array, dictionary: number, bases: readonly string[]): string {
  const bytes = inflateRawSync(body, {
    dictionary: dictionaryOf(dictionary, bases),
    maxOutputLength: LARGEST_DOCUMENT_BYTES,
  });
  return bytes.toString('utf8');
}

function dictionaryOf(number: number, bases: readonly string[]): Buffer {
  const text = DICTIONARIES[number];
  if (text === undefined) throw new RangeError(`There is no dictionary ${number}`);
  return Buffer.from([text, ...bases].join('\n'), 'utf8').subarray(-WINDOW_BYTES);
}

const X509_CERTIFICATE = /<X509Certificate>([A-Za-z0-9+/]{400,8000}={0,2})<\/X509Certificate>/g;

/** The certificates in the signatures of a document. Those of a company and of an authority stand in all of theirs: kept once, they cost nothing more. */
export function certificatesIn(content: string): string[] {
  const found = new Set(Array.from(content.matchAll(X509_CERTIFICATE), ([, base64 = '']) => base64));
  return [...found].slice(0, 4).map(ownString);
}

/** Of its own: part of a string keeps all of it in memory, and certificates are kept for long. @param ascii nothing else */
function ownString(ascii: string): string {
  return Buffer.from(ascii, 'latin1').toString('latin1');
}
