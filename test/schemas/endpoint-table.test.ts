import { describe, expect, it } from "vitest";
import { accountsCreate, accountsRetrieve, endpoints } from "../../src/generated/endpoints.js";
import type { Endpoint } from "../../src/schemas/endpoint.js";
import { createEndpointTable, withMembers } from "../../src/schemas/endpoint-table.js";

const shapes = endpoints.flatMap(({ name, query, body, response }) =>
  Object.entries({ query, body, response }).flatMap(([part, shape]) =>
    shape ? [{ place: `${name} ${part}`, shape }] : [],
  ),
);

describe("createEndpointTable()", () => {
  it("reads its text when an endpoint is used, and not before", () => {
    const table = createEndpointTable("no JSON", {
      predicates: () => Promise.reject(new Error("not needed")),
      schemas: () => ({}),
    });
    const endpoint = table<Endpoint>("orders.list");
    expect(endpoint.name).toBe("orders.list");
    expect(() => endpoint.method).toThrow(SyntaxError);
  });

  it("gives endpoints with the same shape the same one", () => {
    expect(accountsCreate.response).toBe(accountsRetrieve.response);
  });
});

describe("withMembers()", () => {
  it("changes some members and keeps the others", () => {
    const changed = withMembers(accountsCreate, { path: "/elsewhere" });
    const { name, method, retry, body, status } = accountsCreate;
    expect(changed).toMatchObject({ name, method, retry, body, status, path: "/elsewhere" });
  });
});

describe("the table of endpoints", () => {
  it.each(shapes)("finds the predicate and the schema: $place", async ({ shape }) => {
    expect(typeof (await shape.fits(undefined))).toBe("boolean");
    const schema = await shape.schema();
    expect((await shape.fits({})) as boolean).toBe(schema.safeParse({}).success);
  });
});
