import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createTokenManager, type IssuedToken } from "../../src/auth/token-manager.js";
import { ApiError, AuthenticationError } from "../../src/index.js";
import { createTopics } from "../../src/report/observe.js";
import { Deadline, type DeadlineError } from "../../src/transport/deadline.js";

const topics = createTopics();
const halfAnHour = 30 * 60_000;

/** Runs a function within its own deadline. */
async function within<T>(use: (deadline: Deadline) => T): Promise<Awaited<T>> {
  const deadline = new Deadline(5000, undefined);
  try {
    return await use(deadline);
  } finally {
    deadline.close();
  }
}

/** A login that issues t1, t2, ... and counts its calls. */
function counting(lifetimeMs: number, tookMs = 5) {
  const login = async (): Promise<IssuedToken> => {
    const value = `t${++login.count}`;
    await sleep(tookMs);
    return { value, lifetimeMs };
  };
  login.count = 0;
  return login;
}

const facts = {
  operation: "authentication.login",
  method: "POST",
  path: "/api/v1/authentication/login",
  outcome: "not_done",
  attempts: 1,
} as const;

const remote = {
  status: 401,
  apiCode: undefined,
  remoteMessage: undefined,
  source: undefined,
  details: undefined,
  fieldErrors: [],
  traceId: undefined,
  retryAfterMs: undefined,
};

/** Stops the clock; it goes on only by what the test adds to `ms`. */
function stopClock(): { ms: number } {
  const clock = { ms: performance.now() };
  const spy = vi.spyOn(performance, "now").mockImplementation(() => clock.ms);
  onTestFinished(() => spy.mockRestore());
  return clock;
}

describe("current(), as time passes", () => {
  it("uses a token in the second half of a short life while renewing it once", async () => {
    const clock = stopClock();
    const login = counting(1200);
    const tokens = createTokenManager(login, topics);
    const current = () => within((deadline) => tokens.current(deadline));
    expect(await current()).toBe("t1");
    clock.ms += 599;
    expect(await current()).toBe("t1");
    expect(login.count).toBe(1);
    clock.ms += 1;
    for (let i = 0; i < 10; i++) {
      const deadline = new Deadline(5000, undefined);
      expect(tokens.current(deadline)).toBe("t1");
      deadline.close();
    }
    expect(login.count).toBe(2);
    await expect.poll(current).toBe("t2");
    expect(login.count).toBe(2);
  });

  it("still uses a good token when its renewal fails, and leaves no rejection unhandled", async () => {
    const clock = stopClock();
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const answers = [
      () => Promise.resolve({ value: "t1", lifetimeMs: 800 }),
      () => Promise.reject(new Error("Down")),
    ];
    const tokens = createTokenManager(async () => await (answers.shift() ?? neverAsked)(), topics);
    const current = () => within((deadline) => tokens.current(deadline));
    expect(await current()).toBe("t1");
    clock.ms += 420;
    expect(await current()).toBe("t1");
    await sleep(10);
    expect(await current()).toBe("t1");
    clock.ms += 400;
    await expect(current()).rejects.toMatchObject({ cause: { message: "Down" } });
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe.concurrent("current()", () => {
  it("makes one login for ten thousand callers", async () => {
    const login = counting(halfAnHour, 20);
    const tokens = createTokenManager(login, topics);
    const calls = Array.from({ length: 10_000 }, () => within((d) => tokens.current(d)));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(["t1"]));
    expect(login.count).toBe(1);
    expect(await within((d) => tokens.current(d))).toBe("t1");
    expect(login.count).toBe(1);
  });

  it("returns a fresh token at once", async () => {
    const tokens = createTokenManager(counting(halfAnHour), topics);
    await within((d) => tokens.current(d));
    const deadline = new Deadline(1000, undefined);
    expect(tokens.current(deadline)).toBe("t1");
    deadline.close();
  });

  it("makes a new login when the token has expired", async () => {
    const login = counting(40, 1);
    const tokens = createTokenManager(login, topics);
    expect(await within((d) => tokens.current(d))).toBe("t1");
    await sleep(60);
    expect(await within((d) => tokens.current(d))).toBe("t2");
  });

  it("tells a caller who gives up how the login has failed so far, and nothing of a login that worked", async () => {
    const never = new Promise<never>(() => undefined);
    const logins = [
      async (onRetry: (error: unknown) => void) => {
        onRetry(new Error("the first login was busy"));
        return { value: "t1", lifetimeMs: 20 };
      },
      (onRetry: (error: unknown) => void) => {
        setTimeout(() => onRetry(new Error("the second is busy")), 60);
        return never;
      },
    ];
    const tokens = createTokenManager((onRetry) => logins.shift()?.(onRetry) ?? never, topics);
    const giveUpAfter = async (ms: number): Promise<unknown> => {
      const deadline = new Deadline(ms, undefined);
      const waiting = async () => await tokens.current(deadline);
      return await waiting().catch((error: unknown) => (error as DeadlineError).cause);
    };
    expect(await within((d) => tokens.current(d))).toBe("t1");
    await sleep(30);
    expect(await giveUpAfter(20)).toBeUndefined();
    expect(await giveUpAfter(200)).toMatchObject({ message: "the second is busy" });
  });

  it("shares a failed login with everyone who waits for it", async () => {
    let count = 0;
    const tokens = createTokenManager(async () => {
      await sleep(5);
      count += 1;
      throw new Error("Down");
    }, topics);
    const calls = Array.from({ length: 100 }, () => within((d) => tokens.current(d)));
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ status: "rejected", reason: { cause: { message: "Down" } } });
    }
    await expect(within((d) => tokens.current(d))).rejects.toMatchObject({
      cause: { message: "Down" },
    });
    expect(count).toBe(1);
  });

  it("ends at one caller's deadline, but goes on for the others", async () => {
    const login = counting(halfAnHour, 80);
    const tokens = createTokenManager(login, topics);
    const hasty = new Deadline(20, undefined);
    const controller = new AbortController();
    const aborted = new Deadline(5000, controller.signal);
    const calls = Promise.allSettled([
      tokens.current(hasty),
      tokens.current(aborted),
      within((d) => tokens.current(d)),
    ]);
    controller.abort("enough");
    const results = await calls;
    hasty.close();
    aborted.close();
    expect(results).toMatchObject([
      { status: "rejected", reason: { ended: { kind: "timeout" } } },
      { status: "rejected", reason: { ended: { kind: "aborted", reason: { cause: "enough" } } } },
      { status: "fulfilled", value: "t1" },
    ]);
    expect(login.count).toBe(1);
  });
});

