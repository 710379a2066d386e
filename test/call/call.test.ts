import { describe, expect, it, vi } from "vitest";
import { createClient } from "../../src/index.js";
import {
  account,
  cut,
  json,
  key,
  newAccount,
  refuse,
  stall,
  startServer,
  text,
} from "../scripted-server.js";

describe("withResponse()", () => {
  it("returns the data and the details of the response", async () => {
    const headers = { "x-request-id": "r-1", "X-Mixed-Case": "yes", "content-language": "en" };
    const body = account();
    const server = await startServer({ answers: [json(201, body, headers)] });
    const client = createClient({ ...key, baseUrl: server.url });
    const { data, response } = await client.accounts.create(newAccount).withResponse();
    expect(data).toEqual(body);
    expect(response).toMatchObject({
      status: 201,
      requestId: "r-1",
      attempts: 1,
      headers: { "x-request-id": "r-1", "x-mixed-case": "yes", "content-language": "en" },
    });
  });

  it("joins repeated headers", async () => {
    const server = await startServer({
      answers: [
        (response) => {
          response.writeHead(
            200,
            [
              ["set-cookie", "a=1"],
              ["set-cookie", "b=2"],
              ["x-list", "1"],
              ["x-list", "2"],
            ].flat(),
          );
          response.end(JSON.stringify(account()));
        },
      ],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const { response } = await client.accounts.retrieve("acct_1").withResponse();
    expect(response.headers).toMatchObject({ "set-cookie": "a=1, b=2", "x-list": "1, 2" });
  });

  it("counts the attempts", async () => {
    const server = await startServer({ answers: [refuse(503), refuse(503)] });
    const client = createClient({ ...key, baseUrl: server.url });
    const { response } = await client.accounts.retrieve("acct_1").withResponse();
    expect(response).toMatchObject({ status: 200, attempts: 3, requestId: undefined });
  });

  it("sends nothing again, however often it is called", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const call = client.accounts.retrieve("acct_1");
    const [data, first, second] = await Promise.all([
      call,
      call.withResponse(),
      call.withResponse(),
    ]);
    expect(first).toEqual(second);
    expect(first.data).toBe(data);
    expect(server.requests.length).toBe(1);
  });

  it("rejects like the call itself, and leaves no rejection unhandled", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const server = await startServer({ otherwise: refuse(404) });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.retrieve("acct_1").withResponse()).rejects.toMatchObject({
      status: 404,
    });
    await expect(client.accounts.list().withResponse()).rejects.toMatchObject({ status: 404 });
    await expect(client.accounts.retrieve("..").withResponse()).rejects.toMatchObject({
      code: "invalid_input",
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe("the stack of an error", () => {
  const calledFromHere = expect.stringMatching(/\bopenShop .*\bcall\.test\.ts:\d+/);

  it("points to the call whose input is refused", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    for (const call of [
      () => client.accounts.create({} as never),
      () => client.accounts.retrieve(".."),
    ]) {
      const openShop = async () => await call();
      await expect(openShop()).rejects.toMatchObject({
        name: "ValidationError",
        stack: calledFromHere,
      });
    }
  });

  it("points to the refused call, even after retries", async () => {
    const server = await startServer({ answers: [refuse(503), cut()], otherwise: refuse(404) });
    vi.spyOn(Math, "random").mockReturnValue(0);
    const client = createClient({ ...key, baseUrl: server.url });
    vi.restoreAllMocks();
    for (const attempts of [3, 1]) {
      const openShop = async () => await client.accounts.retrieve("acct_1");
      await expect(openShop()).rejects.toMatchObject({
        name: "ApiError",
        attempts,
        stack: calledFromHere,
      });
    }
  });

  it("points to the call that got no answer, even after retries", async () => {
    const server = await startServer({ otherwise: cut() });
    vi.spyOn(Math, "random").mockReturnValue(0);
    const client = createClient({ ...key, baseUrl: server.url });
    vi.restoreAllMocks();
    const openShop = async () => await client.accounts.update("acct_1", {});
    await expect(openShop()).rejects.toMatchObject({
      name: "NetworkError",
      attempts: 4,
      stack: calledFromHere,
    });
  });

  it("points to the call that ran out of time, or whose answer cannot be read", async () => {
    const server = await startServer({ answers: [stall(), text(200, "<html>")] });
    const client = createClient({ ...key, baseUrl: server.url });
    const openShop = async (timeoutMs?: number) =>
      await client.accounts.retrieve("acct_1", { timeoutMs });
    const stack = calledFromHere;
    await expect(openShop(80)).rejects.toMatchObject({ name: "NetworkError", stack });
    await expect(openShop()).rejects.toMatchObject({ name: "ShapeError", stack });
  });
});
