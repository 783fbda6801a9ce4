/**
 * Blanks, control and format characters, whatever else Unicode has no picture for (variation selectors, fillers), and the blank that is
 * a letter of braille.
 */
const BLANK = /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** Whether a text shows nothing to a reader: such a text says nothing, and counts as left out. */
export function isBlank(text: string): boolean {
  return BLANK.test(text);
}
