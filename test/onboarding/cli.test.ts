/** The command `onboard`: reads, opens, reports, and goes on when it is run again. */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readCsv } from "../../src/cli/csv.js";
import { readSellers } from "../../src/cli/sellers-file.js";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "onboard-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function onboard(emulator: RunningEmulator | undefined, ...args: readonly string[]) {
  const { clientId = "", apiKey = "" } = emulator?.clientOptions ?? {};
  const where = emulator ? ["--url", emulator.url, "--store", join(directory, "store")] : [];
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "src/cli/index.ts", "onboard", ...args, ...where],
    {
      env: {
        ...process.env,
        ...(emulator && { AIRWALLEX_CLIENT_ID: clientId, AIRWALLEX_API_KEY: apiKey }),
      },
    },
  );
  const ended = { code: null as number | null, stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    ended.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    ended.stderr += chunk;
  });
  return new Promise<Ended>((resolve) => {
    child.once("close", (code) => resolve({ ...ended, code }));
  });
}

const person = "account_details.individual_details";
const passport = `${person}.identifications.primary`;
const columns = {
  identifier: "ada-1",
  "primary_contact.email": "ada@example.com",
  "customer_agreements.agreed_to_data_usage": "true",
  "customer_agreements.agreed_to_terms_and_conditions": "true",
  "account_details.legal_entity_type": "INDIVIDUAL",
  [`${person}.first_name`]: '"Ada, ""Countess"""',
  [`${person}.last_name`]: "Lovelace",
  [`${person}.date_of_birth`]: "1990-12-10",
  [`${person}.nationality`]: "AU",
  [`${person}.residential_address.address_line1`]: "200 Collins Street",
  [`${person}.residential_address.suburb`]: "Melbourne",
  [`${person}.residential_address.state`]: "VIC",
  [`${person}.residential_address.postcode`]: "3000",
  [`${person}.residential_address.country_code`]: "AU",
  [`${passport}.identification_type`]: "PASSPORT",
  [`${passport}.issuing_country_code`]: "AU",
  [`${passport}.passport.number`]: "PA1234567",
  [`file:${passport}.passport.front_file_id`]: "passport.png",
};

/** A table with a row for each change of the columns above. */
function writeTable(...changes: readonly Record<string, string>[]): string {
  const rows = changes.map((change) => Object.values({ ...columns, ...change }).join(","));
  const file = join(directory, "sellers.csv");
  writeFileSync(file, `${[Object.keys(columns).join(","), ...rows].join("\r\n")}\r\n`);
  writeFileSync(join(directory, "passport.png"), "a passport");
  return file;
}

test("onboard opens every account, says what is missing, and takes the correction", async () => {
  await using emulator = await startEmulator({ reviewAfterMs: 0 });
  const missing = { identifier: "ada-2", [`${person}.date_of_birth`]: "" };
  const first = await onboard(emulator, writeTable({}, missing));
  expect(first.stderr).toBe("");
  expect(first.code).toBe(4);
  expect(first.stdout).toContain("2 sellers: 1 done, 0 waiting, 1 missing something, 0 failed\n");
  expect(first.stdout).toMatch(
    /^ada-2 \(acct_\S+\) is missing:\n {4}account_details\S+date_of_birth {2}field_required {2}Provide the date of birth$/m,
  );
  const name = emulator.accounts.list()[0]?.account_details?.individual_details?.first_name;
  expect(name).toBe('Ada, "Countess"');

  const second = await onboard(emulator, writeTable({}, { identifier: "ada-2" }));
  expect(second.code).toBe(0);
  expect(second.stdout).toContain("2 sellers: 2 done");
  expect(
    emulator.accounts
      .list()
      .map(({ identifier, status }) => [identifier, status])
      .sort(),
  ).toEqual([
    ["ada-1", "ACTIVE"],
    ["ada-2", "ACTIVE"],
  ]);
}, 60_000);

