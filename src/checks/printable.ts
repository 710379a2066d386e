/** What is shown came from others: requests, files, answers, events. It must not steer a terminal. */

/**
 * Escapes control characters, and characters that are invisible or reorder a line, as in `\u{1b}`. A line
 * break would begin a line that looks like the program's own, so it is escaped too. So is half of a
 * surrogate pair, which no terminal or log can show.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

const longestQuote = 80;

/** A text in quotation marks for a message: printable, and cut after 80 characters. */
export function quoted(text: string): string {
  const shown = printable(text.slice(0, longestQuote));
  return text.length > longestQuote ? `"${shown}…" (${text.length} characters)` : `"${shown}"`;
}
