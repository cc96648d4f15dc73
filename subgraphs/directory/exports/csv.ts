/**
 * Text as RFC 4180 has it, for programs, and for spreadsheets that take what begins like a formula for one: such a cell
 * begins with an apostrophe here. Every cell is quoted, so that none of them ends where a reader thinks it does.
 */

/** @returns lines that end with CRLF, the first of which holds the names */
export function writeCsv(names: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  return [names, ...rows].map((cells) => `${cells.map(toCell).join(',')}\r\n`).join('');
}

/** Also after blanks, which spreadsheets pass over, and as full-width signs, which some of them read alike. */
const LIKE_A_FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u;

function toCell(value: string | null): string {
  const text = value ?? '';
  const harmless = LIKE_A_FORMULA.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
