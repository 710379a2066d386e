import { describe, expect, it } from "vitest";
import { createCoolDown } from "../../src/core/cool-down.js";
import { Deadline } from "../../src/core/deadline.js";

describe("createCoolDown()", () => {
  it("is not active before it was started, nor after it has passed", async () => {
    const coolDown = createCoolDown(() => 0);
    const deadline = new Deadline(5000, undefined);
    expect(coolDown.active).toBe(false);
    coolDown.start(30);
    expect(coolDown.active).toBe(true);
    const start = performance.now();
    await coolDown.pass(deadline);
    expect(performance.now() - start).toBeGreaterThan(28);
    expect(coolDown.active).toBe(false);
    deadline.close();
  });

  it("lets waiting callers go one after the other", async () => {
    const draws = [0, 0.5, 1];
    const coolDown = createCoolDown(() => draws.shift() ?? 0);
    const start = performance.now();
    coolDown.start(400);
    const tookMs = await Promise.all(
      [1, 2, 3].map(async () => {
        const deadline = new Deadline(5000, undefined);
        await coolDown.pass(deadline);
        deadline.close();
        return performance.now() - start;
      }),
    );
    const [first = 0, second = 0, third = 0] = tookMs;
    expect(first).toBeGreaterThan(395);
    expect(second - first).toBeGreaterThan(50);
    expect(third - second).toBeGreaterThan(50);
    expect(third).toBeLessThan(2000);
  });

  it("is made longer by another one, never shorter", async () => {
    const coolDown = createCoolDown(() => 0);
    const deadline = new Deadline(5000, undefined);
    const start = performance.now();
    coolDown.start(60);
    const passed = coolDown.pass(deadline);
    coolDown.start(120);
    coolDown.start(1);
    await passed;
    expect(performance.now() - start).toBeGreaterThan(115);
    deadline.close();
  });

  it("ends with the deadline of whoever waits", async () => {
    const coolDown = createCoolDown(() => 0);
    coolDown.start(10_000);
    const deadline = new Deadline(30, undefined);
    await expect(coolDown.pass(deadline)).rejects.toMatchObject({ ended: { kind: "timeout" } });
    expect(deadline.phase).toBe("waiting for the rate limit to pass");
    expect(coolDown.active).toBe(true);
    deadline.close();
  });
});
