import { createHash, randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIRST_DICTIONARY } from './dictionary.ts';
import { certificatesIn, compressed, decompressed, LATEST_DICTIONARY } from './encoding.ts';

const certificate = randomBytes(1_500).toString('base64');
const signed = (text: string, base64 = certificate) => `${text}<X509Certificate>${base64}</X509Certificate>`;

describe('a compressed document', () => {
  it('comes back as it was, on whatever it rests', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 3_000 }), { maxLength: 3 });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 3_000 }), texts, (content, bases) => {
        expect(decompressed(compressed(content, bases), LATEST_DICTIONARY, bases)).toBe(content);
      }),
    );
  });

  it('rests on more than DEFLATE looks back to', () => {
    const bases = [randomBytes(40_000).toString('base64'), 'the last part'];
    expect(decompressed(compressed('the last part', bases), LATEST_DICTIONARY, bases)).toBe('the last part');
  });

  it('is small where it resembles what it rests on', () => {
    const declaration = randomBytes(900).toString('base64');
    const answer = `{"response":"${declaration}"}`;
    expect(compressed(answer, []).length).toBeGreaterThan(900);
    expect(compressed(answer, [declaration]).length).toBeLessThan(80);
  });

  it('cannot be read on anything else', () => {
    const body = compressed(signed('a'), [certificate]);
    const read = () => decompressed(body, LATEST_DICTIONARY, [certificate.replace(/[A-M]/g, 'Z')]);
    expect(attempt(read)).not.toBe(signed('a'));
  });

  it('is refused where its dictionary is unknown, and where it would grow without end', () => {
    expect(() => decompressed(compressed('a', []), 99, [])).toThrow('no dictionary 99');
    expect(() => decompressed(compressed('a'.repeat(70_000_000), []), LATEST_DICTIONARY, [])).toThrow();
  });

  it('is made without keeping the process waiting, whatever an authority answers', () => {
    // The text that zlib takes longest for, when it looks as hard as it can.
    const text = Array.from(randomBytes(1_000_000), (byte) => (byte & 1 ? '0' : '1')).join('');
    const began = performance.now();
    expect(decompressed(compressed(text, []), LATEST_DICTIONARY, [])).toBe(text);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('of the first dictionary can be read forever: a change in it would spoil every document', () => {
    expect(createHash('sha256').update(FIRST_DICTIONARY).digest('base64url')).toBe(
      'qa4Kg5heMd7x2peWqMuqCgGchj4XUeZnx6FjJ5HGQUc',
    );
    const written = 'Q0nr2FVAUysA';
    expect(decompressed(Buffer.from(written, 'base64'), 1, ['<CNPJ>11222333000181</CNPJ>'])).toBe(
      '<prest><CNPJ>11222333000181</CNPJ></prest>',
    );
  });
});

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Bytes that are in use when nothing is left to be forgotten. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

describe('certificates in a document', () => {
  it('do not keep the document in memory', () => {
    const before = heapBytes();
    const kept = Array.from({ length: 100 }, () => certificatesIn(signed(randomBytes(150_000).toString('base64'))));
    expect(kept.flat()).toHaveLength(100);
    expect(heapBytes() - before).toBeLessThan(5_000_000);
  });

  it('are found once each, in XML and in XML within JSON', () => {
    expect(certificatesIn(signed(signed('<a/>')))).toEqual([certificate]);
    expect(certificatesIn(JSON.stringify({ xml: signed('<a b="c"/>') }))).toEqual([certificate]);
  });

  it('are four at most, and nothing that is no Base64 of their length', () => {
    const many = Array.from({ length: 9 }, () => signed('', randomBytes(900).toString('base64'))).join('');
    expect(certificatesIn(many)).toHaveLength(4);
    expect(certificatesIn(signed('', 'A'.repeat(20)))).toEqual([]);
    expect(certificatesIn(signed('', '<'.repeat(900)))).toEqual([]);
  });
});
