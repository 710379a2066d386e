/** Whatever a control or an option is given, the error names it, says what came, and what is expected. */

import {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  startEmulator,
} from "airwallex-connect/emulator";
import { describe, expect, test } from "vitest";

/** Values that no argument takes, whatever its type. */
const wrong: readonly unknown[] = [
  null,
  undefined,
  Symbol("s"),
  () => {},
  [],
  {},
  [null],
  { a: 1 },
];

/** Objects without a prototype and big numbers break careless texts. */
const odd: readonly unknown[] = [Object.create(null), 5n, Number.NaN, true, new Date(Number.NaN)];

type Call = (emulator: Emulator, value: never) => unknown;

/** Calls with one wrong argument, the others right. */
const calls: Readonly<Record<string, Call>> = {
  "clock.set(…)": ({ clock }, value) => clock.set(value),
  "clock.advance(…)": ({ clock }, value) => clock.advance(value),
  "faults.next(match)": ({ faults }, value) => faults.next(value, { status: 500 }),
  "faults.next(effect)": ({ faults }, value) => faults.next("*", value),
  "faults.always(match)": ({ faults }, value) => faults.always(value, { status: 500 }),
  "faults.always(effect)": ({ faults }, value) => faults.always("*", value),
  "faults.random(…)": ({ faults }, value) => faults.random(value),
  "faults.random({ rate })": ({ faults }, rate) => faults.random({ rate }),
  "accounts.get(…)": ({ accounts }, value) => accounts.get(value),
  "accounts.approveConnection(…)": ({ accounts }, value) => accounts.approveConnection(value),
  "accounts.setStatus(id)": ({ accounts }, value) => accounts.setStatus(value, "ACTIVE"),
  "accounts.setStatus(status)": ({ accounts }, value) =>
    accounts.setStatus(accounts.platformId, value),
  "capabilities.decide(accountId)": ({ capabilities }, value) =>
    capabilities.decide(value, "payments_card", { status: "ENABLED" }),
  "capabilities.decide(verdict)": ({ capabilities }, value) =>
    capabilities.decide("acct_1", "payments_card", value),
  "capabilities.setFundingLimits(…)": ({ capabilities }, value) =>
    capabilities.setFundingLimits(value, []),
  "money.balance(accountId)": ({ money }, value) => money.balance(value, "USD"),
  "money.balance(currency)": ({ money, accounts }, value) =>
    money.balance(accounts.platformId, value),
  "money.setBalance(accountId)": ({ money }, value) => money.setBalance(value, "USD", 1),
  "money.setBalance(currency)": ({ money, accounts }, value) =>
    money.setBalance(accounts.platformId, value, 1),
  "money.setBalance(amount)": ({ money, accounts }, value) =>
    money.setBalance(accounts.platformId, "USD", value),
  "money.openGlobalAccount(…)": ({ money }, value) => money.openGlobalAccount(value),
  "money.openGlobalAccount({ currency })": ({ money }, currency) =>
    money.openGlobalAccount({ currency }),
  "money.setRate(sell)": ({ money }, value) => money.setRate(value, "USD", 1),
  "money.setRate(rate)": ({ money }, value) => money.setRate("EUR", "USD", value),
  "money.setStatus(id)": ({ money }, value) => money.setStatus(value, "SETTLED"),
  "money.setStatus(status)": ({ money }, value) => money.setStatus("id", value),
  "sca.verify(…)": ({ sca }, value) => sca.verify(value),
  "oauth.consent(…)": ({ oauth }, value) => oauth.consent(value),
  "oauth.consent({ scope })": ({ oauth }, scope) =>
    oauth.consent({ redirectUri: "http://127.0.0.1/", scope }),
  "oauth.disconnect(…)": ({ oauth }, value) => oauth.disconnect(value),
  "webhooks.subscribe(…)": ({ webhooks }, value) => webhooks.subscribe(value),
  "webhooks.subscribe({ url })": ({ webhooks }, url) => webhooks.subscribe({ url, events: [] }),
  "webhooks.resend(…)": ({ webhooks }, value) => webhooks.resend(value),
  "deliver(…)": ({ deliver }, value) => deliver(value),
  "deliver({ name })": ({ deliver }, name) => deliver({ name }),
};

