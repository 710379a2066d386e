import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { printTables } from "../../../scripts/contract/tables.js";
import { updateContract } from "../../../scripts/contract/update.js";
import { documentOf } from "./document.js";
import { type Edit, makeContractProject, tablesOf, vendorDocument } from "./project.js";

const line = "                      sku: { type: string, minLength: 2 }\n";

describe("updateContract()", () => {
  it("reads inline and referenced schemas, allOf, aliases, and what errors say", async () => {
    const { spec } = await makeContractProject();
    const { operations, fields } = printTables(await tablesOf(spec));
    expect(operations.split("\n").map((row) => row.split("\t").slice(0, 6).join(" | "))).toEqual([
      "# Airwallex Client API 2026-08-21",
      "operation | oauth | body | status | answer | errors",
      "GET /orders | yes |  | 200 | object | 400=invalid_argument",
      "POST /orders/create | yes | object required | 201 | ref:Order | 400=field_required,invalid_argument 401=credentials_invalid",
      "POST /orders/{id}/attach | yes | multipart required | 200 | ref:Order | ",
      "POST /orders/{order_id}/cancel | yes | ref:Cancellation | 204 |  | 404=not_found",
      "",
    ]);
    const rows = fields.split("\n").map((row) => row.split("\t").slice(0, 7).join("\t").trimEnd());
    expect(rows).toEqual(
      expect.arrayContaining([
        "GET /orders query\tbuyer\tstring\tyes",
        "GET /orders answer\titems\tarray<ref:Order>",
        "POST /orders/create request\tbuyer.rating\tnumber\t\tyes",
        "POST /orders/create request\tlabels\tmap<string>\t\t\tmaxProperties=2;maxKeyLength=3;maxLength=4",
        "POST /orders/create request\tlines\tarray<object>\t\t\tminItems=1;maxItems=2",
        "POST /orders/create request\tlines[].sku\tstring\tyes\t\tminLength=2",
        "POST /orders/create request\tstatus\tstring\t\t\t\tOPEN PAID",
        "Cancellation\treason\tstring\t\t\t\tLATE LOST BROKEN OTHER",
        "Order\tid\tstring\t\tyes",
        "Order\tcountry\tstring",
        "Order\tlines[].sku\tstring\tyes\t\tminLength=2",
        "Order\tplaced_at\tstring(date-time)",
      ]),
    );
    expect(fields).not.toContain("Base");
    expect(fields).not.toContain("/parcels");
  });

  it("finds no change in a document that it has read", async () => {
    const project = await makeContractProject();
    const before = printTables(await tablesOf(project.spec));
    expect((await project.update()).slice(1, -1)).toEqual([
      "breaking: nothing",
      "additive: nothing",
      "only words: nothing",
      "look at spec/contract/prose.tsv: nothing",
    ]);
    expect(printTables(await tablesOf(project.spec))).toEqual(before);
  });

  it.each<[what: string, edits: readonly Edit[], report: readonly string[]]>([
    [
      "a field is gone",
      [["            paid: { type: boolean }\n            place", "            place"]],
      [
        "breaking: 1",
        "  GET /orders answer items[].paid: missing: boolean before, absent now; see Order in spec/schemas/orders.yaml",
        "additive: nothing",
      ],
    ],
    [
      "a request requires a new field",
      [
        ["required: [buyer, extra]", "required: [buyer, extra, channel]"],
        [
          "                count:",
          "                channel: { type: string }\n                count:",
        ],
      ],
      [
        "breaking: 1",
        "  POST /orders/create request channel: surplus: absent before, string, required now; see Order in spec/schemas/orders.yaml",
        "additive: nothing",
      ],
    ],
    [
      "an answer has a new field, and a list a new value",
      [
        [
          "            paid: { type: boolean }\n            place",
          "            paid: { type: boolean }\n            weight: { type: number }\n            place",
        ],
        ["enum: [LATE, LOST, BROKEN, OTHER]", "enum: [LATE, LOST, BROKEN, STOLEN, OTHER]"],
      ],
      [
        "breaking: nothing",
        "additive: 2",
        "  GET /orders answer items[].weight: surplus: absent before, number now; see Order in spec/schemas/orders.yaml",
        "  POST /orders/{order_id}/cancel request reason: value: absent before, STOLEN now; see CancelReason in spec/schemas/orders.yaml",
      ],
    ],
    [
      "limits become tighter and looser",
      [
        ["maximum: 99.5", "maximum: 50"],
        [
          "{ type: integer, format: int32, minimum: 1 }",
          "{ type: integer, format: int32, minimum: 0 }",
        ],
      ],
      [
        "breaking: 1",
        "  POST /orders/create request amount: limit: maximum 99.5 before, maximum 50 now; see Order in spec/schemas/orders.yaml",
        "additive: 1",
        "  POST /orders/create request count: limit: minimum 1 before, minimum 0 now; see Order in spec/schemas/orders.yaml",
      ],
    ],
    [
      "statuses, bodies, codes and OAuth differ",
      [
        ['"201":\n          description: Success', '"202":\n          description: Success'],
        [
          '        content:\n          application/json:\n            schema: { $ref: "#/components/schemas/Cancellation" }',
          '        required: true\n        content:\n          application/json:\n            schema: { $ref: "#/components/schemas/Cancellation" }',
        ],
        ["description: not_found", "description: gone_away"],
        [
          "      x-oauthSupported: true\n  /orders/{order_id}",
          "      x-oauthSupported: false\n  /orders/{order_id}",
        ],
      ],
      [
        "breaking: 3",
        "  GET /orders: oauth: true before, false now; see spec/paths/orders.yaml",
        "  POST /orders/create: status: 201 before, 202 now; see spec/paths/orders.yaml",
        "  POST /orders/{order_id}/cancel: body: optional before, required now; see spec/paths/orders.yaml",
        "additive: 2",
        "  POST /orders/{order_id}/cancel: error code: not_found before, absent now; see spec/paths/orders.yaml",
        "  POST /orders/{order_id}/cancel: error code: absent before, gone_away now; see spec/paths/orders.yaml",
      ],
    ],
    [
      "an operation is gone and its tag has a new one",
      [["  /orders:\n    get:", "  /orders/search:\n    get:"]],
      [
        "breaking: 1",
        "  GET /orders: operation: described before, absent now; see spec/paths/orders.yaml",
        "additive: 1",
        "  GET /orders/search: operation: absent before, described now; see spec/openapi.yaml",
      ],
    ],
    [
      "only words differ",
      [
        ["Opens the door.", "Opens the front door."],
        ["Who buys.", "Who pays."],
        ["1|Create an order", "1|Create one order"],
      ],
      [
        "breaking: nothing",
        "additive: nothing",
        "only words: 3",
        "  POST /orders/create; see spec/paths/orders.yaml",
        "  POST /orders/create request: access_code; see Order in spec/schemas/orders.yaml",
        "  Order: buyer; see Order in spec/schemas/orders.yaml",
      ],
    ],
    [
      "text that prose.tsv was read from differs",
      [
        ["one of `S`, `M`", "one of `S`, `L`"],
        ["1 to 5 characters", "1 to 6 characters"],
        [
          'description: "One of `OPEN`, `PAID`.",\n            schema: { type: string',
          "schema: { type: string, enum: [OPEN, PAID]",
        ],
      ],
      [
        "only words: 3",
        "look at spec/contract/prose.tsv: 4",
        "  POST /orders/create request buyer.name: its text does not say 5",
        "  POST /orders/create request lines[].size: its text does not name M",
        "  POST /orders/create request lines[].size: its text also names L",
        "  GET /orders query status: the document lists its values now; those of the row were dropped",
      ],
    ],
    [
      "a field of prose.tsv is gone",
      [
        [
          line +
            '                      size: { type: string, description: "Size, one of `S`, `M`." }\n',
          line,
        ],
      ],
      [
        "look at spec/contract/prose.tsv: 1",
        "  POST /orders/create request lines[].size: it is gone; the row was dropped",
      ],
    ],
  ])("says what changed when %s", async (_, edits, report) => {
    const project = await makeContractProject();
    const lines = await project.update(...edits);
    expect(lines).toEqual(expect.arrayContaining([...report]));
    expect((await project.update(...edits)).slice(1, 5)).toEqual(
      expect.arrayContaining(["breaking: nothing", "additive: nothing", "only words: nothing"]),
    );
  });

  it("reads the whole of spec/contract/ out of a document that says the same", async () => {
    const root = await mkdtemp(join(tmpdir(), "contract-"));
    onTestFinished(() => rm(root, { recursive: true }));
    await cp("spec", join(root, "spec"), { recursive: true });
    const update = async () => {
      const document = stringify(documentOf(await tablesOf(join(root, "spec"))));
      await writeFile(join(root, "whole.yaml"), document);
      return updateContract(join(root, "spec"), join(root, "whole.yaml"));
    };
    const report = await update();
    expect(report.slice(1, 4)).toEqual([
      "breaking: nothing",
      "additive: nothing",
      "only words: nothing",
    ]);
    // The first time, endpoints that are now only named lose their facts.
    const before = await tablesOf(join(root, "spec"));
    await update();
    expect(await tablesOf(join(root, "spec"))).toEqual(before);
  });
});

