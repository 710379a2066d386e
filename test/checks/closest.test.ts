import { expect, test } from "vitest";
import { closest } from "../../src/checks/closest.js";

const known = ["update", "create", "waitFor", "timeoutMs", "account_status", "first_name"];

test.each([
  ["udpate", "update"],
  ["updat", "update"],
  ["firstname", "first_name"],
  ["waitfor", "waitFor"],
  ["timeout", "timeoutMs"],
  ["acount_status", "account_status"],
  ["internal", undefined],
  ["up", undefined],
])("closest(%o) is %o", (given, meant) => {
  expect(closest(given, known)).toBe(meant);
});
