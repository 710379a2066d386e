/** What is printed came from others: requests, files, answers. It must not steer the terminal. */

/**
 * Escapes control characters, and characters that are invisible or reorder a line, as in `\u{1b}`. A line
 * break would begin a line that looks like the program's own, so it is escaped too.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
