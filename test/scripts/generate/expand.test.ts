import { describe, expect, it } from "vitest";
import { emitZod } from "../../../scripts/generate/emit-zod.js";
import type { Member, Node, Schema } from "../../../scripts/generate/model.js";
import { type Change, expandFixture, loadVerdict } from "./fixture.js";

const verdict = await loadVerdict("orders");

const response = { id: "1", buyer: { name: "Ada" }, extra: 1 };
const request = { buyer: { name: "Ada" }, extra: 1 };

describe("a schema used in both directions", () => {
  it("gets two names when both directions use it, and keeps its own when one does", async () => {
    const { schemas } = await expandFixture();
    const names = schemas.map(({ name, direction }) => `${name} ${direction}`).sort();
    expect(names).toEqual([
      "CancelReason request",
      "Failure response",
      "Labels response",
      "LabelsInput request",
      "Order response",
      "OrderCreateParams request",
      "OrderEvent response",
      "OrderList response",
      "OrderListParams request",
      "OrderStatus response",
      "OrderStatusInput request",
      "Party response",
      "PartyInput request",
      "SimulationOrderCancelAllParams request",
    ]);
  });

  it("refers to schemas of the same direction", async () => {
    const { schemas } = await expandFixture();
    const buyer = { kind: "ref", name: "PartyInput" };
    expect(member(schemas, "OrderCreateParams", "buyer").node).toEqual(buyer);
    expect(member(schemas, "Order", "buyer").node).toEqual({ kind: "ref", name: "Party" });
  });

  it("keeps unknown members in responses and refuses them in requests", () => {
    expect(verdict("Order", { ...response, news: 1 })).toBe(true);
    expect(verdict("OrderCreateParams", { ...request, news: 1 })).toBe(false);
    expect(verdict("Order", { ...response, lines: [{ sku: "ab", news: 1 }] })).toBe(true);
    expect(verdict("OrderCreateParams", { ...request, lines: [{ sku: "ab", news: 1 }] })).toBe(
      false,
    );
  });

  it("lets responses omit or null optional members, and requests only omit them", () => {
    expect(verdict("Order", { ...response, paid: null })).toBe(true);
    expect(verdict("Order", { ...response, paid: undefined })).toBe(true);
    expect(verdict("OrderCreateParams", { ...request, paid: null })).toBe(false);
    expect(verdict("OrderCreateParams", { ...request, paid: undefined })).toBe(true);
  });

  it("requires required members, even if they may have any value", () => {
    expect(verdict("Order", { ...response, id: null })).toBe(false);
    expect(verdict("Order", { id: "1", buyer: { name: "Ada" } })).toBe(false);
    expect(verdict("OrderCreateParams", { buyer: { name: "Ada" } })).toBe(false);
    expect(verdict("OrderCreateParams", { buyer: { name: "Ada" }, extra: undefined })).toBe(true);
  });

  it("leaves its enums open in responses and closes them in requests", () => {
    expect(verdict("Order", { ...response, status: "SOLD" })).toBe(true);
    expect(verdict("OrderCreateParams", { ...request, status: "SOLD" })).toBe(false);
    expect(verdict("OrderCreateParams", { ...request, status: "PAID" })).toBe(true);
    expect(verdict("Order", { ...response, lines: [{ sku: "ab", size: "L" }] })).toBe(true);
    expect(verdict("OrderCreateParams", { ...request, lines: [{ sku: "ab", size: "L" }] })).toBe(
      false,
    );
  });

  it("takes readOnly members back in requests, and keeps writeOnly members out of responses", async () => {
    const { schemas } = await expandFixture();
    expect(names(schemas, "Order")).toContain("id");
    expect(names(schemas, "Order")).not.toContain("access_code");
    expect(names(schemas, "OrderCreateParams")).toContain("access_code");
    expect(names(schemas, "OrderCreateParams")).toContain("id");
    expect(verdict("OrderCreateParams", request)).toBe(true);
    expect(verdict("OrderCreateParams", { ...request, id: "1" })).toBe(true);
  });
});

describe("limits and formats", () => {
  it.each([
    ["a number below its minimum", { amount: -1 }],
    ["a number above its maximum", { amount: 99.6 }],
    ["an integer below its minimum", { count: 0 }],
    ["a string that is too long", { buyer: { name: "Adaada" } }],
    ["a string that is too short", { lines: [{ sku: "a" }] }],
    ["an empty string", { buyer: { name: "" } }],
    ["a string that does not match its pattern", { country: "gb" }],
    ["a day that does not exist", { buyer: { name: "Ada", born: "2023-02-29" } }],
    ["a moment that does not exist", { placed_at: "2024-02-30T10:00:00Z" }],
    ["too few items", { lines: [] }],
    ["too many items", { lines: [{ sku: "ab" }, { sku: "ab" }, { sku: "ab" }] }],
    ["too many entries", { labels: { a: "1", b: "2", c: "3" } }],
    ["a key that is too long", { labels: { abcd: "1" } }],
    ["an entry that is too long", { labels: { a: "12345" } }],
  ])("are checked in requests only: %s", (_, members) => {
    expect(verdict("OrderCreateParams", { ...request, ...members })).toBe(false);
    expect(verdict("Order", { ...response, ...members })).toBe(true);
  });

  it("accept a value that is exactly at the limit", () => {
    const members = {
      buyer: { name: "\u{1f600}".repeat(5), born: "2024-02-29" },
      amount: 99.5,
      count: 1,
      country: "GB",
      labels: { abc: "1234", b: "" },
      lines: [{ sku: "\u{1f600}a" }, { sku: "ab", size: "M" }],
      placed_at: "2024-02-29T10:00:00.5+0530",
    };
    expect(verdict("OrderCreateParams", { ...request, ...members })).toBe(true);
  });

  it("leave types to be checked in both directions", () => {
    expect(verdict("Order", { ...response, count: 1.5 })).toBe(false);
    expect(verdict("Order", { ...response, paid: "yes" })).toBe(false);
    expect(verdict("Order", { ...response, labels: [] })).toBe(false);
    expect(verdict("Order", { ...response, lines: {} })).toBe(false);
    expect(verdict("Order", { ...response, "ship-to": [1] })).toBe(false);
  });
});

