import { describe, expect, it } from "vitest";
import { redisMissing, titled } from "../servers.js";
import { runShortProcesses } from "./short-processes.js";

/** `npm --prefix bench run logins` measures 50. */
const few = { count: 16, together: 8 };
const timeout = 180_000;

describe.skipIf(redisMissing)(titled("processes that live for one call", redisMissing), () => {
  it("log in once", { timeout }, async () => {
    const { outcomes, logins } = await runShortProcesses(few);
    console.log(`${few.count} processes: ${logins} logins`);
    expect(outcomes).toEqual(Array(few.count).fill("ok"));
    expect(logins).toBe(1);
  });

  it("log in for themselves when the store is killed, and none fails", { timeout }, async () => {
    const killAfter = few.count / 2;
    const { outcomes, logins, endedBefore } = await runShortProcesses({ ...few, killAfter });
    const failed = outcomes.filter((outcome) => outcome !== "ok").length;
    console.log(
      `${few.count} processes, the store killed after ${endedBefore}: ${logins} logins, ${failed} failed`,
    );
    expect(outcomes).toEqual(Array(few.count).fill("ok"));
    expect(logins).toBeGreaterThan(1);
    expect(logins).toBeLessThanOrEqual(1 + few.count - endedBefore);
  });
});
