import { describe, expect, it } from "vitest";
import { type Change, expandFixture } from "./fixture.js";

const orders = "schemas/orders.yaml";
const paths = "paths/orders.yaml";
const paid = "paid: { type: boolean, description: Whether it is paid. }";

describe("loadSource()", () => {
  it.each<[string, string, Change]>([
    [
      "a keyword is unknown",
      "schemas/orders.yaml: Order.paid: unknown keyword nullable",
      [orders, "type: boolean,", "type: boolean, nullable: true,"],
    ],
    [
      "a keyword belongs to another kind",
      "schemas/orders.yaml: Order.paid: unknown keyword maxLength",
      [orders, "type: boolean,", "type: boolean, maxLength: 3,"],
    ],
    [
      "a type is unknown",
      "schemas/orders.yaml: Order.paid: unknown type bool",
      [orders, "type: boolean,", "type: bool,"],
    ],
    [
      "a limit is no number",
      "schemas/orders.yaml: Order.count: minimum is not a number",
      [orders, "type: integer, minimum: 1", 'type: integer, minimum: "1"'],
    ],
    [
      "a format is unknown",
      "schemas/orders.yaml: Order.placed_at: format is not one of date, date-time",
      [orders, "format: date-time", "format: time"],
    ],
    [
      "a pattern cannot be read",
      "schemas/orders.yaml: Order.country: pattern cannot be read",
      [orders, "^[A-Z]{2}$", "^[A-Z{2}$"],
    ],
    [
      "a write does not say what to do when nobody knows whether it was done",
      "paths/orders.yaml: post /orders/{id}/attach: x-when-unknown is missing",
      ["paths/orders.yaml", "    x-when-unknown: read the order\n", ""],
    ],
    [
      "a member has no description",
      "schemas/orders.yaml: Order.paid: description is missing",
      [orders, paid, "paid: { type: boolean }"],
    ],
    [
      "a schema has no description",
      "schemas/orders.yaml: Failure: description is missing",
      [orders, "  description: The body of a failed call.\n", ""],
    ],
    [
      "a member is both readOnly and writeOnly",
      "schemas/orders.yaml: Order.access_code: is both readOnly and writeOnly",
      [orders, "writeOnly: true", "writeOnly: true, readOnly: true"],
    ],
    [
      "an object requires what it has not",
      "schemas/orders.yaml: Order: requires price, which is not there",
      [orders, "required: [id,", "required: [price, id,"],
    ],
    [
      "an enum repeats a value",
      "schemas/orders.yaml: OrderStatus: enum repeats a value",
      [orders, "enum: [OPEN, PAID]", "enum: [OPEN, OPEN]"],
    ],
    [
      "two files use one name",
      "schemas/parties.yaml: Order: the name is taken by schemas/orders.yaml",
      ["schemas/parties.yaml", "Party:", "Order:\n  description: Another.\nParty:"],
    ],
    [
      "a name is not in PascalCase",
      "schemas/orders.yaml: failure: is not a name in PascalCase",
      [orders, "\nFailure:", "\nfailure:\n  description: Small.\nFailure:"],
    ],
    [
      "a reference dangles",
      "schemas/orders.yaml: Order.buyer: the reference ./parties.yaml#/Buyer leads nowhere",
      [orders, "parties.yaml#/Party", "parties.yaml#/Buyer"],
    ],
    [
      "a path leads nowhere",
      "openapi.yaml: /orders: the reference ./paths/orders.yaml#/~1order leads nowhere",
      ["openapi.yaml", 'orders.yaml#/~1orders"', 'orders.yaml#/~1order"'],
    ],
    [
      "a path is not listed",
      "paths/orders.yaml: /orders/{id}/attach: is not listed in openapi.yaml",
      [
        "openapi.yaml",
        /** The last path and its reference. */ "  /orders/{id}/attach:\n",
        "  /x:\n",
      ],
    ],
    [
      "an operation does not say how it is retried",
      "paths/orders.yaml: get /orders: x-retry is missing",
      [paths, "    x-retry: safe\n", ""],
    ],
    [
      "an operation has a query beside its body",
      "paths/orders.yaml: post /orders/create: has a query and a body, expected one of them",
      [
        paths,
        '      - $ref: "../openapi.yaml#/components/parameters/Version"\n',
        "      - { name: dry, in: query, description: Only checks it., schema: { type: boolean } }\n",
      ],
    ],
    [
      "a body has no name",
      "paths/orders.yaml: post /orders/create.requestBody.content.application/json.schema: $ref is missing",
      [paths, '{ $ref: "../schemas/orders.yaml#/Order" }', "{ type: object }"],
    ],
    [
      "the parameters are not those of the path",
      "paths/orders.yaml: post /orders/{id}/cancel: the path needs id; its parameters are order_id",
      [paths, "- name: id", "- name: order_id"],
    ],
    [
      "an operation has two successes",
      "paths/orders.yaml: post /orders/{id}/cancel: expected exactly one response for success",
      [paths, '"204": { description: Done. }', '"204": { description: Done. }\n      "200": {}'],
    ],
    [
      "two operations have one id",
      "paths/orders.yaml: get /orders: operationId orders.create is taken by",
      [paths, "operationId: orders.list", "operationId: orders.create"],
    ],
    [
      "a file is not YAML",
      "schemas/orders.yaml: ",
      [orders, "enum: [OPEN, PAID]", "enum: [OPEN, PAID"],
    ],
  ])("refuses the description when %s", async (_, message, change) => {
    await expect(expandFixture(change)).rejects.toThrow(message);
  });

  it("reports every mistake at once", async () => {
    const loading = expandFixture(
      [orders, "type: boolean,", "type: bool,"],
      [paths, "    x-retry: safe\n", ""],
    );
    await expect(loading).rejects.toThrow(/: 2 problems\n {2}schemas.*\n {2}paths.*/);
  });
});
