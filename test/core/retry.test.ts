import { describe, expect, it } from "vitest";
import { createCall } from "../../src/core/call.js";
import { createTopics } from "../../src/core/observe.js";
import { withRetry } from "../../src/core/retry.js";
import { createTransport } from "../../src/core/send.js";
import type { CallSettings } from "../../src/core/settings.js";
import {
  type Account,
  type ApiPromise,
  createClient,
  isAirwallexError,
  type Observer,
  type RetryEvent,
} from "../../src/index.js";
import { type AccountsResource, accountsResource } from "../../src/resources/accounts.js";
import { type RequestFunction, requestFunction } from "../../src/resources/request.js";
import {
  type Answer,
  account,
  closedServer,
  cut,
  cutBody,
  json,
  key,
  newAccount,
  refuse,
  stall,
  startServer,
} from "../scripted-server.js";

interface Pipe {
  readonly accounts: AccountsResource;
  readonly request: RequestFunction;
}

/** The pipe of a client without a token; it draws the same number each time. */
function pipeTo(url: string, draw = 0, observer: Observer = {}): Pipe {
  const host = { origin: url, prefix: "" };
  const topics = createTopics(observer);
  const settings: CallSettings = {
    hosts: { api: host, files: host },
    timeoutMs: 5000,
    maxRetries: 3,
    onBehalfOf: undefined,
    apiVersion: null,
    headers: {},
    validation: "observe",
    topics,
    unauthorized: "token_refused",
  };
  const { send } = createTransport({ connections: 10, connectTimeoutMs: 1000 });
  const call = createCall(withRetry(send, { topics, random: () => draw }), settings);
  return { accounts: accountsResource(call), request: requestFunction(call) };
}

const calls = {
  safe: ({ accounts }: Pipe) => accounts.retrieve("acct_1"),
  idempotent: ({ accounts }: Pipe) => accounts.update("acct_1", { nickname: "Ada" }),
  request_id: ({ request }: Pipe) =>
    request<unknown>({
      method: "POST",
      path: "/api/v1/transfers/create",
      body: { request_id: "1" },
    }),
  lookup: ({ accounts }: Pipe) => accounts.create({ ...newAccount, identifier: "seller-42" }),
  "lookup without identifier": ({ accounts }: Pipe) => accounts.create(newAccount),
  never: ({ accounts }: Pipe) => accounts.submit("acct_1"),
} satisfies Record<string, (pipe: Pipe) => ApiPromise<unknown>>;

type CallKind = keyof typeof calls;

const kinds = Object.keys(calls) as CallKind[];
const repeatable: readonly CallKind[] = ["safe", "idempotent", "request_id", "lookup"];

/** An empty list for a look-up, and an account for the rest. */
const normal: Answer = (response, seen, request) => {
  const isList = seen.method === "GET" && seen.target.startsWith("/api/v1/accounts?");
  const body = isList ? { items: [], has_more: false } : account();
  return json(200, body)(response, seen, request);
};

const table: readonly (readonly [string, Answer, readonly CallKind[]])[] = [
  ["408", refuse(408), repeatable],
  ["409", refuse(409), ["safe", "request_id"]],
  ["429", refuse(429), kinds],
  ["500", refuse(500), repeatable],
  ["502", refuse(502), repeatable],
  ["503", refuse(503), repeatable],
  ["504", refuse(504), repeatable],
  ["a lost answer", cut(), repeatable],
  ["half an answer", cutBody(), repeatable],
  ["400", refuse(400), []],
  ["401", refuse(401), []],
  ["402", refuse(402), []],
  ["403", refuse(403), []],
  ["404", refuse(404), []],
  ["410", refuse(410), []],
  ["422", refuse(422), []],
  ["501", refuse(501), []],
  ["505", refuse(505), []],
];

const rows = table.flatMap(([name, answer, again]) =>
  kinds.map((kind) => [kind, name, answer, again.includes(kind)] as const),
);

