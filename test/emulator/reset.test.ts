/** The clock, and runs that can be repeated. */

import { createEmulator, type Emulator, failingFileId } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { connect } from "./api.js";
import { business, individual } from "./inputs.js";

/** Does a bit of everything, and returns every answer. */
async function play(emulator: Emulator): Promise<unknown> {
  const api = await connect(emulator);
  const file = new FormData();
  file.append("file", new Blob(["x"]), "a.png");
  const answers = [
    await api("POST", "/api/v1/accounts/create", individual),
    await api("POST", "/api/v1/accounts/create", business),
    await api("POST", "/api/v1/files/upload", file),
    await api("GET", "/api/v1/accounts"),
    await api("GET", "/api/v1/account"),
    await api("GET", "/api/v1/accounts/unknown"),
  ];
  return answers.map(({ status, body, headers }) => [status, body, headers.get("x-awx-trace-id")]);
}

test("the same seed and the same calls give the same answers, and another seed gives others", async () => {
  const options = { now: "2026-09-01T10:00:00Z", frozen: true };
  const first = await play(createEmulator(options));
  expect(await play(createEmulator(options))).toEqual(first);
  expect(await play(createEmulator({ ...options, seed: "other" }))).not.toEqual(first);
});

test("reset() returns everything to the start", async () => {
  const emulator = createEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  const first = await play(emulator);
  emulator.faults.always("*", { status: 503 });
  emulator.clock.advance("90d");
  const stale = await emulator.fetch("http://emulator.localhost/");
  expect(stale.status).toBe(503);
  emulator.reset();
  expect(emulator.accounts.list()).toEqual([]);
  expect(emulator.requests).toEqual([]);
  expect(emulator.clock.now()).toEqual(new Date("2026-09-01T10:00:00Z"));
  expect(await play(emulator)).toEqual(first);
});

test("reset() invalidates earlier tokens", async () => {
  const emulator = createEmulator();
  const api = await connect(emulator);
  emulator.reset();
  expect((await api("GET", "/api/v1/account")).body.code).toBe("credentials_invalid");
});

test("the clock runs with real time, and moves, freezes and resumes on request", async () => {
  const { clock } = createEmulator();
  const beforeMs = Date.now();
  const nowMs = clock.now().getTime();
  expect(nowMs).toBeGreaterThanOrEqual(beforeMs - 2);
  expect(nowMs).toBeLessThanOrEqual(Date.now() + 2);
  clock.set("2030-01-01T00:00:00Z");
  clock.freeze();
  const frozenMs = clock.now().getTime();
  await new Promise((resolve) => setTimeout(resolve, 10));
  clock.advance("1.5h");
  clock.advance(500);
  expect(clock.now().getTime()).toBe(frozenMs + 5_400_500);
  clock.resume();
  await expect.poll(() => clock.now().getTime()).toBeGreaterThan(frozenMs + 5_400_500);
  expect(clock.now().getTime()).toBeLessThan(frozenMs + 5_410_000);
});

test.each(["6 minutes", "-1s", "", "1w", -5, Number.NaN, Number.POSITIVE_INFINITY])(
  "clock.advance() refuses %j",
  (by) => {
    expect(() => createEmulator().clock.advance(by)).toThrow(RangeError);
  },
);

test("clock.set() refuses anything that is not a date", () => {
  expect(() => createEmulator().clock.set("tomorrow")).toThrow(RangeError);
  expect(() => createEmulator({ now: "tomorrow" })).toThrow(RangeError);
});

test("failingFileId decodes to the documented form of file ids", () => {
  expect(Buffer.from(failingFileId, "base64").toString()).toMatch(
    /,\|,hongkong,\|,.+\.png_\d{13}$/,
  );
});
