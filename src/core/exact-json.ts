/** Reads JSON without losing digits of numbers. */

/** A text with its quotes, or a number. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** Numbers with fewer digits are held exactly. */
const longNumber = /[\d.]{16}/;

/**
 * The value of a JSON text. A number that a JavaScript number would round is its digits as a text
 * instead, such as `"90071992547409.93"`: an amount must not change by being read.
 *
 * @param value what `JSON.parse` makes of it, where that is known already
 * @throws SyntaxError for what is not JSON
 */
export function parseExactly(json: string, value: unknown = JSON.parse(json)): unknown {
  if (!longNumber.test(json)) return value;
  return JSON.parse(
    json.replace(tokens, (token) => (token[0] === '"' || isExact(token) ? token : `"${token}"`)),
  );
}

function isExact(token: string): boolean {
  return isSameNumber(token, String(Number(token)));
}

/** Whether two decimals are the same number, such as `100` and `100.00`; compared digit by digit. */
export function isSameNumber(one: string, other: string): boolean {
  return digitsOf(one) === digitsOf(other);
}

/** The same for every way to write the same number: its sign, its digits, and where the point is. */
function digitsOf(text: string): string {
  const [, sign = "", whole = "", part = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = (whole + part).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  return `${sign}${significant}e${Number(power) - part.length + digits.length - significant.length}`;
}