describe("npm run contract", () => {
  it.each<[what: string, edit: (text: string) => string, reason: string]>([
    [
      "is no OpenAPI document",
      () => "hello: world",
      "it is not an OpenAPI document: it has no member openapi",
    ],
    ["is a text", () => "hello", "it is not an OpenAPI document: it has no member openapi"],
    ["is empty", () => "", "it is not an OpenAPI document: it has no member openapi"],
    [
      "is Swagger 2",
      () => 'swagger: "2.0"\npaths: {}',
      "it is not an OpenAPI document: it has no member openapi",
    ],
    [
      "is of another OpenAPI version",
      (text) => text.replace("3.1.0", "4.0.0"),
      "its OpenAPI version is 4.0.0, expected 3.0 or 3.1",
    ],
    [
      "has no version of the API",
      (text) => text.replace("2026-08-21", "latest"),
      "info.version is latest, expected a date",
    ],
    [
      "is older than what is there",
      (text) => text.replace("2026-08-21", "2025-01-01"),
      "its version is 2025-01-01, older than 2026-08-21",
    ],
    [
      "is cut off within a value",
      (text) => text.slice(0, text.indexOf("tags: [Shop") + 8),
      "it is neither YAML nor JSON as a whole: ",
    ],
    [
      "is cut off between values",
      (text) => text.slice(0, text.indexOf("    Party:")),
      "the reference #/components/schemas/Cancellation leads nowhere",
    ],
    [
      "is JSON that is cut off",
      () => '{ "openapi": "3.1.0", "info": {',
      "it is neither YAML nor JSON as a whole: ",
    ],
    [
      "refers to nothing",
      (text) => text.replace("schemas/Base", "schemas/Bass"),
      "the reference #/components/schemas/Bass leads nowhere",
    ],
    [
      "refers to another file",
      (text) => text.replace('"#/components/schemas/Base', '"base.yaml#/Base'),
      "the reference base.yaml#/Base leads nowhere",
    ],
    [
      "has a circle of allOf",
      (text) =>
        text.replace(
          "    Base:\n      type: object\n",
          '    Base:\n      allOf: [{ $ref: "#/components/schemas/Order" }]\n',
        ),
      "refers to itself",
    ],
    [
      "has none of our operations",
      (text) => text.replaceAll("/orders", "/others"),
      "it has none of the operations in spec/",
    ],
  ])(
    "says so in one line, fails and writes nothing when the document %s",
    async (_, edit, reason) => {
      const project = await makeContractProject();
      const path = join(project.spec, "../bad.yaml");
      await writeFile(path, edit(await vendorDocument()));
      const before = printTables(await tablesOf(project.spec));
      await expect(updateContract(project.spec, path)).rejects.toThrow(reason);
      await expect(updateContract(project.spec, path)).rejects.not.toThrow("\n");
      expect(printTables(await tablesOf(project.spec))).toEqual(before);
      expect(await readdir(join(project.spec, "contract"))).toHaveLength(3);
    },
  );

  it("fails with one line when there is no such file, or none is named", () => {
    const run = (...args: readonly string[]) =>
      spawnSync("node_modules/.bin/tsx", ["scripts/contract/index.ts", ...args], {
        encoding: "utf8",
      });
    const missing = run("/no/such/file.yaml");
    expect(missing.status).toBe(1);
    expect(missing.stdout).toBe("");
    expect(missing.stderr).toMatch(
      /^Cannot use \/no\/such\/file.yaml: it cannot be read \(.*\); spec\/contract\/ is as before\n$/,
    );
    expect(run()).toMatchObject({
      status: 1,
      stderr: "Usage: npm run contract -- path/to/airwallex-openapi-latest.yaml\n",
    });
  });

  it("reads JSON too", async () => {
    const { spec } = await makeContractProject();
    const before = await tablesOf(spec);
    const path = join(spec, "../vendor.json");
    await writeFile(path, JSON.stringify(documentOf(before)));
    expect((await updateContract(spec, path)).slice(1, 3)).toEqual([
      "breaking: nothing",
      "additive: nothing",
    ]);
    expect(await readFile(join(spec, "contract/fields.tsv"), "utf8")).toContain(
      "Order\tpaid\tboolean",
    );
  });
});
