/** Durations as people write them: `500ms`, `5s`, `6m`, `2h`, `90d`. */

import { showNumber } from "../../checks/values.js";

export const dayMs = 86_400_000;

/** A hundred years. After a longer time, a date may be one that no timestamp can show. */
const longestMs = 36_500 * dayMs;

/** @throws RangeError for an option that is not a duration between `leastMs` and a hundred years. */
export function checkDuration(option: string, ms: unknown, leastMs: number): void {
  if (typeof ms === "number" && ms >= leastMs && ms <= longestMs) return;
  throw new RangeError(
    `Cannot make emulator: ${option} is ${showNumber(ms)}, expected ${leastMs} to ${longestMs}`,
  );
}

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: dayMs } as const;

/**
 * Milliseconds of a duration; a number is taken as milliseconds.
 *
 * @param subject The beginning of the error, up to what the duration is.
 * @throws RangeError for a negative or unreadable duration.
 */
export function parseDuration(
  duration: string | number,
  subject = "Cannot read duration: it",
): number {
  if (typeof duration === "number" && duration >= 0 && Number.isFinite(duration)) return duration;
  const text = typeof duration === "string" ? duration : "";
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) {
    throw new RangeError(
      `${subject} is ${showNumber(duration)}, expected milliseconds or text such as "500ms", "5s", "6m", "2h", "90d"`,
    );
  }
  return Number(amount) * unitsMs[unit as keyof typeof unitsMs];
}
