import { describe, expect, it } from 'vitest';
import { decryptRc2 } from './rc2.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('RC2', () => {
  /** A block's plain text, made into the letter "a" and seven bytes of padding by the initialisation vector. */
  it.each([
    ['ffffffffffffffff', 'ffffffffffffffff', '278b27e42e2f0d49'],
    ['3000000000000000', '1000000000000001', '30649edf9be7d2c2'],
    ['88bca90e90875a7f0f79c384627bafb2', '0000000000000000', '2269552ab0f85ca6'],
  ])('decrypts the vectors of RFC 2268: key %s', (key, plain, encrypted) => {
    const wanted = hex('6107070707070707');
    const iv = hex(plain).map((byte, i) => byte ^ (wanted[i] ?? 0));
    expect(decryptRc2(hex(encrypted), hex(key), Buffer.from(iv))?.toString()).toBe('a');
    expect(decryptRc2(hex(encrypted), hex(key), hex(plain))).toBeUndefined();
  });

  it('refuses what is not whole blocks', () => {
    expect(decryptRc2(Buffer.alloc(0), hex('00'), Buffer.alloc(8))).toBeUndefined();
    expect(decryptRc2(Buffer.alloc(12), hex('00'), Buffer.alloc(8))).toBeUndefined();
  });
});
