/** Parses JSON without losing digits of numbers. */

/** A string literal, or a number. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** Shorter numbers are represented exactly. */
const longNumber = /[\d.]{16}/;

/**
 * Parses JSON. A number that a JavaScript number would round becomes a string of its digits instead,
 * such as `"90071992547409.93"`: reading an amount must not change it.
 *
 * @param value the result of `JSON.parse`, if already known
 * @throws SyntaxError if it is not JSON
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

/** Whether two decimals are equal, such as `100` and `100.00`; compared digit by digit. */
export function isSameNumber(one: string, other: string): boolean {
  return digitsOf(one) === digitsOf(other);
}

/** A canonical form: sign, significant digits and exponent, however the number is written. */
function digitsOf(text: string): string {
  const [, sign = "", whole = "", part = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = (whole + part).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  return `${sign}${significant}e${Number(power) - part.length + digits.length - significant.length}`;
}
