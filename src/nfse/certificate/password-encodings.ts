/** Characters of the bytes 0x80 to 0xFF. The replacement character stands for a byte without one. */
const WINDOWS_1252 =
  '€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ' +
  String.fromCharCode(...Array.from({ length: 96 }, (_, index) => 0xa0 + index));
/** The code page of a Brazilian Windows console, whose bytes the `openssl` command takes as it gets them. */
const CODE_PAGE_850 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐' +
  '└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0';

/** The pages that gave up a sign for the euro: of Linux, and of the console. */
const LATIN_9 = `${'\ufffd'.repeat(32)}${WINDOWS_1252.slice(32).replace('¤', '€')}`;
const CODE_PAGE_858 = CODE_PAGE_850.replace('ı', '€');

/**
 * A password as PKCS#12's own key derivation takes it, in every form that exporters produced, the standard's first. Old OpenSSL
 * widened each byte of the terminal's encoding to 16 bits; macOS may type an accent as a character of its own.
 *
 * @returns one form for an ASCII password
 * @source RFC 7292, appendix B.1: BMPString, big-endian, with a final zero
 */
export function wideEncodings(password: string): readonly Buffer[] {
  const widened = spellings(password)
    .flatMap(singleBytes)
    .map((bytes) => bmpString(bytes.toString('latin1')));
  const misread = spellings(password).map((text) => bmpString(readAs(WINDOWS_1252, Buffer.from(text, 'utf8'))));
  // An empty password is a lone zero for some exporters and nothing at all for others.
  const nothing = password === '' ? [Buffer.alloc(0)] : [];
  return distinct([...spellings(password).map(bmpString), ...widened, ...misread, ...nothing]);
}

/**
 * A password as PBES2 takes it, in every form that exporters produced. The standard leaves the encoding open: most write UTF-8, some
 * the bytes of a code page, and old NSS (Firefox) writes what PKCS#12's own derivation takes.
 *
 * @source RFC 8018, section 3
 */
export function byteEncodings(password: string): readonly Buffer[] {
  const twice = spellings(password)
    .map((text) => Buffer.from(text, 'utf8'))
    .flatMap((bytes) => [bytes.toString('latin1'), readAs(WINDOWS_1252, bytes)])
    .map((text) => Buffer.from(text, 'utf8'));
  const wide = bmpString(password);
  return distinct([...spellings(password).flatMap(singleBytes), ...twice, wide, wide.subarray(0, -2)]);
}

const bmpString = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le').swap16();

/** As given, then with each accent joined to its letter, then with each accent apart. */
const spellings = (password: string): readonly string[] => [
  ...new Set([password, password.normalize('NFC'), password.normalize('NFD')]),
];

/** UTF-8, and each code page that has all the characters. */
function singleBytes(text: string): readonly Buffer[] {
  const encoded = [WINDOWS_1252, CODE_PAGE_850, LATIN_9, CODE_PAGE_858].flatMap((page) => {
    const bytes = Array.from(text, (character) => {
      const code = character.codePointAt(0) ?? 0;
      const index = page.indexOf(character);
      return code < 0x80 ? code : index < 0 ? undefined : 0x80 + index;
    });
    return bytes.includes(undefined) ? [] : [Buffer.from(bytes as number[])];
  });
  return [Buffer.from(text, 'utf8'), ...encoded];
}

/** What a program shows that takes the bytes for a code page's. Bytes without a character stay as they are. */
function readAs(page: string, bytes: Buffer): string {
  return Array.from(bytes, (byte) => {
    const character = byte < 0x80 ? undefined : page[byte - 0x80];
    return character === undefined || character === '\ufffd' ? String.fromCharCode(byte) : character;
  }).join('');
}

function distinct(encodings: readonly Buffer[]): readonly Buffer[] {
  return [...new Map(encodings.map((bytes) => [bytes.toString('hex'), bytes])).values()];
}
