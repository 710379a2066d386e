import { createServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { createClient } from "../../src/index.js";
import { type Answer, account, failureOf, json, key, startServer } from "../scripted-server.js";

const one = account();
const maxResponseBytes = 100_000;
const tooLarge = "the answer is larger than 100000 bytes, the limit of maxResponseBytes";
const big = JSON.stringify({ ...one, nickname: "x".repeat(200_000) });

/** Answers with more bytes than are allowed, in different ways. */
const ways: readonly (readonly [string, (status: number) => Answer])[] = [
  [
    "announced",
    (status) => (response) =>
      response.writeHead(status, { "content-length": String(big.length) }).end(big),
  ],
  ["in chunks", (status) => (response) => response.writeHead(status).end(big)],
  [
    "without end",
    (status) => (response) => {
      response.writeHead(status);
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(10_000)));
      };
      response.on("drain", more);
      more();
    },
  ],
  [
    "compressed",
    (status) => (response) =>
      response.writeHead(status, { "content-encoding": "gzip" }).end(gzipSync(big)),
  ],
];

const transports = [
  ["undici", {}],
  ["fetch", { fetch }],
] as const;

const all = ways.flatMap(([way, answer]) =>
  transports.map(([name, options]) => [way, name, answer, options] as const),
);

describe("an answer of more than maxResponseBytes", () => {
  it.each(all)("%s, over %s, is not read to its end", async (_, __, answer, options) => {
    const server = await startServer({ answers: [answer(200)] });
    const client = createClient({ ...key, baseUrl: server.url, maxResponseBytes, ...options });
    const { error } = await failureOf(client.accounts.retrieve("acct_1"));
    expect(error).toMatchObject({ name: "ShapeError", code: "unreadable_response" });
    expect(String(error)).toContain(tooLarge);
    await server.requests[0]?.closed;
    await expect(client.accounts.retrieve("acct_1")).resolves.toMatchObject({ status: "CREATED" });
  });

  it.each(all)("%s, over %s, is the refusal that it is", async (_, __, answer, options) => {
    const server = await startServer({ answers: [answer(403)] });
    const client = createClient({ ...key, baseUrl: server.url, maxResponseBytes, ...options });
    const { error } = await failureOf(client.accounts.submit("acct_1"));
    expect(error).toMatchObject({ name: "ApiError", code: "forbidden", outcome: "not_done" });
    expect(String(error)).toContain(tooLarge);
  });

  it.each(all)("%s, over %s, leaves the outcome of a write unknown", async (_, __, answer, o) => {
    const server = await startServer({ answers: [answer(200)] });
    const client = createClient({ ...key, baseUrl: server.url, maxResponseBytes, ...o });
    const { error } = await failureOf(client.accounts.update("acct_1", {}));
    expect(error).toMatchObject({ code: "unreadable_response", outcome: "unknown" });
  });

  it("is read when it has exactly that many", async () => {
    const server = await startServer({ otherwise: (response) => response.end(big) });
    for (const [, options] of transports) {
      const own = { ...key, baseUrl: server.url, maxResponseBytes: big.length, ...options };
      await expect(createClient(own).accounts.retrieve("acct_1")).resolves.toBeTypeOf("object");
    }
  });

  it("is a limit that createClient checks", () => {
    for (const maxResponseBytes of [0, -1, 1.5, Number.NaN, 2 ** 29, "5"] as number[]) {
      expect(() => createClient({ ...key, maxResponseBytes })).toThrow("maxResponseBytes is ");
    }
    expect(() => createClient({ ...key, maxResponseBytes: 2 ** 29 - 24 })).not.toThrow();
  });
});

