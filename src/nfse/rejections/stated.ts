const ABSENT =
  /\bn\S{1,3}o (?:(?:foi|foram|ha) )?(?:encontrad|localizad|exist|consta|gerad|emitid|registrad)|\binexist|\bnenhum|\bnot found\b/;
const PRESENT =
  /\bja (?:(?:foi|foram|esta|existe|consta|ha) )?(?:[a-z]+(?:ad|id)[oa]s?\b|nota|nfs-?e|rps|dps)|\bja exist|\bduplicad[oa]/;
/** What may be missing besides the document that was asked for. */
const OTHER_THINGS =
  /certificad|contribuinte|empresa|prestador|cadastr|usuario|municip|convenio|parametr|servico|recurso|\brota\b|\bacess[oa]\s+negad|permiss/;

/**
 * Whether a text of an authority says that there is no such document. What is missing otherwise, a certificate or a registration,
 * says nothing of the note.
 */
export function wordsStateAbsence(text: string): boolean {
  const words = plain(text);
  return ABSENT.test(words) && !PRESENT.test(words) && !OTHER_THINGS.test(words);
}

/** Whether a text of an authority says that the document, or what became of it, is there. */
export function wordsStatePresence(text: string): boolean {
  return PRESENT.test(plain(text));
}

/** Whether a status says that a note is no longer valid. */
export function wordsStateCancellation(status: string): boolean {
  return /^(?:c$|(?:(?:nota|nfs-?e) )?(?:cancelad|substituid)[ao]\b)/.test(plain(status).trim());
}

/** Whether a status says that a request was not granted, or not yet. */
export function wordsStateRejection(status: string): boolean {
  return /rejei|indefer|recusa|nega|nao (?:aceit|autoriz|homolog|registr)|penden|process(?:o|ament|and)|\berro/.test(
    plain(status),
  );
}

/** Without accents and case, as authorities write with and without them. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ');
}
