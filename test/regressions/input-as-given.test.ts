/** Some calls wait before their request is built; it must hold what they were given. */

import { expect, it, vi } from "vitest";
import { createClient } from "../../src/index.js";
import { json, key, newAccount, startServer } from "../scripted-server.js";

it("calls send their input as it was when they were made, even the first in a process", async () => {
  vi.resetModules();
  const fresh = await import("../../src/index.js");
  const server = await startServer();
  const client = fresh.createClient({ ...key, baseUrl: server.url });
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

it("calls that prepare something first act for the account they were given", async () => {
  const server = await startServer({
    otherwise: (response, seen, request) => {
      const answer = { authorization_code: "code", file_id: "file_1" };
      return json(200, answer)(response, seen, request);
    },
  });
  const client = createClient({ ...key, baseUrl: server.url });
  const options = { onBehalfOf: "" };
  const upload = { name: "" };
  const input = { scope: ["onboarding:write"] as const, identity: "" };
  const calls = ["acct_1", "acct_2"].flatMap((id): Promise<unknown>[] => {
    options.onBehalfOf = id;
    input.identity = id;
    upload.name = `${id}.png`;
    return [
      client.embedded.authorize(input, options),
      client.files.upload(Buffer.from("x"), upload, options),
    ];
  });
  await Promise.all(calls);
  for (const id of ["acct_1", "acct_2"]) {
    const sent = server.requests.filter(({ headers }) => headers["x-on-behalf-of"] === id);
    expect(sent.length).toBe(2);
    for (const { body } of sent) expect(String(body)).toContain(id);
  }
});