/** The same, where undefined is right, and is not among the wrong values. */
const optional: Readonly<Record<string, Call>> = {
  "faults.next(options)": ({ faults }, value) => faults.next("*", { status: 500 }, value),
  "faults.next({ times })": ({ faults }, times) => faults.next("*", { status: 500 }, { times }),
  "faults.next({ status })": ({ faults }, status) => faults.next("*", { status, delayMs: 1 }),
  "faults.next({ cut })": ({ faults }, cut) => faults.next("*", { cut, delayMs: 1 }),
  "faults.next({ delayMs })": ({ faults }, delayMs) => faults.next("*", { status: 500, delayMs }),
  "faults.next({ raw })": ({ faults }, raw) => faults.next("*", { raw, delayMs: 1 }),
  "faults.next({ raw: body })": ({ faults }, body) =>
    faults.next("*", { raw: { status: 200, body } }),
  "faults.always(options)": ({ faults }, value) => faults.always("*", { status: 500 }, value),
  "faults.random({ effects })": ({ faults }, effects) => faults.random({ rate: 1, effects }),
  "faults.random({ match })": ({ faults }, match) => faults.random({ rate: 1, match }),
  "faults.random({ seed })": ({ faults }, seed) => faults.random({ rate: 1, seed }),
  "capabilities.decide({ comment })": ({ capabilities }, comment) =>
    capabilities.decide("acct_1", "payments_card", { status: "ENABLED", comment }),
  "money.openGlobalAccount({ accountId })": ({ money }, accountId) =>
    money.openGlobalAccount({ accountId, currency: "USD" }),
  "money.setStatus(options)": ({ money }, value) => money.setStatus("id", "SETTLED", value),
  "oauth.consent({ state })": ({ oauth }, state) =>
    oauth.consent({ redirectUri: "http://127.0.0.1/", scope: "r:a", state }),
  "oauth.consent({ signUp })": ({ oauth }, signUp) =>
    oauth.consent({ redirectUri: "http://127.0.0.1/", scope: "r:a", signUp }),
  "webhooks.subscribe({ secret })": ({ webhooks }, secret) =>
    webhooks.subscribe({ url: "http://127.0.0.1/", events: [], secret }),
  "webhooks.subscribe({ version })": ({ webhooks }, version) =>
    webhooks.subscribe({ url: "http://127.0.0.1/", events: [], version }),
  "deliver({ createdAt })": ({ deliver }, createdAt) => deliver({ name: "a.b", createdAt }),
  "deliver({ id })": ({ deliver }, id) => deliver({ name: "a.b", id }),
};

/** Options of an emulator. */
const options: Readonly<Record<string, (value: never) => object>> = {
  now: (now) => ({ now }),
  seed: (seed) => ({ seed }),
  frozen: (frozen) => ({ frozen }),
  tokenLifetimeMs: (tokenLifetimeMs) => ({ tokenLifetimeMs }),
  settleAfterMs: (settleAfterMs) => ({ settleAfterMs }),
  "rateLimits.perSecond": (perSecond) => ({ rateLimits: { perSecond } }),
  "oauth.apps": (apps) => ({ oauth: { apps } }),
  "oauth.apps[]": (app) => ({ oauth: { apps: [app] } }),
  "oauth.apps[].clientId": (clientId) => ({
    oauth: { apps: [{ clientId, redirectUris: [], public: true }] },
  }),
  "oauth.apps[].scopes": (scopes) => ({
    oauth: { apps: [{ clientId: "a", redirectUris: [], public: true, scopes }] },
  }),
  "oauth.graceMs": (graceMs) => ({ oauth: { graceMs } }),
  "webhooks.retries": (retries) => ({ webhooks: { retries } }),
  "webhooks.timeoutMs": (timeoutMs) => ({ webhooks: { timeoutMs } }),
  "webhooks.fetch": (fetch) => ({ webhooks: { fetch } }),
};

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && !Array.isArray(value) && Object.keys(value ?? { a: 1 }).length === 0;

/** The values of those above that are right in a place. */
const right: Readonly<Record<string, (value: unknown) => boolean>> = {
  "clock.set(…)": (value) => value === true,
  frozen: (value) => value === true,
  "faults.next(options)": isEmpty,
  "faults.always(options)": isEmpty,
  "money.setStatus(options)": isEmpty,
  "oauth.consent({ signUp })": (value) => value === true,
  "faults.random({ effects })": () => false,
  "oauth.apps": (value) => Array.isArray(value) && value.length === 0,
  "oauth.apps[].scopes": (value) => Array.isArray(value) && value.length === 0,
  "webhooks.retries": (value) => Array.isArray(value) && value.length === 0,
  "webhooks.fetch": (value) => typeof value === "function",
};

const describeValue = (value: unknown): string =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null
    ? "an object without prototype"
    : String(value);

