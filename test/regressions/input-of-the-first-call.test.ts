/** The first calls of a process wait for the predicates; what is sent is what they were given. */

import { expect, it, vi } from "vitest";
import { newAccount, startServer } from "../scripted-server.js";

it("calls send their input as it was when they were made, the first of a process too", async () => {
  vi.resetModules();
  const { createClient } = await import("../../src/index.js");
  const server = await startServer();
  const client = createClient({
    environment: "sandbox",
    clientId: "id",
    apiKey: "key",
    baseUrl: server.url,
  });
  const input = { ...newAccount, identifier: "", primary_contact: { email: "" } };
  const calls = ["a", "b", "c"].map((name) => {
    input.identifier = name;
    input.primary_contact.email = `${name}@example.com`;
    return client.accounts.create(input);
  });
  await Promise.all(calls);
  const sent = server.requests.map(({ body }) => JSON.parse(String(body)));
  expect(sent.map(({ identifier }) => identifier).sort()).toEqual(["a", "b", "c"]);
  for (const { identifier, primary_contact } of sent) {
    expect(primary_contact).toEqual({ email: `${identifier}@example.com` });
  }
});
