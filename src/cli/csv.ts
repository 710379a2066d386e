/**
 * CSV as in RFC 4180, or with semicolons or tabs, as spreadsheets write it, if the first line has more
 * of those than commas. Cells with delimiters, quotes or line ends are quoted, and a quote inside
 * quotes is doubled. Strict, because a misread row is a wrong customer.
 */

/** A row, and the line on which it begins, counted from 1. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Input that is not valid CSV. */
export class CsvError extends Error {
  readonly line: number;

  constructor(line: number, problem: string) {
    super(`line ${line} ${problem}`);
    this.line = line;
  }
}

/** Reads every row; empty rows are left out. @throws CsvError */
export function readCsv(text: string): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let line = 1;
  let startLine = 1;
  // One cell, quoted or plain, and what ends it.
  const delimiter = delimiterOf(text);
  const plainText = `[^"${delimiter}\\r\\n]*`;
  const cell = new RegExp(
    `(?:"([^"]*(?:""[^"]*)*)"|(${plainText}))(${delimiter}|\\r\\n?|\\n|$)`,
    "y",
  );
  cell.lastIndex = text.startsWith("\uFEFF") ? 1 : 0;
  while (cell.lastIndex < text.length || cells.length > 0) {
    const match = cell.exec(text);
    if (!match)
      throw new CsvError(line, "has a quote where none belongs, or one that is not closed");
    const [, quoted, plain = "", end] = match;
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
    line += quoted?.match(/\n/g)?.length ?? 0;
    if (end === delimiter) continue;
    if (cells.some((one) => one !== "")) rows.push({ line: startLine, cells });
    cells = [];
    startLine = ++line;
    if (end === "") break;
  }
  return rows;
}

/** Column names contain none of these, so the most frequent one is the delimiter. */
function delimiterOf(text: string): string {
  const [header = ""] = text.split(/[\r\n]/, 1);
  const counts = [",", ";", "\t"].map((one) => ({ one, count: header.split(one).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).one;
}