describe("withRetry()", () => {
  it.each(rows.filter(([, , , again]) => again))(
    "makes a call of class %s again after %s",
    async (kind, _, answer) => {
      const server = await startServer({ answers: [answer], otherwise: normal });
      const { response } = await calls[kind](pipeTo(server.url)).withResponse();
      expect(response).toMatchObject({ status: 200, attempts: 2 });
      const sent = server.requests.filter(({ target }) => !target.includes("?"));
      expect(sent.length).toBe(2);
    },
  );

  it.each(rows.filter(([, , , again]) => !again))(
    "does not make a call of class %s again after %s",
    async (kind, name, answer) => {
      const server = await startServer({ answers: [answer], otherwise: normal });
      const error = await calls[kind](pipeTo(server.url)).catch((reason: unknown) => reason);
      const unclear = /^(408|5..|a lost answer|half an answer)$/.test(name) && kind !== "safe";
      expect(error).toMatchObject({ attempts: 1, outcome: unclear ? "unknown" : "not_done" });
      expect(server.requests.length).toBe(1);
    },
  );

  it.each(kinds)("makes a call of class %s again when it was never sent", async (kind) => {
    const error = await calls[kind](pipeTo(await closedServer())).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({
      code: "connection_failed",
      attempts: 4,
      outcome: "not_done",
    });
  });

  it("sends the same request each time", async () => {
    const server = await startServer({
      answers: [refuse(503), cut(), refuse(429)],
      otherwise: normal,
    });
    const { accounts } = pipeTo(server.url);
    await accounts.update(
      "acct_1",
      { nickname: "Zoë", metadata: { shop: "1" } },
      { onBehalfOf: "acct_9", headers: { "x-trace": "7" }, extraBody: { newer: [1] } },
    );
    expect(server.requests.length).toBe(4);
    const [first, ...others] = server.requests;
    expect(first?.headers).toMatchObject({ "x-on-behalf-of": "acct_9", "x-trace": "7" });
    expect(JSON.parse(String(first?.body))).toEqual({
      nickname: "Zoë",
      metadata: { shop: "1" },
      newer: [1],
    });
    for (const other of others) {
      expect(other.target).toBe(first?.target);
      expect(other.rawHeaders).toEqual(first?.rawHeaders);
      expect(String(other.body)).toBe(String(first?.body));
    }
  });

  it("keeps query and connected account of a read over its attempts", async () => {
    const server = await startServer({ answers: [refuse(500), cut()], otherwise: normal });
    const client = createClient({ ...key, baseUrl: server.url }).onBehalfOf("acct_9");
    await client.accounts.list({ email: "ada@example.com", page_size: 7 });
    expect(server.requests.length).toBe(3);
    for (const { target, headers } of server.requests) {
      expect(target).toBe("/api/v1/accounts?email=ada%40example.com&page_size=7&page_num=0");
      expect(headers["x-on-behalf-of"]).toBe("acct_9");
    }
  });

  it("gives the last answer when no attempt is left", async () => {
    const answers = [refuse(500), cut(), refuse(502), refuse(503, { code: "last" })];
    const server = await startServer({ answers, otherwise: normal });
    await expect(pipeTo(server.url).accounts.retrieve("acct_1")).rejects.toMatchObject({
      name: "ApiError",
      status: 503,
      apiCode: "last",
      attempts: 4,
    });
    expect(server.requests.length).toBe(4);
  });

  it("makes one attempt where maxRetries is 0, and as many as it says", async () => {
    const server = await startServer({ otherwise: refuse(503) });
    const { accounts } = pipeTo(server.url);
    await expect(accounts.retrieve("acct_1", { maxRetries: 0 })).rejects.toMatchObject({
      attempts: 1,
    });
    expect(server.requests.length).toBe(1);
    await expect(accounts.retrieve("acct_1", { maxRetries: 1 })).rejects.toMatchObject({
      attempts: 2,
    });
    await expect(accounts.retrieve("acct_1", { maxRetries: 7 })).rejects.toMatchObject({
      attempts: 8,
    });
    expect(server.requests.length).toBe(11);
  });

  it("waits longer each time, with jitter, and no longer after the fifth", async () => {
    const events: RetryEvent[] = [];
    const onRetry = (event: RetryEvent) => events.push(event);
    const server = await startServer({ otherwise: cut() });
    const { accounts } = pipeTo(server.url, 0.005, { onRetry });
    const call = accounts.retrieve("acct_1", { maxRetries: 7 });
    await expect(call).rejects.toMatchObject({ attempts: 8 });
    expect(events.map(({ delayMs }) => delayMs)).toEqual([5, 10, 20, 40, 80, 80, 80]);
    expect(events.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(events.map(({ reason }) => reason))).toEqual(new Set(["answer lost"]));
  });

  it("waits as long as Retry-After says", async () => {
    const server = await startServer({
      answers: [refuse(503, {}, { "retry-after": "0.2" })],
      otherwise: normal,
    });
    const start = performance.now();
    await pipeTo(server.url, 0.9).accounts.retrieve("acct_1");
    const tookMs = performance.now() - start;
    expect(tookMs).toBeGreaterThan(195);
    expect(tookMs).toBeLessThan(800);
  });

  it("waits until the date of Retry-After, by the clock of the remote", async () => {
    const date = "Wed, 21 Oct 2015 07:28:00 GMT";
    const events: RetryEvent[] = [];
    const onRetry = (event: RetryEvent) => events.push(event);
    const server = await startServer({
      answers: [refuse(503, {}, { date, "retry-after": date })],
      otherwise: normal,
    });
    await pipeTo(server.url, 0.9, { onRetry }).accounts.retrieve("acct_1");
    expect(events).toMatchObject([{ delayMs: 0, reason: "503" }]);
  });

  it("waits its whole step after a 429 that does not say how long", async () => {
    const server = await startServer({
      answers: [json(429, { code: "too_many_requests" })],
      otherwise: normal,
    });
    const start = performance.now();
    await pipeTo(server.url, 0).accounts.retrieve("acct_1");
    const tookMs = performance.now() - start;
    expect(tookMs).toBeGreaterThan(990);
    expect(tookMs).toBeLessThan(1900);
  });

  it.each([429, 503])(
    "gives up at once when a %i asks to wait beyond the deadline",
    async (status) => {
      const server = await startServer({
        answers: [refuse(status, {}, { "retry-after": "30" })],
        otherwise: normal,
      });
      const start = performance.now();
      await expect(pipeTo(server.url).accounts.retrieve("acct_1")).rejects.toMatchObject({
        name: "ApiError",
        status,
        retryAfterMs: 30_000,
        attempts: 1,
      });
      expect(performance.now() - start).toBeLessThan(200);
    },
  );

  it("says that the outcome of a write is unknown, even when a later attempt is refused", async () => {
    const server = await startServer({ answers: [cut(), refuse(400)], otherwise: normal });
    const error = await calls.idempotent(pipeTo(server.url)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ status: 400, attempts: 2, outcome: "unknown" });
    expect(String(error)).toContain("outcome unknown");
  });

  it("says that the outcome of a write is unknown, even when a later attempt is never sent", async () => {
    const server = await startServer({
      answers: [
        async (response) => {
          response.destroy();
          await server.close();
        },
      ],
    });
    await expect(calls.idempotent(pipeTo(server.url))).rejects.toMatchObject({
      code: "connection_failed",
      attempts: 4,
      outcome: "unknown",
    });
  });
});