describe.concurrent("replace()", () => {
  it("makes one login for all callers whose token was refused", async () => {
    const login = counting(halfAnHour);
    const tokens = createTokenManager(login, topics);
    await within((d) => tokens.current(d));
    const calls = Array.from({ length: 1000 }, () =>
      within((d) => tokens.replace("t1", d, "accounts.list")),
    );
    expect(new Set(await Promise.all(calls))).toEqual(new Set(["t2"]));
    expect(login.count).toBe(2);
    expect(await within((d) => tokens.current(d))).toBe("t2");
  });

  it("returns the newer token to callers that hold an older one, without a login", async () => {
    const login = counting(halfAnHour);
    const tokens = createTokenManager(login, topics);
    await within((d) => tokens.current(d));
    await within((d) => tokens.replace("t1", d, "accounts.list"));
    expect(await within((d) => tokens.replace("t1", d, "accounts.list"))).toBe("t2");
    expect(await within((d) => tokens.replace("t0", d, "accounts.list"))).toBe("t2");
    expect(login.count).toBe(2);
  });

  it("does not replace a token that has just replaced another", async () => {
    const login = counting(halfAnHour);
    const tokens = createTokenManager(login, topics);
    await within((d) => tokens.current(d));
    await within((d) => tokens.replace("t1", d, "accounts.list"));
    expect(await within((d) => tokens.replace("t2", d, "accounts.list"))).toBeUndefined();
    expect(login.count).toBe(2);
  });

  it("replaces a replacement at once if it has worked", async () => {
    const login = counting(halfAnHour);
    const tokens = createTokenManager(login, topics);
    await within((d) => tokens.current(d));
    await within((d) => tokens.replace("t1", d, "accounts.list"));
    tokens.worked?.("t1");
    expect(await within((d) => tokens.replace("t2", d, "accounts.list"))).toBeUndefined();
    tokens.worked?.("t2");
    expect(await within((d) => tokens.replace("t2", d, "accounts.list"))).toBe("t3");
    expect(await within((d) => tokens.replace("t3", d, "accounts.list"))).toBeUndefined();
    expect(login.count).toBe(3);
  });

  it("fails as the login does, once for all callers", async () => {
    let count = 0;
    const tokens = createTokenManager(async () => {
      if (++count > 1) throw new Error("Down");
      return { value: "t1", lifetimeMs: halfAnHour };
    }, topics);
    await within((d) => tokens.current(d));
    const calls = Array.from({ length: 50 }, () =>
      within((d) => tokens.replace("t1", d, "accounts.list")),
    );
    const results = await Promise.allSettled(calls);
    expect(
      results.every((one) => one.status === "rejected" && one.reason.cause.message === "Down"),
    ).toBe(true);
    expect(count).toBe(2);
  });

  it("waits for a renewal that is under way", async () => {
    const login = counting(800, 50);
    const tokens = createTokenManager(login, topics);
    await within((d) => tokens.current(d));
    await sleep(420);
    await within((d) => tokens.current(d));
    expect(login.count).toBe(2);
    expect(await within((d) => tokens.replace("t1", d, "accounts.list"))).toBe("t2");
    expect(login.count).toBe(2);
  });
});