describe("expand()", () => {
  it("turns query parameters into a strict request", () => {
    expect(verdict("OrderListParams", { buyer: "Ada", page_size: 50, status: "OPEN" })).toBe(true);
    expect(verdict("OrderListParams", { page_size: 50 })).toBe(false);
    expect(verdict("OrderListParams", { buyer: "Ada", page_size: "50" })).toBe(false);
    expect(verdict("OrderListParams", { buyer: "Ada", status: "SOLD" })).toBe(false);
    expect(verdict("OrderListParams", { buyer: "Ada", page: 1 })).toBe(false);
  });

  it("names the schemas of each operation", async () => {
    const { operations } = await expandFixture();
    const shapes = operations.map(({ source, pathParameters, ...names }) => names);
    const cancelling = "SimulationOrderCancelAllParams";
    expect(shapes).toEqual([
      {
        params: "OrderCreateParams",
        body: { schema: "OrderCreateParams", required: true },
        response: "Order",
      },
      {
        params: "OrderListParams",
        query: { schema: "OrderListParams", required: true },
        response: "OrderList",
      },
      { params: cancelling, body: { schema: cancelling, required: false } },
      { response: "Order" },
    ]);
  });

  it("lets a method go without the request_id that goes out on the wire", async () => {
    const { operations, schemas } = await expandFixture([
      "schemas/orders.yaml",
      "  required: [id, buyer, extra]\n  properties:\n",
      "  required: [id, buyer, extra, request_id]\n  properties:\n    request_id: { type: string, description: Its id. }\n",
    ]);
    const [{ params, body } = {}] = operations;
    expect([params, body?.schema]).toEqual(["OrderCreateParams", "OrderCreateRequest"]);
    expect(member(schemas, "OrderCreateParams", "request_id").optional).toBe(true);
    expect(member(schemas, "OrderCreateRequest", "request_id").optional).toBe(false);
  });

  it("describes only the wire where the params of a method are written by hand", async () => {
    const { operations, schemas } = await expandFixture([
      "paths/orders.yaml",
      "    x-retry: request_id\n",
      "    x-retry: request_id\n    x-params: by-hand\n",
    ]);
    const [{ params, body } = {}] = operations;
    expect([params, body?.schema]).toEqual([undefined, "OrderCreateRequest"]);
    expect(schemas.map(({ name }) => name)).not.toContain("OrderCreateParams");
  });

  it("puts every schema after those it refers to", async () => {
    const { schemas } = await expandFixture();
    const order = schemas.map(({ name }) => name);
    expect(order.indexOf("Party")).toBeLessThan(order.indexOf("Order"));
    expect(order.indexOf("Order")).toBeLessThan(order.indexOf("OrderList"));
  });

  const status = 'status: { $ref: "#/OrderStatus", description: Where it stands. }';
  it("lets a schema contain itself", async () => {
    const itself = 'status: { $ref: "#/Order", description: Itself. }';
    const { schemas } = await expandFixture(["schemas/orders.yaml", status, itself]);
    expect(emitZod(schemas.find(({ name }) => name === "Order") as Schema)).toContain(
      "status: z.lazy(() => Order)",
    );
  });

  it.each<[string, string, Change]>([
    [
      "two schemas contain each other",
      "schemas: refer to each other in a circle: Order -> OrderList -> Order",
      ["schemas/orders.yaml", status, 'status: { $ref: "#/OrderList", description: Its list. }'],
    ],
    [
      "two subjects need each other",
      "files: refer to each other in a circle: orders -> parties -> orders",
      [
        "schemas/parties.yaml",
        "rating:\n      type: number",
        'rating:\n      $ref: "./orders.yaml#/Failure"',
      ],
    ],
    [
      "nothing leads to a schema",
      "schemas/orders.yaml: OrderEvent: no operation leads here, and x-direction is missing",
      ["schemas/orders.yaml", "  x-direction: response\n", ""],
    ],
    [
      "a name is taken by an expanded one",
      "the name OrderListParams is taken by schemas/orders.yaml: OrderListParams",
      ["schemas/orders.yaml", "OrderEvent:", "OrderListParams:"],
    ],
  ])("refuses the description when %s", async (_, message, change) => {
    await expect(expandFixture(change)).rejects.toThrow(message);
  });
});

function members(schemas: readonly Schema[], name: string): readonly Member[] {
  const node: Node | undefined = schemas.find((schema) => schema.name === name)?.node;
  return node?.kind === "object" ? node.members : [];
}

function names(schemas: readonly Schema[], name: string): readonly string[] {
  return members(schemas, name).map((one) => one.name);
}

function member(schemas: readonly Schema[], schema: string, name: string): Member {
  const found = members(schemas, schema).find((one) => one.name === name);
  if (found === undefined) throw new Error(`${schema} has no ${name}`);
  return found;
}
