import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createCall } from "../../src/call/call.js";
import { type RequestFunction, requestFunction } from "../../src/call/request-function.js";
import type { CallSettings } from "../../src/call/settings.js";
import { type ApiPromise, createClient, type Observer, type RetryEvent } from "../../src/index.js";
import { createTopics } from "../../src/report/observe.js";
import { type AccountsResource, accountsResource } from "../../src/resources/accounts.js";
import { createCoolDown } from "../../src/retry/cool-down.js";
import { createPacer } from "../../src/retry/pace.js";
import { createRateLimiter } from "../../src/retry/rate-limit.js";
import { withRetry } from "../../src/retry/retry.js";
import { Deadline, DeadlineError } from "../../src/transport/deadline.js";
import { createTransport } from "../../src/transport/transport.js";
import type { WireRequest } from "../../src/transport/wire.js";
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
  startServer,
} from "../scripted-server.js";

interface Pipe {
  readonly accounts: AccountsResource;
  readonly request: RequestFunction;
}

/** The pipe of a client without a token; its random number is always the same. */
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
    validation: "report",
    topics,
    random: () => draw,
    unauthorized: "token_refused",
  };
  const { send } = createTransport({
    maxSockets: 10,
    connectTimeoutMs: 1000,
    maxResponseBytes: 1e6,
  });
  const random = () => draw;
  const coolDown = createCoolDown(random);
  const call = createCall(withRetry(send, { topics, random, coolDown }), settings);
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

/** An empty list for a look-up, and an account for anything else. */
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
  ["425", refuse(425), repeatable],
  ["507", refuse(507), repeatable],
  ["509", refuse(509), repeatable],
  ["520", refuse(520), repeatable],
  ["522", refuse(522), repeatable],
  ["524", refuse(524), repeatable],
  ["529", refuse(529), repeatable],
  ["530", refuse(530), repeatable],
  ["a lost answer", cut(), repeatable],
  ["half an answer", cutBody(), repeatable],
  ["302", refuse(302), []],
  ["400", refuse(400), []],
  ["401", refuse(401), []],
  ["402", refuse(402), []],
  ["403", refuse(403), []],
  ["404", refuse(404), []],
  ["410", refuse(410), []],
  ["422", refuse(422), []],
  ["501", refuse(501), []],
  ["505", refuse(505), []],
  ["511", refuse(511), []],
  ["531", refuse(531), []],
];

const rows = table.flatMap(([name, answer, again]) =>
  kinds.map((kind) => [kind, name, answer, again.includes(kind)] as const),
);

