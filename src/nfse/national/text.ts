/**
 * Text from people, made writable in the national layout: its repertoire is printable Latin-1 (`[!-ÿ]` and the space). What
 * word processors put in (curly quotes, dashes, ligatures) is the commonest cause of a schema refusal (E1235), so it is
 * written with the character it stands for; letters lose a diacritic that Latin-1 lacks; the rest is left out.
 */
const STANDS_FOR: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201A': "'",
  '\u201B': "'",
  '\u2032': "'",
  '\u201C': '"',
  '\u201D': '"',
  '\u201E': '"',
  '\u2033': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2015': '-',
  '\u2212': '-',
  '\u2022': '-',
  '\u2026': '...',
  '\u20AC': 'EUR',
  '\u2122': '(TM)',
  '\u0152': 'OE',
  '\u0153': 'oe',
  '\u2028': '\n',
  '\u2029': '\n',
  '\u00AD': '',
};

/** Text on one line: names, streets. Runs of white space become one space. */
export function oneLine(text: string): string {
  return latin1(text).replace(/\s+/g, ' ').trim();
}

/** Text that may have lines (the service's description): line feeds stay, alone and without blanks around them. */
export function manyLines(text: string): string {
  return latin1(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .trim();
}

function latin1(text: string): string {
  let out = '';
  for (const character of text.normalize('NFC')) out += STANDS_FOR[character] ?? closest(character);
  return out;
}

function closest(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  if (/\s/.test(character)) return point <= 0x20 ? character : ' ';
  if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return '';
  if (point <= 0xff) return character;
  return [...character.normalize('NFKD')].filter((part) => part >= ' ' && part <= '~').join('');
}
