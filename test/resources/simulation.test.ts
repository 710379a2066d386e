import { describe, expect, it } from "vitest";
import { type Client, createClient } from "../../src/index.js";
import { json, key, startServer, text } from "../scripted-server.js";

describe("simulation", () => {
  it("is missing from a production client, and from everything derived from it", () => {
    const client = createClient({ ...key, environment: "production" });
    for (const one of [
      client,
      client.onBehalfOf("acct_9"),
      client.withOptions({ maxRetries: 1 }),
    ]) {
      expect("simulation" in one).toBe(false);
    }
  });

  it.each(["sandbox", "demo"] as const)("is present on a client of the %s", (environment) => {
    const client = createClient({ ...key, environment });
    expect(client.simulation.accounts.updateStatus).toBeTypeOf("function");
    expect(client.onBehalfOf("acct_9").simulation.accounts.updateStatus).toBeTypeOf("function");
  });

  it.each([
    ["an unknown status", { next_status: "CLOSED" }],
    ["no status", {}],
    ["nothing", undefined],
    ["an unknown member", { next_status: "ACTIVE", nextStatus: "ACTIVE" }],
  ])("refuses %s before anything is sent", async (_, input) => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(
      client.simulation.accounts.updateStatus("acct_1", input as never),
    ).rejects.toMatchObject({
      name: "ValidationError",
      operation: "simulation.accounts.updateStatus",
    });
    expect(server.connections).toBe(0);
  });

  it.each([
    ["deposits.create", [{ amount: "10", global_account_id: "ga_1" }]],
    ["deposits.create", [{ amount: 10 }]],
    ["deposits.create", [{ amount: 10, global_account_id: "ga_1", status: "REVERSED" }]],
    ["deposits.create", [{ amount: 10, global_account_id: "ga_1", payer_country: "Australia" }]],
    ["transfers.transition", ["tfr_1", { next_status: "LOST" }]],
    ["transfers.transition", ["tfr_1", { next_status: "FAILED", failure_type: "WEATHER" }]],
    ["transfers.transition", ["tfr_1", { nextStatus: "PAID" }]],
  ] as const)("refuses invalid input for %s before anything is sent", async (name, input) => {
    const server = await startServer();
    const { simulation } = createClient({ ...key, baseUrl: server.url });
    const [group, method] = name.split(".") as ["deposits", "create"];
    const call = simulation[group][method] as (...input: readonly unknown[]) => Promise<unknown>;
    await expect(call(...input)).rejects.toMatchObject({
      name: "ValidationError",
      operation: `simulation.${name}`,
    });
    expect(server.connections).toBe(0);
  });

  it.each([true, false])("returns the %s that the API answers", async (answer) => {
    const server = await startServer({ answers: [json(200, answer)] });
    const client = createClient({ ...key, baseUrl: server.url, validation: "strict" });
    const settled = client.simulation.deposits.settle("dep_1");
    expect(await settled).toBe(answer);
    expect((await settled.withResponse()).response.status).toBe(200);
  });

  it.each([
    ["nothing", "", undefined],
    ["plain text", "OK", "OK"],
    ["an object", '{"id":"dep_1"}', { id: "dep_1" }],
  ])("takes %s for an answer as well, and reports it", async (_, body, expected) => {
    const server = await startServer({ answers: [text(200, body)] });
    const drifts: string[] = [];
    const observer = { onDrift: ({ shape }: { shape: string }) => drifts.push(shape) };
    const client = createClient({ ...key, baseUrl: server.url, observer });
    expect(await client.simulation.deposits.settle("dep_1")).toEqual(expected);
    expect(drifts).toEqual(["SimulationDone"]);
  });

  it("loses no digit of an amount", async () => {
    const body = '{"id":"dep_1","amount":12345678901234567.89,"currency":"USD"}';
    const server = await startServer({ answers: [text(201, body)] });
    const client = createClient({ ...key, baseUrl: server.url, validation: "strict" });
    const input = { amount: 1, global_account_id: "ga_1" };
    const deposit = await client.simulation.deposits.create(input);
    expect(deposit.amount).toBe("12345678901234567.89");
  });

  it("fails with a stack that points to its caller", async () => {
    const server = await startServer({ answers: [json(400, { code: "bad_request" })] });
    const client = createClient({ ...key, baseUrl: server.url });
    const error = await settleSomething(client).catch((reason: unknown) => reason);
    expect((error as Error).stack).toContain("settleSomething");
  });

  async function settleSomething(client: Client<"sandbox">): Promise<void> {
    await client.simulation.deposits.settle("dep_1");
  }
});
