/** The emulator grants what spec/scopes.yaml says, in both spellings, and nothing else. */

import { readFile } from "node:fs/promises";
import { createEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { endpoints } from "../../../src/generated/endpoints.js";
import { connect, send } from "../api.js";
import { connectAccount, redirectUri } from "./app.js";

interface Scope {
  readonly older?: string;
  readonly includes?: string;
  readonly endpoints: readonly string[];
}

const text = await readFile(new URL("../../../spec/scopes.yaml", import.meta.url), "utf8");
const table: Readonly<Record<string, Scope>> = Object.assign({}, ...Object.values(parse(text)));

function opens({ includes, endpoints: own }: Scope): readonly string[] {
  const included = includes === undefined ? undefined : table[includes];
  return included === undefined ? own : [...opens(included), ...own];
}

const calls = endpoints.filter(({ name }) => !/^(authentication|oauth)\./.test(name));

test("there are 65 scopes, and those that were never real are gone", () => {
  expect(Object.keys(table)).toHaveLength(65);
  for (const scope of ["contact_management:write", "payment_links:write", "file:read"]) {
    const { oauth } = createEmulator();
    const back = new URL(oauth.consent({ redirectUri, scope }));
    expect(back.searchParams.get("error")).toBe("invalid_scope");
  }
});

test.each(Object.entries(table))("%s opens its endpoints and no others", async (name, scope) => {
  for (const spelling of [name, scope.older].filter((word) => word !== undefined)) {
    const emulator = createEmulator();
    const { access_token } = await connectAccount(emulator, { scope: spelling });
    const headers = { authorization: `Bearer ${access_token}` };
    const opened: string[] = [];
    for (const { method, path } of calls) {
      const answer = await send(
        emulator,
        method,
        path.replace(/\{\w+\}/g, "x"),
        undefined,
        headers,
      );
      if (answer.status !== 403) opened.push(`${method} ${path}`);
    }
    const modelled = new Set(calls.map(({ method, path }) => `${method} ${path}`));
    expect(opened.sort()).toEqual(
      opens(scope)
        .filter((one) => modelled.has(one))
        .sort(),
    );
  }
});

test("a simulation with a customer's token reaches only the customer's own account", async () => {
  const emulator = createEmulator();
  const platform = await connect(emulator);
  const { body: own } = await send(emulator, "GET", "/api/v1/account", undefined, {
    authorization: `Bearer ${(await connectAccount(emulator)).access_token}`,
  });
  const { body: other } = await platform("POST", "/api/v1/accounts/create", {
    primary_contact: { email: "a@b.example" },
    account_details: { legal_entity_type: "INDIVIDUAL" },
    customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
  });
  const token = (await connectAccount(emulator, { scope: "simulation:write" })).access_token;
  const update = (id: string) =>
    send(
      emulator,
      "POST",
      `/api/v1/simulation/accounts/${id}/update_status`,
      { next_status: "ACTIVE" },
      { authorization: `Bearer ${token}` },
    );
  expect(await update(other.id)).toMatchObject({ status: 404 });
  expect(await update(own.id)).toMatchObject({ status: 400, body: { code: "bad_request" } });
});