test("onboard --emulator remembers nothing of an emulator that has forgotten", async () => {
  await using emulator = await startEmulator({ reviewAfterMs: 0 });
  for (let run = 1; run <= 2; run++) {
    const { code, stdout } = await onboard(
      undefined,
      writeTable({}),
      ...["--emulator", "--url", emulator.url],
    );
    expect([code, stdout]).toEqual([
      0,
      "done    ada-1\n1 sellers: 1 done, 0 waiting, 0 missing something, 0 failed\n",
    ]);
    expect(emulator.accounts.list().map(({ status }) => status)).toEqual(["ACTIVE"]);
    emulator.reset();
  }
}, 60_000);

test("onboard says with its exit code that a review goes on", async () => {
  await using emulator = await startEmulator();
  const { code, stdout } = await onboard(emulator, writeTable({}), "--review-timeout", "0");
  expect(code).toBe(3);
  expect(stdout).toMatch(/^waiting ada-1\n/);
  expect(stdout).toMatch(/^ada-1 \(acct_\S+\) waits for its review$/m);
}, 30_000);

test("onboard explains itself, and refuses what it does not understand in one line", async () => {
  const [help, ...refused] = await Promise.all([
    onboard(undefined, "--help"),
    onboard(undefined, writeTable({})),
    onboard(undefined),
    onboard(undefined, "--emulator", join(directory, "none.csv")),
    onboard(undefined, "--emulator", writeTable({}), "--concurrency", "none"),
    onboard(undefined, "--emulator", writeTable({}), "--environment", "moon"),
  ]);
  expect(help?.code).toBe(0);
  for (const flag of ["emulator", "url", "environment", "store", "review-timeout", "concurrency"]) {
    expect(help?.stdout).toContain(`--${flag} `);
  }
  for (const { code, stdout, stderr } of refused) {
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^airwallex-connect: [^\n]+\n$/);
  }
}, 30_000);

test("readCsv() reads quotes, commas, line ends and a byte order mark", () => {
  expect(readCsv('\uFEFFa,b\r\n"1,\n""2""",\n\n"",x')).toEqual([
    { line: 1, cells: ["a", "b"] },
    { line: 2, cells: ['1,\n"2"', ""] },
    { line: 5, cells: ["", "x"] },
  ]);
  expect(readCsv("a,\n")).toEqual([{ line: 1, cells: ["a", ""] }]);
  expect(readCsv("a,")).toEqual([{ line: 1, cells: ["a", ""] }]);
  expect(readCsv("")).toEqual([]);
});

test.each(['a"b', '"a', 'a\n"b"c'])("readCsv() refuses %j", (text) => {
  expect(() => readCsv(text)).toThrow(/^line \d has a quote/);
});

test("readSellers() reads JSON lines as it reads CSV", () => {
  const account_details = {
    legal_entity_type: "BUSINESS",
    business_details: {
      business_name: "Engines",
      attachments: { business_documents: [{ file_id: "a.png" }] },
    },
  };
  const path = "account_details.business_details.attachments.business_documents[0].file_id";
  const line = JSON.stringify({
    identifier: "e",
    account_details,
    files: [path],
    agree_to_terms: true,
  });
  const [seller] = readSellers(join(directory, "s.jsonl"), `${line}\n`);
  expect(seller?.create).toEqual({
    account_details: {
      legal_entity_type: "BUSINESS",
      business_details: { business_name: "Engines" },
    },
  });
  expect(seller?.files).toEqual({ [path]: join(directory, "a.png") });
  expect(seller?.agreeToTerms).toBe(true);
  const update = seller?.update as (ids: Record<string, string>) => unknown;
  expect(JSON.stringify(update({ [path]: "file_1" }))).toContain('"file_id":"file_1"');
});

test.each([
  ["s.csv", "name\nAda\n", "line 1 has no column identifier"],
  ["s.csv", "identifier,a\nada\n", "line 2 has 1 cells, expected 2"],
  ["s.csv", "identifier,a\n,1\n", "line 2 has no identifier"],
  ["s.jsonl", '{"identifier":"a"}\n{"Ada', "line 2 is no JSON object"],
])("readSellers() refuses %s with %j", (file, text, problem) => {
  expect(() => readSellers(file, text)).toThrow(`cannot read ${file}: ${problem}`);
});