describe("accounts.create()", () => {
  /** A remote that keeps accounts, does the work of the first create, and loses its answer. */
  function forgetful(lose: Answer): { readonly answer: Answer; readonly kept: Account[] } {
    const kept: Account[] = [];
    const answer: Answer = (response, seen, request) => {
      if (seen.method === "GET") {
        const wanted = new URL(seen.target, "http://host").searchParams.get("identifier");
        const items = kept.filter(({ identifier }) => identifier === wanted);
        return json(200, { items, has_more: false })(response, seen, request);
      }
      const made = account({
        ...JSON.parse(String(seen.body)),
        id: `acct_${kept.push({} as Account)}`,
      });
      kept[kept.length - 1] = made;
      const reply = kept.length === 1 ? lose : json(201, made);
      return reply(response, seen, request);
    };
    return { answer, kept };
  }

  it.each([
    ["cut off", cut()],
    ["cut short", cutBody()],
    ["a 500", refuse(500)],
    ["a 504", refuse(504)],
  ])("finds the account that it made when the answer was %s", async (_, lose) => {
    const { answer, kept } = forgetful(lose);
    const server = await startServer({ otherwise: answer });
    const { accounts } = pipeTo(server.url);
    const input = { ...newAccount, identifier: "seller-42" };
    const { data, response } = await accounts
      .create(input, { onBehalfOf: "acct_9" })
      .withResponse();
    expect(data).toEqual(kept[0]);
    expect(kept.length).toBe(1);
    expect(response.attempts).toBe(1);
    expect(server.requests.map(({ method }) => method)).toEqual(["POST", "GET"]);
    expect(server.requests[1]?.headers["x-on-behalf-of"]).toBe("acct_9");
  });

  it("makes no second account when it has no identifier, and says what is unknown", async () => {
    const { answer, kept } = forgetful(cut());
    const server = await startServer({ otherwise: answer });
    const error = await calls["lookup without identifier"](pipeTo(server.url)).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: "connection_lost", outcome: "unknown", attempts: 1 });
    expect(String(error)).toContain("outcome unknown");
    expect(kept.length).toBe(1);
  });

  it("does not take an older or another account for its own", async () => {
    const olden = new Date(Date.now() - 10 * 60_000).toISOString();
    const items = [
      account({ id: "acct_old", created_at: olden }),
      account({ id: "acct_other", identifier: "seller-4" }),
    ];
    const server = await startServer({
      answers: [cut(), json(200, { items, has_more: false })],
      otherwise: json(201, account({ id: "acct_new" })),
    });
    await expect(calls.lookup(pipeTo(server.url))).resolves.toMatchObject({ id: "acct_new" });
    expect(server.requests.map(({ method }) => method)).toEqual(["POST", "GET", "POST"]);
  });

  it("finds an account whose time of creation is in the older form", async () => {
    const created_at = new Date().toISOString().replace("Z", "+0000");
    const items = [account({ id: "acct_made", created_at })];
    const server = await startServer({ answers: [cut(), json(200, { items, has_more: false })] });
    await expect(calls.lookup(pipeTo(server.url))).resolves.toMatchObject({ id: "acct_made" });
  });

  it.each([
    ["refused", refuse(403)],
    ["of a strange shape", json(200, { data: [] })],
    ["null", json(200, null)],
  ])(
    "keeps the first failure when the look-up is %s, and does not send again",
    async (_, answer) => {
      const server = await startServer({ answers: [cut()], otherwise: answer });
      const error = await calls.lookup(pipeTo(server.url)).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        operation: "accounts.create",
        code: "connection_lost",
        outcome: "unknown",
        attempts: 1,
      });
      const methods = server.requests.map(({ method }) => method);
      expect(methods.filter((method) => method === "POST").length).toBe(1);
    },
  );

  it("looks again when a look-up failed and attempts are left", async () => {
    const items = [account({ id: "acct_made" })];
    const server = await startServer({
      answers: [cut(), refuse(403), json(200, { items, has_more: false })],
    });
    await expect(calls.lookup(pipeTo(server.url))).resolves.toMatchObject({ id: "acct_made" });
  });

  it("rejects with the caller's reason when it is aborted during the look-up", async () => {
    const server = await startServer({ answers: [cut()], otherwise: stall() });
    const controller = new AbortController();
    const { accounts } = pipeTo(server.url);
    const create = accounts.create(
      { ...newAccount, identifier: "seller-42" },
      { signal: controller.signal },
    );
    create.catch(() => undefined);
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(2);
    const reason = new Error("Enough");
    controller.abort(reason);
    await expect(create).rejects.toBe(reason);
  });

  it("ends at its deadline during the look-up, and says what is unknown", async () => {
    const server = await startServer({ answers: [cut()], otherwise: stall() });
    const { accounts } = pipeTo(server.url);
    const start = performance.now();
    const create = accounts.create({ ...newAccount, identifier: "seller-42" }, { timeoutMs: 150 });
    const error = await create.catch((reason: unknown) => reason);
    expect(performance.now() - start).toBeLessThan(250);
    expect(isAirwallexError(error) && error.code !== "invalid_input").toBe(true);
    expect(error).toMatchObject({ operation: "accounts.create", outcome: "unknown" });
  });
});

