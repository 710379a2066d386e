import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check, generate } from "../../../scripts/generate/run.js";
import { makeProject } from "./fixture.js";

const endpoints = "src/generated/endpoints.ts";

describe("generate()", () => {
  it("writes every file once, and the same ones again", async () => {
    const root = await makeProject();
    expect(await generate(root)).toBe("20 files: 20 written, 0 removed");
    expect(await generate(root)).toBe("20 files: 0 written, 0 removed");
  });

  it("removes files that no longer have a source", async () => {
    const root = await makeProject();
    await generate(root);
    await writeFile(join(root, "src/generated/gone.ts"), "");
    expect(await generate(root)).toBe("20 files: 0 written, 1 removed");
  });

  it("takes signatures and examples of methods from src/resources/", async () => {
    const root = await makeProject();
    await mkdir(join(root, "src/resources"), { recursive: true });
    await writeFile(join(root, "src/resources/orders.ts"), ordersResource);
    await generate(root);
    const text = await readFile(join(root, "docs/reference/orders.md"), "utf8");
    expect(text).toContain(
      "`client.orders.list(params: OrderListParams, options?: CallOptions): ListPromise<Order>`\n",
    );
    expect(text).toContain("```ts\nfor await (const order of list()) use(order);\n```\n");
    expect(text).toContain(
      "`client.orders.create(params: OrderCreateParams): ApiPromise<Order>`\n",
    );
  });
});

const ordersResource = `import { ordersCreate, ordersList } from "../generated/endpoints.js";

export interface OrdersResource {
  /** Creates an order. */
  create(params: OrderCreateParams): ApiPromise<Order>;

  /**
   * Lists orders.
   *
   * @example
   * for await (const order of list()) use(order);
   */
  list(
    params: OrderListParams,
    options?: CallOptions,
  ): ListPromise<Order>;
}
`;

describe("check()", () => {
  it("finds nothing to report after a run", async () => {
    const root = await makeProject();
    await generate(root);
    expect(await check(root)).toEqual([]);
  });

  it("names files that are stale, missing or superfluous, and does not touch them", async () => {
    const root = await makeProject();
    await generate(root);
    await writeFile(join(root, endpoints), "// Changed by hand.\n");
    await writeFile(join(root, "src/generated/gone.ts"), "");
    await rm(join(root, "spec/openapi.generated.json"));
    expect(await check(root)).toEqual([
      'spec/openapi.generated.json is not what spec/ says; run "npm run generate"',
      `${endpoints} is not what spec/ says; run "npm run generate"`,
      'src/generated/gone.ts stands for nothing in spec/; run "npm run generate"',
    ]);
    expect(await readFile(join(root, endpoints), "utf8")).toBe("// Changed by hand.\n");
  });

  it("reports what the linter finds", async () => {
    const root = await makeProject(["openapi.yaml", "https://orders.test", "https://orders.test/"]);
    await generate(root);
    expect(await check(root)).toEqual([
      "spec/openapi.yaml#/servers/0/url: Server `url` should not have a trailing slash. (no-server-trailing-slash)",
      "spec/openapi.generated.json#/servers/0/url: Server `url` should not have a trailing slash. (no-server-trailing-slash)",
    ]);
  });
});
