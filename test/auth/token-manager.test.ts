import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createTokenManager, type IssuedToken } from "../../src/auth/token-manager.js";
import { Deadline } from "../../src/core/deadline.js";
import { createTopics } from "../../src/core/observe.js";
import { ApiError, AuthenticationError } from "../../src/index.js";

const topics = createTopics();
const halfAnHour = 30 * 60_000;

/** Runs a function within a deadline of its own. */
async function within<T>(use: (deadline: Deadline) => T): Promise<Awaited<T>> {
  const deadline = new Deadline(5000, undefined);
  try {
    return await use(deadline);
  } finally {
    deadline.close();
  }
}

/** A login that gives out t1, t2, ... and counts itself. */
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

  it("answers at once while a token is fresh", async () => {
    const tokens = createTokenManager(counting(halfAnHour), topics);
    await within((d) => tokens.current(d));
    const deadline = new Deadline(1000, undefined);
    expect(tokens.current(deadline)).toBe("t1");
    deadline.close();
  });

  it("uses a token in the second half of a short life, and renews it meanwhile, once", async () => {
    const login = counting(1200, 60);
    const tokens = createTokenManager(login, topics);
    expect(await within((d) => tokens.current(d))).toBe("t1");
    await sleep(300);
    expect(await within((d) => tokens.current(d))).toBe("t1");
    expect(login.count).toBe(1);
    await sleep(350);
    for (let i = 0; i < 10; i++) {
      const deadline = new Deadline(1000, undefined);
      expect(tokens.current(deadline)).toBe("t1");
      deadline.close();
    }
    expect(login.count).toBe(2);
    await sleep(250);
    expect(await within((d) => tokens.current(d))).toBe("t2");
    expect(login.count).toBe(2);
  });

  it("starts to renew a long-lived token five minutes before its end", async () => {
    const login = counting(5 * 60_000 + 100);
    const tokens = createTokenManager(login, topics);
    await within((d) => tokens.current(d));
    await within((d) => tokens.current(d));
    expect(login.count).toBe(1);
    const longer = createTokenManager(counting(10 * 60_000 + 40), topics);
    await within((d) => longer.current(d));
    await sleep(20);
    await within((d) => longer.current(d));
    expect(login.count).toBe(1);
  });

  it("makes a new login when the token has expired", async () => {
    const login = counting(40, 1);
    const tokens = createTokenManager(login, topics);
    expect(await within((d) => tokens.current(d))).toBe("t1");
    await sleep(60);
    expect(await within((d) => tokens.current(d))).toBe("t2");
  });

  it("still uses a good token when its renewal fails, and leaves no rejection behind", async () => {
    const answers = [
      () => Promise.resolve({ value: "t1", lifetimeMs: 800 }),
      () => Promise.reject(new Error("Down")),
    ];
    const tokens = createTokenManager(async () => await (answers.shift() ?? neverAsked)(), topics);
    expect(await within((d) => tokens.current(d))).toBe("t1");
    await sleep(420);
    expect(await within((d) => tokens.current(d))).toBe("t1");
    await sleep(10);
    expect(await within((d) => tokens.current(d))).toBe("t1");
    await sleep(400);
    await expect(within((d) => tokens.current(d))).rejects.toThrow("Down");
  });

  it("shares a failed login with its waiters, remembers it for a second, then tries again", async () => {
    let count = 0;
    const tokens = createTokenManager(async () => {
      await sleep(5);
      if (++count === 1) throw new Error("Down");
      return { value: "t", lifetimeMs: halfAnHour };
    }, topics);
    const calls = Array.from({ length: 100 }, () => within((d) => tokens.current(d)));
    const results = await Promise.allSettled(calls);
    expect(results.every(({ status }) => status === "rejected")).toBe(true);
    await expect(within((d) => tokens.current(d))).rejects.toThrow("Down");
    await sleep(500);
    await expect(within((d) => tokens.current(d))).rejects.toThrow("Down");
    expect(count).toBe(1);
    await sleep(550);
    await expect(within((d) => tokens.current(d))).resolves.toBe("t");
    expect(count).toBe(2);
  });

  it("remembers a refused key for longer, and a limited login for as long as it was asked to", async () => {
    const refused = new AuthenticationError("login_refused", remote, facts);
    const answers: unknown[] = [refused];
    let count = 0;
    const login = () => {
      count += 1;
      return Promise.reject(answers.shift());
    };
    const tokens = createTokenManager(login, topics);
    await expect(within((d) => tokens.current(d))).rejects.toBe(refused);
    await sleep(1100);
    await expect(within((d) => tokens.current(d))).rejects.toBe(refused);
    expect(count).toBe(1);

    const limited = (retryAfterMs: number) =>
      new ApiError("rate_limited", { ...remote, status: 429, retryAfterMs }, facts, { body: {} });
    const other = createTokenManager(login, topics);
    answers.push(limited(60), limited(60));
    await expect(within((d) => other.current(d))).rejects.toHaveProperty("code", "rate_limited");
    await expect(within((d) => other.current(d))).rejects.toHaveProperty("code", "rate_limited");
    expect(count).toBe(2);
    await sleep(80);
    await expect(within((d) => other.current(d))).rejects.toHaveProperty("code", "rate_limited");
    expect(count).toBe(3);
  });

  it("ends with the deadline of one caller, and goes on for the others", async () => {
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
      { status: "rejected", reason: { ended: { kind: "aborted", reason: "enough" } } },
      { status: "fulfilled", value: "t1" },
    ]);
    expect(login.count).toBe(1);
  });
});

