/** Listeners hear of every new account and every new status, once and in order. */

import { expect, test } from "vitest";
import { createAccount } from "../../../src/emulator/accounts/create-account.js";
import {
  agreeToTerms,
  reactivate,
  submit,
  suspend,
} from "../../../src/emulator/accounts/life-cycle.js";
import { decide } from "../../../src/emulator/accounts/review.js";
import type { StatusChange } from "../../../src/emulator/engine/account-record.js";
import { createClock } from "../../../src/emulator/engine/clock.js";
import { readOptions } from "../../../src/emulator/engine/options.js";
import { createWorld } from "../../../src/emulator/engine/world.js";
import { individual } from "../inputs.js";

test("changes are published with the old status, the new status and the time", () => {
  const settings = readOptions({ now: 0, frozen: true, reviewAfterMs: 60_000 });
  const world = createWorld(settings, createClock(settings));
  const heard: StatusChange[] = [];
  const unsubscribe = world.accounts.changes.subscribe((change) => heard.push(change));
  const record = createAccount(world, {
    ...structuredClone(individual),
    customer_agreements: { agreed_to_data_usage: true },
  } as unknown as Parameters<typeof createAccount>[1]);
  submit(world, record);
  world.clock.advance("5m");
  agreeToTerms(world, record, {}, "2026-08-21");
  suspend(world, record);
  reactivate(world, record);
  unsubscribe();
  decide(world, record, { next: "SUSPENDED", force: true });
  expect(heard.map(({ from, to, atMs }) => [from, to, atMs])).toEqual([
    [undefined, "CREATED", 0],
    ["CREATED", "SUBMITTED", 0],
    // The review was due after a minute, however late anybody looked at the clock.
    ["SUBMITTED", "ACTION_REQUIRED", 60_000],
    ["ACTION_REQUIRED", "ACTIVE", 300_000],
    ["ACTIVE", "SUSPENDED", 300_000],
    ["SUSPENDED", "ACTIVE", 300_000],
  ]);
  expect(new Set(heard.map(({ accountId }) => accountId))).toEqual(new Set([record.id]));
});
