import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkSpec } from "../../../scripts/contract/check-spec.js";
import { type Edit, makeContractProject } from "./project.js";

const orders = "schemas/orders.yaml";
const paths = "paths/orders.yaml";
const buyer: Edit = ["required: [id, buyer, extra]", "required: [id, extra]"];

describe("checkSpec()", () => {
  it("finds nothing when spec/ says what the contract says, but for the deviations", async () => {
    const project = await makeContractProject();
    expect(await project.problems()).toEqual([]);
  });

  it.each<[what: string, file: string, edits: readonly Edit[], problems: readonly string[]]>([
    [
      "a field is missing in requests and answers",
      orders,
      [["    paid: { type: boolean, description: Whether it is paid. }\n", ""]],
      [
        "GET /orders answer items[].paid: missing: the contract says boolean, spec/ says absent; edit Order.paid in spec/schemas/orders.yaml",
      ],
    ],
    [
      "a request has a field more",
      orders,
      [
        [
          "    paid: {",
          "    color: { type: string, writeOnly: true, description: Color. }\n    paid: {",
        ],
      ],
      [
        "POST /orders/create request color: surplus: the contract says absent, spec/ says string; edit Order.color in spec/schemas/orders.yaml",
      ],
    ],
    [
      "an answer has a field more, and no source for it",
      orders,
      [
        [
          "    paid: {",
          "    color: { type: string, readOnly: true, description: Color. }\n    paid: {",
        ],
      ],
      [
        "GET /orders answer items[].color: surplus: the contract says absent, spec/ says string; edit Order.color in spec/schemas/orders.yaml",
      ],
    ],
    [
      "an answer has a field more, and its source",
      orders,
      [
        [
          "    paid: {",
          "    color: { type: string, readOnly: true, x-source: observed, description: Color. }\n    paid: {",
        ],
      ],
      [],
    ],
    [
      "an enum value is written differently",
      orders,
      [["enum: [OPEN, PAID]", "enum: [OPEN, SETTLED]"]],
      [
        "GET /orders query status: value: the contract says PAID, spec/ says absent; edit OrderStatus in spec/schemas/orders.yaml",
        "GET /orders query status: value: the contract says absent, spec/ says SETTLED; edit OrderStatus in spec/schemas/orders.yaml",
      ],
    ],
    [
      "a value that only the text of the contract lists is missing",
      orders,
      [["enum: [S, M]", "enum: [S]"]],
      [
        "POST /orders/create request lines[].size: value: the contract says M, spec/ says absent; edit Order.lines[].size in spec/schemas/orders.yaml",
        "GET /orders answer items[].lines[].size: value: the contract says any string, spec/ says S; edit Order.lines[].size in spec/schemas/orders.yaml",
      ],
    ],
    [
      "a type differs",
      orders,
      [["count: { type: integer,", "count: { type: number,"]],
      [
        "GET /orders answer items[].count: type: the contract says integer, spec/ says number; edit Order.count in spec/schemas/orders.yaml",
      ],
    ],
    [
      "a required field is optional",
      orders,
      [buyer],
      [
        "GET /orders answer items[].buyer: required: the contract says required, spec/ says optional; edit Order.buyer in spec/schemas/orders.yaml",
      ],
    ],
    [
      "a limit differs",
      orders,
      [["maximum: 99.5", "maximum: 100"]],
      [
        "POST /orders/create request amount: limit: the contract says maximum 99.5, spec/ says maximum 100; edit Order.amount in spec/schemas/orders.yaml",
      ],
    ],
    [
      "a limit of a map differs",
      orders,
      [["propertyNames: { maxLength: 3 }", "propertyNames: { maxLength: 4 }"]],
      [
        "POST /orders/create request labels: limit: the contract says maxKeyLength 3, spec/ says maxKeyLength 4; edit Labels in spec/schemas/orders.yaml",
      ],
    ],
    [
      "a field of answers may be sent",
      "schemas/parties.yaml",
      [["      readOnly: true\n", ""]],
      [
        "POST /orders/create request buyer.rating: readOnly: the contract says not here, spec/ says here; edit Party.rating in spec/schemas/parties.yaml",
      ],
    ],
    [
      "a status differs",
      paths,
      [['"201":', '"200":']],
      [
        "POST /orders/create: status: the contract says 201, spec/ says 200; edit spec/paths/orders.yaml",
      ],
    ],
    [
      "a query parameter is missing",
      paths,
      [
        [
          "      - name: page_size\n        in: query\n        description: Orders per page.\n        schema: { type: integer, minimum: 1, maximum: 50 }\n",
          "",
        ],
      ],
      [
        "GET /orders query page_size: missing: the contract says integer, spec/ says absent; edit GET /orders query.page_size in spec/paths/orders.yaml",
      ],
    ],
    [
      "a header is missing",
      paths,
      [['    parameters:\n      - $ref: "../openapi.yaml#/components/parameters/Version"\n', ""]],
      [
        "POST /orders/create header x-version: missing: the contract says string, spec/ says absent; edit POST /orders/create header.x-version in spec/paths/orders.yaml",
      ],
    ],
    [
      "a body need not be sent",
      paths,
      [["      required: true\n      content", "      content"]],
      [
        "POST /orders/create: body: the contract says required, spec/ says optional; edit spec/paths/orders.yaml",
      ],
    ],
    [
      "an answer is an object, not an array",
      paths,
      [["#/OrderList", "#/Order"]],
      [
        "GET /orders answer items: missing: the contract says array of Order, spec/ says absent; edit Order.items in spec/schemas/orders.yaml",
      ],
    ],
    [
      "OAuth is not allowed",
      paths,
      [["x-oauth: true", "x-oauth: false"]],
      [
        "POST /orders/create: oauth: the contract says true, spec/ says false; edit spec/paths/orders.yaml",
      ],
    ],
    [
      "error codes differ",
      paths,
      [["x-error-codes: [not_found]", "x-error-codes: [gone]"]],
      [
        "POST /orders/{id}/cancel: error code: the contract says not_found, spec/ says absent; edit spec/paths/orders.yaml",
        "POST /orders/{id}/cancel: error code: the contract says absent, spec/ says gone; edit spec/paths/orders.yaml",
      ],
    ],
    [
      "a deviation explains nothing any more",
      "deviations.yaml",
      [["- {", "- { kind: status, reason: for the sake of it, source: ours }\n- {"]],
      ['spec/deviations.yaml: the entry "status: for the sake of it" explains nothing; delete it'],
    ],
  ])("names the file to edit when %s", async (_, file, edits, problems) => {
    const project = await makeContractProject();
    await project.edit(file, ...edits);
    const found = await project.problems();
    expect(found).toEqual(expect.arrayContaining([...problems]));
    if (problems.length === 0) expect(found).toEqual([]);
  });

  it("knows operations that are only named, and misses those that are not", async () => {
    const project = await makeContractProject();
    await project.update([
      "  /parcels:",
      '  /orders/archive:\n    get:\n      tags: [Shop > Orders]\n      responses: { "200": {} }\n  /parcels:',
    ]);
    expect(await project.problems()).toEqual([
      "GET /orders/archive: operation: the contract says described, spec/ says absent; edit spec/openapi.yaml",
    ]);
    await project.edit("openapi.yaml", [
      "components:",
      "x-not-modelled: [{ endpoints: [GET /orders/archive], reason: old }]\n\ncomponents:",
    ]);
    expect(await project.problems()).toEqual([]);
  });

  it("counts what spec/ says of the contract", async () => {
    const project = await makeContractProject();
    await project.edit(orders, ["enum: [OPEN, PAID]", "enum: [OPEN, SETTLED]"]);
    const { summary } = await checkSpec(project.spec);
    expect(summary).toBe(
      "4 of 4 operations, 4 of 4 statuses, 40 of 40 fields, 11 of 12 enum values, 3 of 3 query parameters, 5 of 5 error codes; 3 deviations, 2 unexplained",
    );
  });
});

