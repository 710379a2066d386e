import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Account, type Client, createClient, isAirwallexError } from "../../src/index.js";
import {
  type Answer,
  account,
  cut,
  cutBody,
  json,
  key,
  newAccount,
  refuse,
  type ScriptedServer,
  stall,
  startServer,
} from "../scripted-server.js";

/** A client that waits no longer between attempts than it must. */
function clientOf(server: ScriptedServer): Client {
  vi.spyOn(Math, "random").mockReturnValue(0);
  const client = createClient({ ...key, baseUrl: server.url });
  vi.restoreAllMocks();
  return client;
}

function setClock(offMs: number): void {
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + offMs);
  onTestFinished(() => void vi.restoreAllMocks());
}

const openShop = (server: ScriptedServer) =>
  clientOf(server).accounts.create({ ...newAccount, identifier: "seller-42" });

describe("accounts.create()", () => {
  /** A remote that keeps accounts, and does the work of the first create but loses its answer. */
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
  ])("finds the account it made when the answer was %s", async (_, lose) => {
    const { answer, kept } = forgetful(lose);
    const server = await startServer({ otherwise: answer });
    const { accounts } = clientOf(server);
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

  it("makes no second account without an identifier, and says what is unknown", async () => {
    const { answer, kept } = forgetful(cut());
    const server = await startServer({ otherwise: answer });
    const error = await clientOf(server)
      .accounts.create(newAccount)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "response_lost", outcome: "unknown", attempts: 1 });
    expect(String(error)).toContain("outcome unknown");
    expect(kept.length).toBe(1);
  });

  it("does not mistake an older or another account for its own", async () => {
    const olden = new Date(Date.now() - 10 * 60_000).toISOString();
    const items = [
      account({ id: "acct_old", created_at: olden }),
      account({ id: "acct_other", identifier: "seller-4" }),
    ];
    const server = await startServer({
      answers: [cut(), json(200, { items, has_more: false })],
      otherwise: json(201, account({ id: "acct_new" })),
    });
    await expect(openShop(server)).resolves.toMatchObject({ id: "acct_new" });
    expect(server.requests.map(({ method }) => method)).toEqual(["POST", "GET", "POST"]);
  });

  it("finds an account whose creation time is in the older format", async () => {
    const created_at = new Date().toISOString().replace("Z", "+0000");
    const items = [account({ id: "acct_made", created_at })];
    const server = await startServer({ answers: [cut(), json(200, { items, has_more: false })] });
    await expect(openShop(server)).resolves.toMatchObject({ id: "acct_made" });
  });

  it("finds an account that the remote was still creating when the connection broke", async () => {
    const kept: Account[] = [];
    const server = await startServer({
      otherwise: (response, seen, request) => {
        if (seen.method === "GET") {
          return json(200, { items: kept, has_more: false })(response, seen, request);
        }
        setTimeout(() => kept.push(account({ id: `acct_${kept.length}` })), 250);
        return response.destroy();
      },
    });
    await expect(openShop(server)).resolves.toMatchObject({ id: "acct_0" });
    expect(server.requests.filter(({ method }) => method === "POST").length).toBe(1);
  });

  it.each([-600_000, 600_000])(
    "finds its account with a clock that is %i ms off",
    async (offMs) => {
      const items = [account({ id: "acct_made", created_at: new Date().toISOString() })];
      const date = new Date().toUTCString();
      const server = await startServer({
        answers: [cut(), json(200, { items, has_more: false }, { date })],
      });
      const { accounts } = clientOf(server);
      setClock(offMs);
      const created = accounts.create({ ...newAccount, identifier: "seller-42" });
      await expect(created).resolves.toMatchObject({ id: "acct_made" });
    },
  );

  it("does not mistake an older account for its own when its clock is behind", async () => {
    const olden = new Date(Date.now() - 10 * 60_000).toISOString();
    const items = [account({ id: "acct_old", created_at: olden })];
    const server = await startServer({
      answers: [cut(), json(200, { items, has_more: false })],
      otherwise: json(201, account({ id: "acct_new" })),
    });
    const { accounts } = clientOf(server);
    setClock(-30 * 60_000);
    const created = accounts.create({ ...newAccount, identifier: "seller-42" });
    await expect(created).resolves.toMatchObject({ id: "acct_new" });
  });

  it("claims no account that does not say when it was made", async () => {
    const items = [{ ...account({ id: "acct_made" }), created_at: null }];
    const server = await startServer({
      answers: [cut()],
      otherwise: json(200, { items, has_more: false }),
    });
    await expect(openShop(server)).rejects.toMatchObject({ outcome: "unknown" });
    expect(server.requests.filter(({ method }) => method === "POST").length).toBe(1);
  });

  it("looks the account up with the headers of the call", async () => {
    const items = [account({ id: "acct_made" })];
    const server = await startServer({ answers: [cut(), json(200, { items, has_more: false })] });
    const headers = { "x-on-behalf-of": "acct_9", "x-gateway": "eu" };
    const input = { ...newAccount, identifier: "seller-42" };
    await clientOf(server).accounts.create(input, { headers });
    expect(server.requests[1]?.headers).toMatchObject(headers);
  });

  it.each([
    ["refused", refuse(403)],
    ["of a strange shape", json(200, { data: [] })],
    ["null", json(200, null)],
  ])(
    "keeps the first failure when the look-up is %s, and does not send again",
    async (_, answer) => {
      const server = await startServer({ answers: [cut()], otherwise: answer });
      const error = await openShop(server).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        operation: "accounts.create",
        code: "response_lost",
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
    await expect(openShop(server)).resolves.toMatchObject({ id: "acct_made" });
  });

  it("rejects with the caller's reason when aborted during the look-up", async () => {
    const server = await startServer({ answers: [cut()], otherwise: stall() });
    const controller = new AbortController();
    const { accounts } = clientOf(server);
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
    const { accounts } = clientOf(server);
    const start = performance.now();
    const create = accounts.create({ ...newAccount, identifier: "seller-42" }, { timeoutMs: 1500 });
    const error = await create.catch((reason: unknown) => reason);
    expect(performance.now() - start).toBeLessThan(8000);
    expect(isAirwallexError(error) && error.code !== "invalid_input").toBe(true);
    expect(error).toMatchObject({ operation: "accounts.create", outcome: "unknown" });
  });
});