describe("an answer that is nested very deeply", () => {
  const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  const body = (status: number, text: string): Answer => {
    return (response) => response.writeHead(status).end(text);
  };

  it.each(["report", "strict", "off"] as const)(
    "does not overflow the stack, with validation %s",
    async (validation) => {
      const whole = JSON.stringify(one).replace(/}$/, `,"account_details":${deep(1e5)}}`);
      const server = await startServer({ otherwise: body(200, whole) });
      const onDrift = () => undefined;
      const client = createClient({
        ...key,
        baseUrl: server.url,
        validation,
        observer: { onDrift },
      });
      const { error } = await failureOf(client.accounts.retrieve("acct_1"));
      expect(error).not.toBeInstanceOf(RangeError);
    },
  );

  it.each([
    ["objects", deep(1e6)],
    ["lists", `${"[".repeat(1e6)}${"]".repeat(1e6)}`],
  ])("of %s alone is no answer", async (_, text) => {
    const server = await startServer({ otherwise: body(200, text) });
    const client = createClient({ ...key, baseUrl: server.url });
    const noAnswer = { code: "unreadable_response" };
    await expect(client.accounts.retrieve("acct_1")).rejects.toMatchObject(noAnswer);
    await expect(client.accounts.list()).rejects.toMatchObject(noAnswer);
  });

  it("is a refusal like any other", async () => {
    const text = `{"code":"x","message":"m","details":${deep(1e5)}}`;
    const server = await startServer({ otherwise: body(400, text) });
    const client = createClient({ ...key, baseUrl: server.url });
    const { error } = await failureOf(client.accounts.submit("acct_1"));
    expect(error).toMatchObject({ code: "invalid_request", apiCode: "x", remoteMessage: "m" });
    expect(JSON.stringify(error).length).toBeLessThan(5000);
  });

  it("of items without ids can be walked", async () => {
    const items = `[${deep(1e5)}]`;
    const server = await startServer({
      answers: [body(200, `{"items":${items},"has_more":true}`)],
      otherwise: json(200, { items: [], has_more: false }),
    });
    const client = createClient({ ...key, baseUrl: server.url, validation: "off" });
    const { error } = await failureOf(client.accounts.list().toArray({ limit: 10 }));
    expect(error).not.toBeInstanceOf(RangeError);
  });
});

describe("a refusal that says very much", () => {
  it("is cut, and what was sent does not show at the cut", async () => {
    const secret = `Ada-${"Lovelace-".repeat(20)}`;
    const text = `${"no ".repeat(3000)}${`${secret} `.repeat(300)}`;
    const server = await startServer({ otherwise: json(400, { code: "x", message: text }) });
    const client = createClient({ ...key, baseUrl: server.url });
    const { error } = await failureOf(
      client.accounts.update("acct_1", { primary_contact: { email: secret } } as never),
    );
    expect(error).toMatchObject({ remoteMessage: expect.stringMatching(/^no no /) });
    expect(String(error)).not.toContain("Lovelace");
  });

  it.each([
    ["a message", { message: "a@".repeat(5e6) }],
    ["many details", { details: Array.from({ length: 1e5 }, (_, i) => ({ source: `f${i}` })) }],
    ["long details", { details: [{ source: "s", message: "x".repeat(5e6) }] }],
    ["a code", { code: "c".repeat(1e6) }],
  ])("in %s stays short", async (_, body) => {
    const server = await startServer({ otherwise: json(400, { code: "x", ...body }) });
    const client = createClient({ ...key, baseUrl: server.url });
    const { error } = await failureOf(client.accounts.submit("acct_1"));
    expect(error).toMatchObject({ code: "invalid_request" });
    expect(String(error).length).toBeLessThan(20_000);
  });
});

it("skips the byte-order mark before JSON", async () => {
  const body = `\u{feff}${JSON.stringify(one)}`;
  const server = await startServer({ otherwise: (response) => response.end(body) });
  for (const [, options] of transports) {
    const client = createClient({ ...key, baseUrl: server.url, ...options });
    await expect(client.accounts.retrieve("acct_1")).resolves.toEqual(one);
  }
});

it("takes the answer that follows early hints, whatever they say", async () => {
  const body = JSON.stringify(one);
  const hints =
    "HTTP/1.1 103 Early Hints\r\ncontent-encoding: gzip\r\nretry-after: 9\r\ncontent-length: 999999999\r\n\r\n";
  const answer = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const server = createServer((socket: Socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      const token = '{"token":"t"}';
      const login = `HTTP/1.1 201 OK\r\ncontent-length: ${token.length}\r\n\r\n${token}`;
      socket.write(String(data).includes("/login") ? login : hints + hints + answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { readonly port: number };
  const client = createClient({ ...key, baseUrl: `http://127.0.0.1:${port}` });
  const { data, response } = await client.accounts.retrieve("acct_1").withResponse();
  expect(data).toEqual(one);
  expect(response).toMatchObject({ status: 200, headers: { "content-length": `${body.length}` } });
  expect(response.headers).not.toHaveProperty("retry-after");
  await client.close();
});
