/** Text → JSON. Most texts are short and need no escapes, which is found out faster here than by `JSON.stringify`. */

const LONGEST_LOOKED_AT = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
/** From here on there are halves of pairs, which JSON escapes when they stand alone. */
const FIRST_SURROGATE = 0xd800;

export function quote(text: string): string {
  const { length } = text;
  if (length > LONGEST_LOOKED_AT) return JSON.stringify(text);
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < FIRST_PRINTABLE || code === QUOTE || code === BACKSLASH || code >= FIRST_SURROGATE) {
      return JSON.stringify(text);
    }
  }
  return `"${text}"`;
}
