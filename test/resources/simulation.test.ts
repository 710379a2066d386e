import { describe, expect, it } from "vitest";
import { createClient } from "../../src/index.js";
import { key, startServer } from "../scripted-server.js";

describe("simulation", () => {
  it("is absent on a production client, and on everything derived from it", () => {
    const client = createClient({ ...key, environment: "production" });
    for (const one of [client, client.onBehalfOf("acct_9"), client.with({ maxRetries: 1 })]) {
      expect("simulation" in one).toBe(false);
    }
  });

  it.each(["sandbox", "demo"] as const)("is there on a client of the %s", (environment) => {
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
});
