import { expect, onTestFinished, test } from "vitest";
import { startEmulator } from "../../src/emulator/index.js";
import { type BeneficiaryCheckParams, createClient } from "../../src/index.js";

async function open() {
  const emulator = await startEmulator();
  const client = createClient(emulator.clientOptions);
  onTestFinished(async () => {
    await client.close();
    await emulator.close();
  });
  const schemas = (): number =>
    emulator.requests.filter(({ endpoint }) => endpoint === "beneficiaries.apiSchema").length;
  return { emulator, client, schemas };
}

const known = {
  transfer_methods: ["LOCAL"],
  beneficiary: {
    entity_type: "COMPANY",
    company_name: "Supplier Inc",
    bank_details: { account_currency: "USD", bank_country_code: "US" },
  },
} as const;

const pathsOf = async (listed: Promise<readonly { readonly path: string }[]>): Promise<string[]> =>
  (await listed).map(({ path }) => path.replace("beneficiary.bank_details.", ""));

test("check() lists what the schema asks for, until nothing is missing, and fetches it once", async () => {
  const { client, schemas } = await open();
  const missing = await pathsOf(client.beneficiaries.check(known));
  expect(missing).toEqual([
    ...["account_name", "account_number", "account_routing_type1", "account_routing_value1"],
  ]);
  const bank_details = {
    ...known.beneficiary.bank_details,
    ...{ account_name: "Supplier Inc", account_number: "50001121" },
    ...{ account_routing_type1: "aba", account_routing_value1: "021000021" },
  };
  const beneficiary = { ...known.beneficiary, bank_details };
  expect(await client.beneficiaries.check({ ...known, beneficiary })).toEqual([]);
  expect(schemas()).toBe(1);
  await client.beneficiaries.create({ beneficiary, transfer_methods: ["LOCAL"] });
});

test("check() asks for each method, and for one where none is known", async () => {
  const { client, schemas } = await open();
  const both = { ...known, transfer_methods: ["LOCAL", "SWIFT"] };
  expect(await pathsOf(client.beneficiaries.check(both))).toContain("swift_code");
  expect(schemas()).toBe(2);
  for (const params of [{ transfer_methods: [] }, {}, { beneficiary: undefined }]) {
    expect((await client.beneficiaries.check(params)).length).toBeGreaterThan(0);
  }
});

test.each([null, undefined, [], "US", 5])("check(%j) is refused", async (params) => {
  const { client } = await open();
  const check = client.beneficiaries.check(params as unknown as BeneficiaryCheckParams);
  await expect(check).rejects.toMatchObject({
    ...{ code: "invalid_input", operation: "beneficiaries.check", outcome: "not_done" },
  });
});

test("a check() that is aborted does not end another, and a failed one is not kept", async () => {
  const { emulator, client } = await open();
  emulator.faults.next("beneficiaries.apiSchema", { delayMs: 300 });
  const controller = new AbortController();
  const first = client.beneficiaries.check(known, { signal: controller.signal });
  const other = client.beneficiaries.check(known);
  controller.abort(new Error("the caller has gone"));
  await expect(first).rejects.toThrow("the caller has gone");
  expect((await other).length).toBe(4);
  emulator.faults.next("beneficiaries.apiSchema", { status: 400 });
  const second = { ...known, transfer_methods: ["SWIFT"] };
  await expect(client.beneficiaries.check(second)).rejects.toMatchObject({ status: 400 });
  expect((await client.beneficiaries.check(second)).length).toBeGreaterThan(0);
});

test("payouts.create() refuses options that are none, as every method does", async () => {
  const { client } = await open();
  const params = { transfer_currency: "USD", reason: "travel", reference: "x" };
  for (const options of [null, "fast"]) {
    const call = client.payouts.create(params as never, options as never);
    await expect(call).rejects.toThrow("expected an object");
  }
});