describe("a 429", () => {
  it("holds back every other call of the client and of those derived from it", async () => {
    const startedMs: number[] = [];
    const note: Answer = (response, seen, request) => {
      startedMs.push(performance.now());
      return json(200, account())(response, seen, request);
    };
    const server = await startServer({
      answers: [json(200, account()), refuse(429, {}, { "retry-after": "0.25" })],
      otherwise: note,
    });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.retrieve("acct_0");
    const start = performance.now();
    const first = client.accounts.submit("acct_1");
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(2);
    await Promise.all([
      first,
      client.accounts.retrieve("acct_2"),
      client.onBehalfOf("acct_9").accounts.retrieve("acct_3"),
      client.with({ maxRetries: 0, loginAs: "acct_8" }).accounts.retrieve("acct_4"),
    ]);
    expect(startedMs.length).toBe(4);
    for (const ms of startedMs) expect(ms - start).toBeGreaterThan(245);
    expect(Math.max(...startedMs) - start).toBeLessThan(2000);
  });

  it("leaves another client alone", async () => {
    const server = await startServer({
      answers: [refuse(429, {}, { "retry-after": "0.5" })],
      otherwise: normal,
    });
    const first = pipeTo(server.url).accounts.retrieve("acct_1");
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(1);
    const start = performance.now();
    await pipeTo(server.url).accounts.retrieve("acct_2");
    expect(performance.now() - start).toBeLessThan(400);
    await first;
  });

  it("holds a call no longer than its own deadline", async () => {
    const server = await startServer({
      answers: [refuse(429, {}, { "retry-after": "30" })],
      otherwise: normal,
    });
    const { accounts } = pipeTo(server.url);
    await expect(accounts.retrieve("acct_1")).rejects.toMatchObject({ code: "rate_limited" });
    const start = performance.now();
    await expect(accounts.retrieve("acct_2", { timeoutMs: 100 })).rejects.toMatchObject({
      name: expect.stringMatching(/^(ConnectionError|ApiError)$/),
      outcome: "not_done",
      attempts: 0,
    });
    expect(performance.now() - start).toBeLessThan(200);
    expect(server.requests.length).toBe(1);
  });

  it("that asks to wait for months does not make callers spin or print warnings", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const server = await startServer({
      answers: [refuse(429, {}, { "retry-after": "99999999" })],
      otherwise: normal,
    });
    const { accounts } = pipeTo(server.url);
    await expect(accounts.retrieve("acct_1")).rejects.toMatchObject({ code: "rate_limited" });
    await accounts.retrieve("acct_2", { timeoutMs: 100 }).catch(() => undefined);
    await new Promise(setImmediate);
    process.off("warning", onWarning);
    expect(warnings.length).toBe(0);
  });
});
