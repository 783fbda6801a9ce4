/** Blanks, control and format characters (zero-width ones among them), and letters that only look like a blank. */
const BLANK = /^[\s\p{Cc}\p{Cf}\u115F\u1160\u2800\u3164\uFFA0]*$/u;

/** Whether a text shows nothing to a reader: such a text says nothing, and counts as left out. */
export function isBlank(text: string): boolean {
  return BLANK.test(text);
}