describe("withRetry()", () => {
  it.each(rows.filter(([, , , again]) => again))(
    "repeats a call of class %s after %s",
    async (kind, _, answer) => {
      const server = await startServer({ answers: [answer], otherwise: normal });
      const { response } = await calls[kind](pipeTo(server.url)).withResponse();
      expect(response).toMatchObject({ status: 200, attempts: 2 });
      const sent = server.requests.filter(({ target }) => !target.includes("?"));
      expect(sent.length).toBe(2);
    },
  );

  it.each(rows.filter(([, , , again]) => !again))(
    "does not repeat a call of class %s after %s",
    async (kind, name, answer) => {
      const server = await startServer({ answers: [answer], otherwise: normal });
      const error = await calls[kind](pipeTo(server.url)).catch((reason: unknown) => reason);
      const unclear =
        /^(3..|408|425|5..|a lost answer|half an answer)$/.test(name) && kind !== "safe";
      expect(error).toMatchObject({ attempts: 1, outcome: unclear ? "unknown" : "not_done" });
      const sent = server.requests.filter(({ target }) => !target.includes("?"));
      expect(sent.length).toBe(1);
    },
  );

  it.each(kinds)("repeats a call of class %s that was never sent", async (kind) => {
    const error = await calls[kind](pipeTo(await closedServer())).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({
      code: "unreachable",
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

  it("keeps the query and the connected account of a read across attempts", async () => {
    const server = await startServer({ answers: [refuse(500), cut()], otherwise: normal });
    vi.spyOn(Math, "random").mockReturnValue(0);
    const client = createClient({ ...key, baseUrl: server.url }).onBehalfOf("acct_9");
    vi.restoreAllMocks();
    await client.accounts.list({ identifier: "ada@example.com", page_size: 7 });
    expect(server.requests.length).toBe(3);
    for (const { target, headers } of server.requests) {
      expect(target).toBe("/api/v1/accounts?identifier=ada%40example.com&page_size=7&page_num=0");
      expect(headers["x-on-behalf-of"]).toBe("acct_9");
    }
  });

  it("reports the last answer when no attempt is left", async () => {
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

  it("retries as often as maxRetries says, and never when it is 0", async () => {
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

  it("waits longer each time, with jitter, up to the fifth", async () => {
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
    const events: RetryEvent[] = [];
    const onRetry = (event: RetryEvent) => events.push(event);
    await pipeTo(server.url, 0.9, { onRetry }).accounts.retrieve("acct_1");
    expect(performance.now() - start).toBeGreaterThan(195);
    expect(events).toMatchObject([{ delayMs: 200 }]);
  });

  it("waits until the date in Retry-After, by the remote's clock", async () => {
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

  it("waits its full step after a 429 that does not say how long", async () => {
    const server = await startServer({
      answers: [json(429, { code: "too_many_requests" })],
      otherwise: normal,
    });
    const start = performance.now();
    const events: RetryEvent[] = [];
    const onRetry = (event: RetryEvent) => events.push(event);
    await pipeTo(server.url, 0, { onRetry }).accounts.retrieve("acct_1");
    expect(performance.now() - start).toBeGreaterThan(990);
    expect(events).toMatchObject([{ delayMs: 1000 }]);
  });

  it.each([429, 503])(
    "gives up at once when a %i asks for a wait beyond the deadline",
    async (status) => {
      const server = await startServer({
        answers: [refuse(status, {}, { "retry-after": "30" })],
        otherwise: normal,
      });
      await expect(pipeTo(server.url).accounts.retrieve("acct_1")).rejects.toMatchObject({
        name: "ApiError",
        status,
        retryAfterMs: 30_000,
        attempts: 1,
      });
    },
  );

  it("makes its first retry in a process as promptly as the later ones, also under fake timers", async () => {
    let failures = 0;
    const client = createClient({
      ...key,
      fetch: async (url) => {
        if (url.includes("/login")) return Response.json({ token: "t" }, { status: 201 });
        return failures-- > 0 ? new Response("", { status: 503 }) : Response.json(account());
      },
    });
    await client.accounts.retrieve("acct_1");
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    failures = 3;
    const retried = client.accounts.retrieve("acct_1");
    await vi.advanceTimersByTimeAsync(7000);
    await expect(retried).resolves.toMatchObject({ id: account().id });
  });

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
      code: "unreachable",
      attempts: 4,
      outcome: "unknown",
    });
  });
});

it("waits for what a turn needs no longer than the deadline of the call", async () => {
  const retry = withoutSocket();
  const deadline = new Deadline(20, undefined);
  const request = { operation: "accounts.current", origin: "http://127.0.0.1:1", deadline };
  const ended = await retry(request as WireRequest).catch((error: unknown) => error);
  expect(ended).toBeInstanceOf(DeadlineError);
  expect(deadline.phase).toBe("connecting");
});

/** Retries over a transport whose first socket never opens. */
function withoutSocket() {
  const random = () => 0;
  const limits = { perSecond: 100, perEndpointPerSecond: 20, concurrent: 50 };
  const limiter = createRateLimiter(limits, () => createPacer(limits, random));
  const send = () => Promise.reject(new Error("nothing is sent before its turn"));
  return withRetry(send, {
    ...{ topics: createTopics({}), random, coolDown: createCoolDown(random), limiter },
    beforeTurn: () => new Promise(() => undefined),
  });
}
