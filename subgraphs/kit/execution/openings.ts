/**
 * What stands before a field's value: a comma where it isn't the first, and its name. A text's closing quotation mark is
 * written with what follows it, so that most fields are two pieces of text and not four.
 */
export interface Openings {
  readonly plain: string;
  /** With the opening quotation mark of a text. */
  readonly text: string;
  /** With the closing quotation mark of the text before. */
  readonly plainAfterText: string;
  readonly textAfterText: string;
}

/** @param plain what stands before its value when that is no text */
export function openings(plain: string): Openings {
  return { plain, text: `${plain}"`, plainAfterText: `"${plain}`, textAfterText: `"${plain}"` };
}
