import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sweepSize } from '../../test/sweep-size.ts';
import { pack } from '../nfse/national/packaging.ts';
import { packedAgain, unpacked, unpackedTexts } from './unpacked.ts';

const MB = 1024 * 1024;
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');
const twice = (packed: string) => Buffer.from(packed).toString('base64');
const bomb = gzipSync(Buffer.alloc(11 * MB, ' ')).toString('base64');

/** What a JSON writer may make of Base64. */
const spellings: readonly ((packed: string) => string)[] = [
  (packed) => packed,
  (packed) => packed.replaceAll('/', '\\/'),
  (packed) => packed.replaceAll('+', '\\u002B').replaceAll('=', '\\u003D'),
  (packed) => packed.replaceAll('/', '\\u002f').replaceAll('=', '\\u003d'),
];

const packedText = fc
  .tuple(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.constantFrom(...spellings), fc.boolean())
  .map(([text, spelt, doubled]) => spelt(doubled ? twice(pack(text)) : pack(text)));

/** A packed text that something happened to. */
const spoiltText = fc.oneof(
  fc.tuple(packedText, fc.nat()).map(([packed, at]) => packed.slice(0, at % packed.length)),
  fc.tuple(packedText, fc.nat(), fc.string({ minLength: 1, maxLength: 2 })).map(([packed, at, put]) => {
    const place = at % packed.length;
    return packed.slice(0, place) + put + packed.slice(place + 1);
  }),
  packedText.map((packed) => `${packed}\\`),
  fc.constantFrom('H4sI', 'SDRzS', 'H4sIAAAA', bomb, twice(bomb)),
);

/** JSON, nearly JSON, and what has nothing of it. */
const anyBody = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: packedText.map((packed) => `"nfseXmlGZipB64":"${packed}"`) },
      { weight: 2, arbitrary: spoiltText.map((packed) => `,"arquivoXml":"${packed}"`) },
      { weight: 1, arbitrary: spoiltText },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
      { weight: 1, arbitrary: fc.json() },
      { weight: 1, arbitrary: fc.constantFrom('"', '\\"', '{', '{unpacked', ':0}', '{"tipoAmbiente":2,') },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** Puts back what stood at each mark, as who has the packed texts would. */
function restored(kept: string, hashes: readonly string[], original: string): string {
  const byHash = new Map(original.split('"').map((packed) => [sha256(packed), packed]));
  return kept.replaceAll(/\{unpacked:(\d+)\}/g, (_, at) => byHash.get(hashes[at] ?? '') ?? 'lost');
}

describe('a message with its packed texts beside it', () => {
  const xml = '<?xml version="1.0"?><NFSe>ação</NFSe>';

  it('has all else of its body as it was, and each text with the hash of what stood there', () => {
    const body = (text: string) => `{"tipoAmbiente":2, "nfseXmlGZipB64":"${text}","alertas":null}`;
    expect(unpacked({ status: 201, body: body(pack(xml)) })).toEqual({
      status: 201,
      body: body('{unpacked:0}'),
      unpacked: [{ text: xml, sha256: sha256(pack(xml)) }],
    });
  });

  it('gives its body back to who has the packed texts, whatever the body is', () => {
    let texts = 0;
    fc.assert(
      fc.property(anyBody, (body) => {
        const kept = unpacked({ body });
        texts += kept.unpacked?.length ?? 0;
        expect(
          kept.unpacked
            ? restored(
                kept.body,
                kept.unpacked.map((one) => one.sha256),
                body,
              )
            : kept.body,
        ).toBe(body);
      }),
      { numRuns: sweepSize(1_000, 300) },
    );
    expect(texts).toBeGreaterThan(100);
  });

  it('has the very text, in whatever spelling it came, however often encoded, byte order mark and all', () =>
    fc.assert(
      fc.property(packedText, (packed) => {
        const once = Buffer.from(JSON.parse(`"${packed}"`), 'base64');
        const bytes = gunzipSync(once[0] === 0x1f ? once : Buffer.from(once.toString('latin1'), 'base64'));
        const { body, unpacked: texts } = unpacked({ body: `["${packed}"]` });
        // A text with control characters stays packed.
        if (texts) expect([body, Buffer.from(texts[0]?.text ?? '')]).toEqual(['["{unpacked:0}"]', bytes]);
        else expect(bytes.some((byte) => byte < 0x20)).toBe(true);
      }),
    ));

  it('says the same with its texts packed again', () => {
    const body = JSON.stringify({ a: pack(xml), b: [pack('<a/>')], c: '{unpacked}' });
    expect(packedAgain(unpacked({ body }))).toBe(body);
    expect(packedAgain({ body: '{unpacked:0}' })).toBe('{unpacked:0}');
    expect(packedAgain({ body: '{unpacked:7}', unpacked: [] })).toBe('{unpacked:7}');
  });
});

