import { expect, test } from "vitest";
import { formatDuration } from "../../../src/emulator/inspector/format.js";

test.each([
  [0.44, "0.4 ms"],
  [12.4, "12 ms"],
  [1_540, "1.5 s"],
  [60_000, "1 min 0 s"],
  [119_900, "2 min 0 s"],
  [125_000, "2 min 5 s"],
])("formatDuration(%d) is %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
