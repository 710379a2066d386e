import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { errorsIn, isError, reasonIn } from "../../src/checks/errors.js";

test.each([
  ["an error", new TypeError("x")],
  ["an error of another realm", runInNewContext("new TypeError('x')") as unknown],
  ["a subclass of another realm", runInNewContext("new (class Own extends Error {})('x')")],
  ["a DOMException", new DOMException("x", "AbortError")],
])("isError() is true for %s", (_, error) => {
  expect(isError(error)).toBe(true);
  expect(reasonIn(error)).toBe("x");
});

test.each([
  ["text", "Error"],
  ["null", null],
  ["an object with a message", { message: "x" }],
  ["an object that only says so", { [Symbol.toStringTag]: "Error" }],
])("isError() is false for %s", (_, value) => {
  expect(isError(value)).toBe(false);
  expect(reasonIn(value)).toBe("the reason is not known");
});

test("errorsIn() finds what an AggregateError of any realm stands for, and nothing in others", () => {
  const first = new Error("first");
  expect(errorsIn(new AggregateError([first]))).toEqual([first]);
  const foreign = runInNewContext("new AggregateError([1])") as Error;
  expect(errorsIn(foreign)).toHaveLength(1);
  expect(errorsIn(Object.assign(new Error("x"), { errors: [first] }))).toBeUndefined();
});
