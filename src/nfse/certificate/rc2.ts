/** A permutation of the bytes made from the digits of pi. */
const PI = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2' +
    '179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82' +
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7' +
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec' +
    'c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9' +
    '0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
);

const ROTATIONS = [1, 2, 3, 5] as const;
const BLOCK = 8;

/**
 * Undoes RC2 in CBC mode, padding included. Certificate files exported by old Windows and old OpenSSL hide their certificates
 * with it, under a key of 40 bits: it protects nothing, and no cryptographic library offers it any more.
 *
 * @param key its length is its effective strength: 5 bytes for RC2-40, 16 for RC2-128
 * @param iv 8 bytes
 * @returns `undefined` when the length or the padding is wrong: in practice, the wrong password
 * @source RFC 2268
 */
export function decryptRc2(encrypted: Buffer, key: Buffer, iv: Buffer): Buffer | undefined {
  if (encrypted.length === 0 || encrypted.length % BLOCK !== 0) return undefined;
  const expanded = expandKey(key);
  const out = Buffer.alloc(encrypted.length);
  let previous = iv;
  for (let at = 0; at < encrypted.length; at += BLOCK) {
    const block = encrypted.subarray(at, at + BLOCK);
    const words = decryptBlock(block, expanded);
    for (let i = 0; i < BLOCK; i++) {
      const byte = (words[i >> 1] ?? 0) >> (8 * (i & 1));
      out[at + i] = byte ^ (previous[i] ?? 0);
    }
    previous = block;
  }
  const padding = out.at(-1) ?? 0;
  const padded = padding >= 1 && padding <= BLOCK && out.subarray(-padding).every((byte) => byte === padding);
  return padded ? out.subarray(0, -padding) : undefined;
}

function expandKey(key: Buffer): Uint16Array {
  const bytes = new Uint8Array(128);
  const at = (index: number) => bytes[index] ?? 0;
  const pi = (index: number) => PI[index & 0xff] ?? 0;
  bytes.set(key);
  for (let i = key.length; i < 128; i++) bytes[i] = pi(at(i - 1) + at(i - key.length));
  bytes[128 - key.length] = pi(at(128 - key.length));
  for (let i = 127 - key.length; i >= 0; i--) bytes[i] = pi(at(i + 1) ^ at(i + key.length));
  return Uint16Array.from({ length: 64 }, (_, i) => at(2 * i) | (at(2 * i + 1) << 8));
}

function decryptBlock(block: Buffer, key: Uint16Array): Uint16Array {
  const words = Uint16Array.from({ length: 4 }, (_, i) => block.readUInt16LE(2 * i));
  const word = (index: number) => words[index & 3] ?? 0;
  let round = 63;
  const unmix = () => {
    for (let i = 3; i >= 0; i--) {
      const turned = (word(i) >> (ROTATIONS[i] ?? 0)) | (word(i) << (16 - (ROTATIONS[i] ?? 0)));
      words[i] = turned - (key[round--] ?? 0) - (word(i - 1) & word(i - 2)) - (~word(i - 1) & word(i - 3));
    }
  };
  const unmash = () => {
    for (let i = 3; i >= 0; i--) words[i] = word(i) - (key[word(i - 1) & 63] ?? 0);
  };
  for (const mixes of [5, 6, 5]) {
    if (mixes === 6 || round !== 63) unmash();
    for (let i = 0; i < mixes; i++) unmix();
  }
  return words;
}