describe("a token manager over time", () => {
  /** Only the test moves the time that the manager sees. */
  function stopTime(): void {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
  }

  const minutes = (n: number): number => n * 60_000;

  it("renews a token in the last five minutes of its life, and not before", async () => {
    stopTime();
    const login = counting(minutes(30));
    const tokens = createTokenManager(login, topics);
    await within((d) => tokens.current(d));
    vi.advanceTimersByTime(minutes(25) - 1000);
    expect(await within((d) => tokens.current(d))).toBe("t1");
    expect(login.count).toBe(1);
    vi.advanceTimersByTime(2000);
    expect(await within((d) => tokens.current(d))).toBe("t1");
    expect(login.count).toBe(2);
    await sleep(20);
    expect(await within((d) => tokens.current(d))).toBe("t2");
  });

  it("waits for a login once a token has expired", async () => {
    stopTime();
    const tokens = createTokenManager(counting(minutes(30)), topics);
    await within((d) => tokens.current(d));
    vi.advanceTimersByTime(minutes(30));
    expect(await within((d) => tokens.current(d))).toBe("t2");
  });

  it("is not misled by a step of the wall clock", async () => {
    const login = counting(minutes(30));
    const tokens = createTokenManager(login, topics);
    await within((d) => tokens.current(d));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + minutes(24 * 60) });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    expect(await within((d) => tokens.current(d))).toBe("t1");
    expect(login.count).toBe(1);
  });

  it.each([
    ["a failed login for a second", new Error("Down"), 1000],
    ["a refused key for ten", new AuthenticationError("login_refused", remote, facts), 10_000],
    ["a limited login as long as it was asked to", limited(60_000), 60_000],
    ["a limited login for a second", limited(undefined), 1000],
    ["no login for longer than five minutes", limited(Number.POSITIVE_INFINITY), 300_000],
  ])("remembers %s, then tries again", async (_, reason, rememberedMs) => {
    stopTime();
    let count = 0;
    const tokens = createTokenManager(async () => {
      if (++count === 1) throw reason;
      return { value: "t", lifetimeMs: minutes(30) };
    }, topics);
    await expect(within((d) => tokens.current(d))).rejects.toMatchObject({
      reason: "the login failed",
      cause: reason,
    });
    vi.advanceTimersByTime(rememberedMs - 1);
    await expect(within((d) => tokens.current(d))).rejects.toMatchObject({
      reason: expect.stringMatching(/^the login failed a moment ago and is not made again for/),
      cause: reason,
    });
    expect(count).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await within((d) => tokens.current(d))).toBe("t");
  });

  it("replaces a replacement again after five seconds", async () => {
    stopTime();
    const tokens = createTokenManager(counting(minutes(30)), topics);
    await within((d) => tokens.current(d));
    await within((d) => tokens.replace("t1", d, "accounts.list"));
    vi.advanceTimersByTime(4999);
    expect(await within((d) => tokens.replace("t2", d, "accounts.list"))).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(await within((d) => tokens.replace("t2", d, "accounts.list"))).toBe("t3");
  });
});

function limited(retryAfterMs: number | undefined): ApiError {
  const answer = { ...remote, status: 429, retryAfterMs };
  return new ApiError("rate_limited", answer, facts, { body: {} });
}

function neverAsked(): never {
  throw new Error("Down");
}
