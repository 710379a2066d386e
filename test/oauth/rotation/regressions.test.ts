/** What the simulation once found, reduced to small cases. */

import { expect, test } from "vitest";
import { readTokenPair, type TokenPair } from "../../../src/oauth/tokens.js";
import { lateMark, type Schedule, scheduleOf } from "./schedule.js";
import { runSchedule } from "./world.js";

test.each<[what: string, schedule: Partial<Schedule>]>([
  [
    "a record that was put back says how long its access token still lasts",
    {
      everyMs: 2000,
      outages: [{ of: "server", kind: "before", fromMs: 295_000, forMs: 248_932 }],
    },
  ],
  [
    "a mark that could not be made is no token for who had the old one refused",
    {
      askings: [
        { slot: 0, atMs: 1000, kind: "use" },
        { slot: 0, atMs: 2000, kind: "refused" },
      ],
      faults: [{ step: 2, kind: "fail_before", ms: 0 }],
    },
  ],
  [
    "a pair that is not saved is no token for who had it refused",
    {
      seed: 0,
      askings: [
        { slot: 0, atMs: 240_000, kind: "use" },
        { slot: 0, atMs: 294_994, kind: "refused" },
      ],
      faults: [
        { step: 4, kind: "fail_late", ms: 30_000 },
        { step: 7, kind: "fail_before", ms: 500 },
      ],
    },
  ],
  [
    "an answer that was lost is asked for again though nobody else comes by",
    {
      askings: [{ slot: 0, atMs: 300_000, kind: "use" }],
      outages: [{ of: "server", kind: "after", fromMs: 295_000, forMs: 20_000 }],
    },
  ],
  [
    "a mark that was young when a slow store answered is looked at again",
    {
      seed: 625_852_664,
      slots: 2,
      restartMs: 75_000,
      everyMs: 7000,
      askings: [
        { slot: 0, atMs: 336_001, kind: "renew" },
        { slot: 0, atMs: 88_982, kind: "refused" },
      ],
      faults: [{ step: 5, kind: "fail_after", ms: 75_000 }],
      outages: [
        { of: "store", kind: "hang", fromMs: 295_000, forMs: 34_008 },
        { of: "store", kind: "hang", fromMs: 295_000, forMs: 89_959 },
      ],
    },
  ],
  [
    "who waited for the lease in vain tries again when its holder may be dead",
    {
      seed: 0,
      slots: 4,
      restartMs: 0,
      everyMs: 50_000,
      faults: [
        { step: 0, kind: "pause", ms: 9 },
        { step: 8, kind: "crash_before", ms: 0 },
        { step: 9, kind: "crash_before", ms: 500 },
        { step: 51, kind: "crash_before", ms: 0 },
      ],
    },
  ],
  [
    "a mark that comes late finds that it was taken back",
    {
      everyMs: 7000,
      askings: [
        { slot: 7, atMs: 295_000, kind: "refused" },
        { slot: 0, atMs: 245_437, kind: "refused" },
        { slot: 0, atMs: 295_000, kind: "renew" },
        { slot: 0, atMs: 295_000, kind: "renew" },
      ],
      seed: 0,
      faults: [
        { step: 4, kind: "pause", ms: 276 },
        { step: 28, kind: "fail_late", ms: 126 },
        { step: 29, kind: "fail_before", ms: 0 },
      ],
    },
  ],
  ["a mark that comes when all is settled is refused, by the fence alone", lateMark],
  [
    "who adopts a record with a mark sees to it that it is settled",
    {
      slots: 3,
      everyMs: 7000,
      askings: [
        { slot: 0, atMs: 7010, kind: "refused" },
        { slot: 1, atMs: 7012, kind: "use" },
      ],
      faults: [{ step: 6, kind: "crash_before", ms: 0 }],
    },
  ],
])("runSchedule() finds no problem: %s", async (_, schedule) => {
  const { problems, end } = await runSchedule(scheduleOf(schedule));
  expect({ problems, end }).toEqual({ problems: [], end: "alive" });
});

test.each([0.0004, 1234.5678, 1e300, Number.POSITIVE_INFINITY])(
  "readTokenPair() turns %d seconds into what a store can keep",
  (seconds) => {
    const tokens = { access_token: "a", refresh_token: "r" };
    const answer = { ...tokens, expires_in: seconds, refresh_token_expires_in: seconds };
    const { accessLifetimeMs, refreshLifetimeMs } = readTokenPair(answer) as TokenPair;
    for (const ms of [accessLifetimeMs, refreshLifetimeMs ?? 0]) {
      expect(Number.isSafeInteger(Date.now() + ms)).toBe(true);
    }
  },
);