describe("spec/", () => {
  it.each<[what: string, file: string, edit: Edit, problem: string]>([
    [
      "a field is dropped",
      "schemas/accounts.yaml",
      ["    nickname: {", "    display_name: {"],
      "edit Account.nickname in spec/schemas/accounts.yaml",
    ],
    [
      "an enum value is renamed",
      "schemas/accounts.yaml",
      ["SUBMITTED, ACTION_REQUIRED", "SUBMITTED, ACTION_NEEDED"],
      "edit AccountStatus in spec/schemas/accounts.yaml",
    ],
    [
      "a status is changed",
      "paths/accounts.yaml",
      ['"201":', '"202":'],
      "POST /api/v1/accounts/create: status: the contract says 201, spec/ says 202; edit spec/paths/accounts.yaml",
    ],
  ])("no longer fits the contract when %s", async (_, file, [from, to], problem) => {
    const spec = join(await mkdtemp(join(tmpdir(), "contract-")), "spec");
    onTestFinished(() => rm(dirname(spec), { recursive: true }));
    await cp("spec", spec, { recursive: true });
    expect((await checkSpec(spec)).problems.join("\n")).not.toContain(problem);
    const text = await readFile(join(spec, file), "utf8");
    expect(text).toContain(from);
    await writeFile(join(spec, file), text.replace(from, to));
    expect((await checkSpec(spec)).problems.join("\n")).toContain(problem);
  });
});

describe("scripts/contract/check.ts", () => {
  it("fails when a fact of the contract changes, and not with --list", async () => {
    const project = await makeContractProject();
    await project.update(["enum: [OPEN, PAID]", "enum: [OPEN, PAID, SHIPPED]"]);
    const { status, stdout } = check(project.spec);
    expect(stdout).toContain(
      "POST /orders/create request status: value: the contract says SHIPPED, spec/ says absent; edit OrderStatus in spec/schemas/orders.yaml\n",
    );
    expect(status).toBe(1);
    expect(check(project.spec, "--list").status).toBe(0);
  });
});

function check(...args: readonly string[]) {
  return spawnSync("node_modules/.bin/tsx", ["scripts/contract/check.ts", ...args], {
    encoding: "utf8",
  });
}
