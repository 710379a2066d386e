import { describe, expect, it } from "vitest";
import { createClient, NetworkError } from "../../src/index.js";
import {
  account,
  failureOf,
  json,
  key,
  slowly,
  stall,
  stallBody,
  startServer,
} from "../scripted-server.js";

// Retried, because a busy machine can stop this process for longer than the 100 ms that the tests allow.
describe("a server that stalls", { retry: 2 }, () => {
  it("ends a call at its deadline while waiting for the head", async () => {
    const server = await startServer({ answers: [json(200, account()), stall()] });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.retrieve("acct_1");
    const { error, tookMs } = await failureOf(
      client.accounts.retrieve("acct_1", { timeoutMs: 600 }),
    );
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({
      code: "timeout",
      phase: "waiting for the answer",
      outcome: "not_done",
      attempts: 1,
      message:
        "Cannot finish accounts.retrieve in time: the deadline passed while waiting for the answer (GET /api/v1/accounts/acct_1, outcome not_done)",
    });
    expect(tookMs).toBeGreaterThan(590);
    expect(tookMs).toBeLessThan(8000);
  });

  it("ends a call at its deadline in the middle of the body", async () => {
    const server = await startServer({ answers: [json(200, account()), stallBody()] });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.retrieve("acct_1");
    const { error, tookMs } = await failureOf(
      client.accounts.update("acct_1", {}, { timeoutMs: 600 }),
    );
    expect(error).toMatchObject({
      code: "timeout",
      phase: "reading the answer",
      outcome: "unknown",
      attempts: 1,
    });
    expect(tookMs).toBeGreaterThan(590);
    expect(tookMs).toBeLessThan(8000);
    await server.requests[1]?.closed;
  });

  it("ends a call whose body trickles in forever", async () => {
    const server = await startServer({
      answers: [
        json(200, account()),
        (response) => {
          const drip = setInterval(() => response.write(" "), 10);
          response.once("close", () => clearInterval(drip));
        },
      ],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.retrieve("acct_1");
    const call = client.accounts.retrieve("acct_1", { timeoutMs: 600 });
    const { error, tookMs } = await failureOf(call);
    expect(error).toMatchObject({ code: "timeout", phase: "reading the answer" });
    expect(tookMs).toBeLessThan(8000);
  });

  it("ends a call at its deadline while it waits for the login", async () => {
    const server = await startServer({ logins: [stall()] });
    const client = createClient({ ...key, baseUrl: server.url });
    const { error, tookMs } = await failureOf(client.accounts.submit("acct_1", { timeoutMs: 500 }));
    expect(error).toMatchObject({
      code: "timeout",
      operation: "accounts.submit",
      phase: "waiting for the login",
      outcome: "not_done",
      attempts: 0,
    });
    expect(tookMs).toBeLessThan(8000);
  });

  it("does not grant later attempts a second deadline", async () => {
    const server = await startServer({
      answers: [json(200, account())],
      otherwise: slowly(60, json(503, {}, { "retry-after": "0" })),
    });
    const client = createClient({ ...key, baseUrl: server.url, maxRetries: 500 });
    await client.accounts.retrieve("acct_1");
    const { error, tookMs } = await failureOf(
      client.accounts.retrieve("acct_1", { timeoutMs: 600 }),
    );
    expect(error).toMatchObject({ code: "timeout" });
    expect(tookMs).toBeLessThan(8000);
    expect(server.requests.length).toBeGreaterThan(2);
  });

  it("does not disturb the other calls of the client", async () => {
    const server = await startServer({ answers: [stall(), slowly(200, json(200, account()))] });
    const client = createClient({ ...key, baseUrl: server.url });
    const late = failureOf(client.accounts.retrieve("acct_1", { timeoutMs: 500 }));
    const fine = client.accounts.retrieve("acct_2", { timeoutMs: 2000 });
    expect((await late).error).toMatchObject({ code: "timeout" });
    await expect(fine).resolves.toMatchObject({ status: "CREATED" });
  });
});