describe('a message whose sender packed its text', () => {
  const packed = pack('<DPS/>');
  const known = (text: string) => ({ body: `{"dpsXmlGZipB64":"${packed}"}`, texts: new Map([[packed, text]]) });

  it('has the sender’s text beside it, unpacked by nobody', () =>
    expect(unpacked(known('<DPS>as the sender had it</DPS>'))).toStrictEqual({
      body: '{"dpsXmlGZipB64":"{unpacked:0}"}',
      unpacked: [{ text: '<DPS>as the sender had it</DPS>', sha256: sha256(packed) }],
    }));

  it.each([
    ['too long to be kept apart', 'x'.repeat(MB)],
    ['no text', 'a\0b'],
  ])('is judged as any other, where the sender’s text is %s', (_, text) =>
    expect(unpacked(known(text))).toMatchObject({ unpacked: [{ text: '<DPS/>' }] }),
  );
});

describe('the texts that were unpacked for a record', () => {
  it.each([
    ['packed once', (text: string) => text],
    ['packed twice', twice],
    ['spelt with escapes', (text: string) => text.replaceAll('/', '\\/')],
  ])('are found by the value of their field: %s', (_, spelt) => {
    const written = spelt(pack('<NFSe>ação?</NFSe>'));
    const body = `{"nfseXmlGZipB64":"${written}"}`;
    const { texts } = unpackedTexts({ body });
    expect(texts.get((JSON.parse(body) as Record<string, string>).nfseXmlGZipB64 ?? '')).toBe('<NFSe>ação?</NFSe>');
  });
});

describe('a message without a packed text', () => {
  const packed = pack('<a/>');
  it.each([
    ['of a look-up', undefined],
    ['in SOAP', '<soap:Envelope><soap:Body><Nota>H4sI</Nota></soap:Body></soap:Envelope>'],
    ['that has the mark itself', `{"a":"${packed}","b":"{unpacked:1}"}`],
    ['whose text is cut off', `{"a":"${packed.slice(0, 24)}"}`],
    ['whose text is not closed', `{"a":"${packed}`],
    ['whose text is quoted in another', `{"a":"\\"${packed}\\""}`],
    ['whose text begins within another', `{"a":"\\"${packed}"}`],
    ['whose text is spelt without its end', `{"a":"${pack('<ab/>').replace(/=+$/, '')}"}`],
    [
      'whose text has something behind it',
      `{"a":"${Buffer.concat([gzipSync('<a/>'), Buffer.alloc(3)]).toString('base64')}"}`,
    ],
    ['whose text is two', `{"a":"${Buffer.concat([gzipSync('<a/>'), gzipSync('<b/>')]).toString('base64')}"}`],
    ['whose text was encoded three times', `{"a":"${twice(twice(packed))}"}`],
    ['whose text is not UTF-8', `{"a":"${gzipSync(Buffer.from([0xff, 0xfe])).toString('base64')}"}`],
    ['whose text is no text', `{"a":"${pack('a\0b')}"}`],
    ['whose text is too long', `{"a":"${pack('x'.repeat(MB + 1))}"}`],
    ['that holds a bomb', `{"a":"${bomb}"}`],
  ])('%s stays as it is', (_title, body) => {
    const message = { path: '/nfse', ...(body !== undefined && { body }) };
    expect(unpacked(message)).toStrictEqual(message);
  });
});

describe('a message with too many packed texts', () => {
  it('has fifty of them unpacked', () => {
    const bodyOf = (texts: readonly string[]) => JSON.stringify(texts);
    const packed = Array.from({ length: 60 }, (_, index) => pack(`<a>${index}</a>`));
    const { body, unpacked: texts = [] } = unpacked({ body: bodyOf(packed) });
    expect(texts.map(({ text }) => text)).toEqual(Array.from({ length: 50 }, (_, index) => `<a>${index}</a>`));
    expect(body).toBe(bodyOf(packed.map((one, index) => (index < 50 ? `{unpacked:${index}}` : one))));
  });

  it('has them unpacked as far as a megabyte goes, with its body', () => {
    const third = pack('é'.repeat(MB / 6));
    const kept = unpacked({ body: JSON.stringify([third, third, third]) });
    expect(kept.unpacked?.map(({ text }) => text.length)).toEqual([third, third].map(() => Math.floor(MB / 6)));
    expect(kept.body).toBe(JSON.stringify(['{unpacked:0}', '{unpacked:1}', third]));
    const large = { body: JSON.stringify([pack('<a/>'), 'x'.repeat(MB)]) };
    expect(unpacked(large)).toStrictEqual(large);
  });

  it.each([
    ['bombs', `["${bomb}"]`],
    ['beginnings', '"H4sI'],
    ['beginnings in Base64', '"SDRzS'],
    ['small damaged texts', '"H4sIAAAA",'],
    ['empty texts', `"${pack('')}",`],
    ['backslashes', '"H4sI\\\\\\'],
    ['one long damaged text', '"H4sI', 'A'],
    ['escapes', '"H4sI', '\\u002B'],
  ])('is dealt with at once, be they %s', (_title, ...pieces) => {
    const [start = '', more = start] = pieces;
    const body = start + more.repeat((0.9 * MB) / more.length);
    const began = performance.now();
    const kept = unpacked({ body });
    expect(performance.now() - began).toBeLessThan(1000);
    expect(kept.body.replaceAll(/\{unpacked:\d+\}/g, pack('')) === body).toBe(true);
  });
});