describe.concurrent("replace()", () => {
  it("makes one login for everybody whose token was refused", async () => {
    const login = counting(halfAnHour);
    const tokens = createTokenManager(login, topics);
    await within((d) => tokens.current(d));
    const calls = Array.from({ length: 1000 }, () => within((d) => tokens.replace("t1", d)));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(["t2"]));
    expect(login.count).toBe(2);
    expect(await within((d) => tokens.current(d))).toBe("t2");
  });

  it("gives the newer token to whoever holds an older one, without a login", async () => {
    const login = counting(halfAnHour);
    const tokens = createTokenManager(login, topics);
    await within((d) => tokens.current(d));
    await within((d) => tokens.replace("t1", d));
    expect(await within((d) => tokens.replace("t1", d))).toBe("t2");
    expect(await within((d) => tokens.replace("t0", d))).toBe("t2");
    expect(login.count).toBe(2);
  });

  it("sees no point in replacing what has just been a replacement", async () => {
    const login = counting(halfAnHour);
    const tokens = createTokenManager(login, topics);
    await within((d) => tokens.current(d));
    await within((d) => tokens.replace("t1", d));
    expect(await within((d) => tokens.replace("t2", d))).toBeUndefined();
    expect(login.count).toBe(2);
  });

  it("fails as the login does, for everybody, once", async () => {
    let count = 0;
    const tokens = createTokenManager(async () => {
      if (++count > 1) throw new Error("Down");
      return { value: "t1", lifetimeMs: halfAnHour };
    }, topics);
    await within((d) => tokens.current(d));
    const calls = Array.from({ length: 50 }, () => within((d) => tokens.replace("t1", d)));
    const results = await Promise.allSettled(calls);
    expect(results.every((one) => one.status === "rejected" && one.reason.message === "Down")).toBe(
      true,
    );
    expect(count).toBe(2);
  });

  it("waits for a renewal that is under way", async () => {
    const login = counting(800, 50);
    const tokens = createTokenManager(login, topics);
    await within((d) => tokens.current(d));
    await sleep(420);
    await within((d) => tokens.current(d));
    expect(login.count).toBe(2);
    expect(await within((d) => tokens.replace("t1", d))).toBe("t2");
    expect(login.count).toBe(2);
  });
});

function neverAsked(): never {
  throw new Error("Down");
}