/** Messages of our own begin with what could not be done, and say what is expected. */
function expectOwnError(act: () => unknown, value: unknown): void {
  let error: unknown;
  try {
    act();
  } catch (caught) {
    error = caught;
  }
  const what = describeValue(value);
  expect(error, what).toSatisfy((it) => it instanceof TypeError || it instanceof RangeError);
  expect((error as Error).message, what).toMatch(/^Cannot [^:]+: ./);
}

describe("controls of an emulator", () => {
  test.each(Object.entries(calls))("%s names what is wrong", (name, call) => {
    const values = [...wrong, ...odd].filter((value) => !right[name]?.(value));
    for (const value of values) expectOwnError(() => call(createEmulator(), value as never), value);
  });

  test.each(Object.entries(optional))("%s names what is wrong", (name, call) => {
    const values = [...wrong, ...odd].filter((one) => one !== undefined && !right[name]?.(one));
    for (const value of values) expectOwnError(() => call(createEmulator(), value as never), value);
  });

  test("say what came and what is expected", () => {
    const { clock, faults, oauth, deliver, money } = createEmulator();
    const nothing = null as never;
    const messages: readonly [() => unknown, string][] = [
      [() => faults.next(nothing, { status: 500 }), "match is null, expected a string"],
      [() => faults.next("*", nothing), "effect is null, expected an object"],
      [
        () => faults.next("*", { status: "500" as never }),
        "effect.status is a string, expected a number",
      ],
      [() => faults.next("*", { status: 99 }), "effect.status is 99, expected 200 to 599"],
      [() => faults.next("*", { stats: 500 } as never), 'did you mean "status"'],
      [() => faults.next("*", { status: 500, body: 5n }), "effect.body cannot be written as JSON"],
      [() => clock.set(nothing), "Cannot set clock: the moment is null, expected a date"],
      [() => clock.advance(nothing), "Cannot advance clock: the duration is null, expected"],
      [() => clock.advance("200000000d"), "beyond the year 9999"],
      [() => clock.set(new Date(8.64e15)), "expected a date up to the year 9999"],
      [() => oauth.consent(nothing), "Cannot consent: the options are null, expected an object"],
      [() => deliver({ name: "a.b", data: 5n }), "data cannot be written as JSON"],
      [() => money.balance("acct_1", "usd"), 'currency is "usd", expected a code of ISO 4217'],
      [
        () => money.openGlobalAccount({ currency: "ABC" }),
        "expected a code of ISO 4217 such as USD",
      ],
      [() => money.setStatus("id", "SETLED"), 'status is "SETLED", expected one of NEW'],
    ];
    for (const [act, message] of messages) expect(act).toThrow(message);
  });
});

describe("options of an emulator", () => {
  test.each(Object.entries(options))("%s names what is wrong", async (name, optionsWith) => {
    const values = [...wrong, ...odd].filter((one) => one !== undefined && !right[name]?.(one));
    for (const value of values) {
      const given = optionsWith(value as never);
      expectOwnError(() => createEmulator(given), value);
      await expect(startEmulator(given)).rejects.toThrow(/^Cannot make emulator: /);
    }
  });

  test.each([null, [], "x", 5])("are an object, and not %j", async (given) => {
    expect(() => createEmulator(given as never)).toThrow("expected an object");
    await expect(startEmulator(given as never)).rejects.toThrow("expected an object");
  });

  test.each<EmulatorOptions>([
    { tokenLifetimeMs: 1e16 },
    { reviewAfterMs: 1e16 },
    { settleAfterMs: 1e16 },
    { oauth: { accessTokenLifetimeMs: 1e16 } },
    { oauth: { refreshTokenLifetimeMs: 1e16 } },
    { oauth: { graceMs: 1e16 } },
    { oauth: { codeLifetimeMs: 1e16 } },
    { webhooks: { retries: [0, 1e16] } },
  ])("last a hundred years at most: %j", (given) => {
    expect(() => createEmulator(given)).toThrow(
      / is 10000000000000000, expected \d+ to 3153600000000$/,
    );
  });

  test.each(["clientId", "apiKey"])("%s is not empty: nobody could log in", (name) => {
    expect(() => createEmulator({ [name]: "" })).toThrow(`${name} is empty, expected a text`);
  });

  test("name a limit that is not known", () => {
    const rateLimits = { perSecnd: 5 } as never;
    expect(() => createEmulator({ rateLimits })).toThrow('did you mean "perSecond"');
  });
});
