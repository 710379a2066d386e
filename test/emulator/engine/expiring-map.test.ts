/** What has expired is forgotten, so that an emulator can run for long. */

import { createEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { createExpiringMap } from "../../../src/emulator/engine/expiring-map.js";
import { login, send } from "../api.js";

test("entries are forgotten some time after they have expired, however it is used", () => {
  let nowMs = 0;
  const map = createExpiringMap<{ readonly expiresAtMs: number }>({ nowMs: () => nowMs }, 50);
  map.set("first", { expiresAtMs: 100 });
  map.set("second", { expiresAtMs: 120 });
  nowMs = 149;
  map.set("third", { expiresAtMs: 300 });
  expect(map.get("first")).toEqual({ expiresAtMs: 100 });
  nowMs = 150;
  expect(map.get("first")).toBeUndefined();
  expect(map.get("second")).toEqual({ expiresAtMs: 120 });
});

test("a token is refused as expired for a day, and then as unknown", async () => {
  const emulator = createEmulator({ frozen: true });
  const { body } = await login(emulator);
  const headers = { authorization: `Bearer ${body.token}` };
  const refusal = async () =>
    (await send(emulator, "GET", "/api/v1/accounts", undefined, headers)).body.code;
  emulator.clock.advance("30m");
  expect(await refusal()).toBe("credentials_expired");
  emulator.clock.advance("1d");
  expect(await refusal()).toBe("credentials_invalid");
});
