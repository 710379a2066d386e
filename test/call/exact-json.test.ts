import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSameNumber, parseExactly } from "../../src/call/exact-json.js";

describe("parseExactly()", () => {
  it("equals JSON.parse() when no number is rounded", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.stringify(value);
        expect(parseExactly(json)).toEqual(JSON.parse(json));
      }),
    );
  });

  it.each([
    ["90071992547409.93"],
    ["12345678901234567890"],
    ["-0.1234567890123456789"],
    ["1.00000000000000000001"],
  ])("returns %s as its digits", (digits) => {
    expect(parseExactly(`{"amount": ${digits}, "list": [${digits},1]}`)).toEqual({
      amount: digits,
      list: [digits, 1],
    });
  });

  it.each([
    ["0.30000000000000004", 0.30000000000000004],
    ["1.000000000000000000", 1],
    ["100000000000000000000", 1e20],
  ])("returns %s as a number", (text, number) => {
    expect(parseExactly(text)).toBe(number);
  });

  it("leaves strings alone that look like numbers, with quotes in them or not", () => {
    const value = { a: '"12345678901234567890" \\', "12345678901234567890": "1234567890.12345678" };
    expect(parseExactly(JSON.stringify(value))).toEqual(value);
  });

  it("throws for anything that is not JSON", () => {
    expect(() => parseExactly("{12345678901234567890")).toThrow(SyntaxError);
  });
});

describe("isSameNumber()", () => {
  it.each([
    ["100", "100.00", true],
    ["0", "0.00", true],
    ["012.5", "12.50", true],
    ["1e3", "1000", true],
    ["12.5", "12.51", false],
    ["1", "10", false],
    ["1", "-1", false],
  ])("compares %s and %s by value", (one, other, same) => {
    expect(isSameNumber(one, other)).toBe(same);
  });
});
