import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, unpack } from './packaging.ts';

describe('a packed document', () => {
  it('unpacks to itself, encoded once or twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (xml) => {
        expect(unpack(pack(xml))).toBe(xml);
        expect(unpack(Buffer.from(pack(xml)).toString('base64'))).toBe(xml);
      }),
    );
  });

  it('is one line', () => expect(pack('x'.repeat(10_000))).toMatch(/^[A-Za-z0-9+/]+={0,2}$/));

  const zipped = gzipSync('<a/>').toString('base64');
  it.each([
    ['encoded three times', Buffer.from(Buffer.from(zipped).toString('base64')).toString('base64')],
    ['not zipped', Buffer.from('<a/>').toString('base64')],
    ['cut off', zipped.slice(0, 20)],
    ['not Base64', '<a/>'],
    ['empty', ''],
    ['not text', 7],
    ['not UTF-8', gzipSync(Buffer.from([0xff, 0xfe])).toString('base64')],
    ['a bomb', gzipSync(Buffer.alloc(11 * 1024 * 1024)).toString('base64')],
  ])('that is %s is none', (_, packed) => expect(unpack(packed)).toBeUndefined());
});
