/** The command `onboard`: it reads, opens accounts, reports, and continues when run again. */

import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readCsv } from "../../src/cli/csv.js";
import { readSellers } from "../../src/cli/sellers-file.js";
import { start } from "./command.js";

let directory = "";
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "onboard-")));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function onboard(emulator: RunningEmulator | undefined, ...args: readonly string[]) {
  return startOnboarding(emulator, ...args).ended;
}

function startOnboarding(emulator: RunningEmulator | undefined, ...args: readonly string[]) {
  const { clientId = "", apiKey = "" } = emulator?.clientOptions ?? {};
  const where = emulator ? ["--url", emulator.url, "--store", join(directory, "store")] : [];
  return start(
    ["onboard", ...args, ...where],
    emulator && { AIRWALLEX_CLIENT_ID: clientId, AIRWALLEX_API_KEY: apiKey },
  );
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

/** A table with a row for each set of changes to the columns above. */
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
});

test("onboard --emulator does not reuse the state of an earlier emulator", async () => {
  await using emulator = await startEmulator({ reviewAfterMs: 0 });
  for (let run = 1; run <= 2; run++) {
    const { code, stdout } = await onboard(
      undefined,
      writeTable({}),
      ...["--emulator", "--url", emulator.url],
    );
    expect([code, stdout]).toEqual([
      0,
      "done    ada-1\n1 seller: 1 done, 0 waiting, 0 missing something, 0 failed\n",
    ]);
    expect(emulator.accounts.list().map(({ status }) => status)).toEqual(["ACTIVE"]);
    emulator.reset();
  }
});

test("onboard signals an unfinished review with its exit code", async () => {
  await using emulator = await startEmulator();
  const { code, stdout } = await onboard(emulator, writeTable({}), "--review-timeout", "0");
  expect(code).toBe(3);
  expect(stdout).toMatch(/^waiting ada-1\n/);
  expect(stdout).toMatch(/^ada-1 \(acct_\S+\) waits for its review$/m);
});

test("onboard prints its help, and refuses unknown arguments in one line", async () => {
  const [help, ...refused] = await Promise.all([
    onboard(undefined, "--help"),
    onboard(undefined, writeTable({})),
    onboard(undefined),
    onboard(undefined, "--emulator", join(directory, "none.csv")),
    onboard(undefined, "--emulator", writeTable({}), "--concurrency", "none"),
    onboard(undefined, "--emulator", writeTable({}), "--environment", "moon"),
    onboard(undefined, "--emulator", writeTable({}), "--url", "http://10.0.0.1:4010"),
    onboard(undefined, "--emulator", writeTable({}), "--review-timeout", "Infinity"),
    onboard(undefined, "--emulator", writeTable({}), "--concurrency", "Infinity"),
  ]);
  expect(help?.code).toBe(0);
  for (const flag of [
    "dry-run",
    "emulator",
    "url",
    "environment",
    "store",
    "review-timeout",
    "concurrency",
    "files",
    "json",
  ]) {
    expect(help?.stdout).toContain(`--${flag} `);
  }
  for (const { code, stdout, stderr } of refused) {
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^airwallex-connect: [^\n]+\n$/);
  }
});

test("readCsv() reads quotes, commas, line breaks and a byte-order mark", () => {
  expect(readCsv('\uFEFFa,b\r\n"1,\n""2""",\n\n"",x')).toEqual([
    { line: 1, cells: ["a", "b"] },
    { line: 2, cells: ['1,\n"2"', ""] },
    { line: 5, cells: ["", "x"] },
  ]);
  expect(readCsv("a,\n")).toEqual([{ line: 1, cells: ["a", ""] }]);
  expect(readCsv("a,")).toEqual([{ line: 1, cells: ["a", ""] }]);
  expect(readCsv("")).toEqual([]);
});

test("readCsv() skips rows of empty cells, and treats a carriage return as a line break", () => {
  expect(readCsv("a,b\r1,2\r,\r3,4")).toEqual([
    { line: 1, cells: ["a", "b"] },
    { line: 2, cells: ["1", "2"] },
    { line: 4, cells: ["3", "4"] },
  ]);
});

test.each([
  [" ", "is missing, expected your own reference"],
  ["ada-1 ", "begins or ends with a space, expected none"],
  ["ada\u001b[2J", "has a character that cannot be seen, expected none"],
  ['"ada\n2 sellers: 2 done"', "has a character that cannot be seen, expected none"],
  ["ada\u202e1", "has a character that cannot be seen, expected none"],
])("readSellers() refuses the identifier %j", async (identifier, message) => {
  const { sellers, problems } = await readSellers("s.csv", `identifier\n${identifier}\n`);
  expect(sellers).toEqual([]);
  expect(problems).toEqual([{ line: 2, path: "identifier", message }]);
});

test.each(['a"b', '"a', 'a\n"b"c'])("readCsv() refuses %j", (text) => {
  expect(() => readCsv(text)).toThrow(/^line \d has a quote/);
});

test("readSellers() reads JSON lines like CSV", async () => {
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
  const { sellers } = await readSellers(join(directory, "s.jsonl"), `${line}\n`);
  const [{ seller } = {}] = sellers;
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
  [`identifier,people[50000000].first_name\n`, "expected a place in the list below 1000"],
  ["identifier,constructor.prototype.x\n", "expected the path of a field"],
  ["identifier,a.__proto__.b\n", "expected the path of a field"],
  ["identifier,toString\n", "expected the path of a field"],
  [`identifier,${"a.".repeat(50_000)}b\n`, "expected the path of a field"],
  ["identifier,[7]\n", undefined],
])(
  "readSellers() takes no column that a table of sellers cannot have: %.60j",
  async (text, why) => {
    const read = readSellers("s.csv", text);
    if (why) await expect(read).rejects.toThrow(why);
    else expect((await read).problems).toEqual([]);
  },
);

test.each([
  ['{"identifier":"a","account_details":{"constructor":{"prototype":1}}}', '"constructor"'],
  ['{"identifier":"a","__proto__":{"x":1}}', '"__proto__"'],
  [`{"identifier":"a","x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, "deeper than 30 levels"],
  ['{"identifier":"a","files":["constructor.x"]}', "expected the path of a field"],
])("readSellers() takes no line that no seller can be: %.60j", async (text, why) => {
  const { sellers, problems } = await readSellers("s.jsonl", text);
  expect(problems).toMatchObject([{ line: 1, message: expect.stringContaining(why) }]);
  for (const { seller } of sellers) expect(seller.files).toEqual({});
});

test("readSellers() finds files in the folder of the table, or in another that is given, and nowhere else", async () => {
  const path = "account_details.individual_details.live_selfie_file_id";
  const tables = join(directory, "tables");
  mkdirSync(join(tables, "photos"), { recursive: true });
  for (const name of ["secret.png", "tables/a.png", "tables/photos/b.png", "tables/..c.png"]) {
    writeFileSync(join(directory, name), "a photo");
  }
  symlinkSync(join(directory, "secret.png"), join(tables, "link.png"));
  symlinkSync(directory, join(tables, "up"));
  symlinkSync(join(tables, "a.png"), join(tables, "own.png"));
  const read = async (name: string, folder?: string) => {
    const text = `identifier,file:${path}\na,${name}\n`;
    const { sellers, problems } = await readSellers(join(tables, "s.csv"), text, folder);
    return problems[0]?.message ?? Object.values(sellers[0]?.seller.files ?? {})[0];
  };
  const outside =
    "is outside of the folder of the files, expected a file in it, or another folder by --files";
  expect(await read("a.png")).toBe(join(tables, "a.png"));
  expect(await read("./photos/../photos/b.png")).toBe(join(tables, "photos/b.png"));
  expect(await read("..c.png")).toBe(join(tables, "..c.png"));
  expect(await read("own.png")).toBe(join(tables, "a.png"));
  expect(await read(join(tables, "a.png"))).toBe(join(tables, "a.png"));
  const strange = ["../secret.png", "link.png", "up/secret.png", "/etc/passwd", "..", "a/../.."];
  for (const name of strange) expect([name, await read(name)]).toEqual([name, outside]);
  expect(await read("secret.png", directory)).toBe(join(directory, "secret.png"));
  expect(await read("a.png", join(tables, "photos"))).toBe(join(tables, "photos/a.png"));
});

test.each([
  ["name\nAda\n", "has no column identifier"],
  ["identifier,a,a\n", "has the column a twice"],
  ["identifier,a,file:a\n", "has the column a twice"],
  ["identifier,a.b,a.b[0].c\n", "has the columns a.b and a.b[0].c, expected one"],
  ["identifier,__proto__.a\n", 'has a column "__proto__.a", expected the path of a field'],
])("readSellers() refuses the columns %j", async (text, problem) => {
  await expect(readSellers("s.csv", text)).rejects.toThrow(`cannot read s.csv: line 1 ${problem}`);
});

test.each([
  ["s.csv", "identifier,a\nada\n", { line: 2, message: "has 1 cells, expected 2" }],
  ["s.csv", "identifier,a\n,1\n", { line: 2, path: "identifier" }],
  ["s.csv", "identifier,agree_to_terms\na,maybe\n", { line: 2, path: "agree_to_terms" }],
  ["s.jsonl", '{"identifier":"a"}\n{"Ada', { line: 2, message: "is not a JSON object" }],
])("readSellers() reports what is wrong in %s with %j", async (file, text, problem) => {
  const { problems } = await readSellers(file, text);
  expect(problems).toMatchObject([problem]);
});

test.each([",", ";", "\t"])(
  "readSellers() reads a table with %j between its cells",
  async (tab) => {
    const agreements = "customer_agreements";
    const names = [
      "identifier",
      `${agreements}.agreed_to_data_usage`,
      `${agreements}.agreed_to_terms_and_conditions`,
      "primary_contact.email",
      "agree_to_terms",
      `${person}.first_name`,
      "account_details.business_details.no_shareholders_with_over_25percent",
    ];
    const rows = [names, ["a", "TRUE", "no", '"a,b;c@x.y"', "Yes", "True", "False"]];
    const text = rows.map((cells) => cells.join(tab)).join("\r\n");
    const { sellers, problems } = await readSellers("s.csv", text);
    expect(problems).toEqual([]);
    expect(sellers[0]?.seller).toMatchObject({
      identifier: "a",
      agreeToTerms: true,
      create: {
        account_details: {
          business_details: { no_shareholders_with_over_25percent: false },
        },
        primary_contact: { email: "a,b;c@x.y" },
        customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: false },
      },
    });
    const update = sellers[0]?.seller.update as (ids: object) => unknown;
    expect(update({})).toEqual({
      account_details: {
        // A name is always a string.
        individual_details: { first_name: "True" },
        business_details: {},
      },
    });
  },
);

test("readSellers() sends with create what update does not take", async () => {
  const additional_files = [{ file_id: "file_1", tag: "OTHER" }];
  const line = (business_structure: string) =>
    JSON.stringify({
      identifier: business_structure,
      account_details: {
        legal_entity_type: "BUSINESS",
        attachments: { additional_files },
        business_details: { business_name: "Engines", business_structure, has_typo: true },
      },
    });
  const { sellers } = await readSellers("s.jsonl", `${line("CORPORATION")}\n${line("COMPANY")}\n`);
  const sent = sellers.map(({ seller: { create, update } }) => [
    create.account_details,
    (update as (ids: object) => unknown)({}),
  ]);
  const opened = { legal_entity_type: "BUSINESS", attachments: { additional_files } };
  // An unknown field stays where the client reports it.
  const rest = { business_name: "Engines", has_typo: true };
  expect(sent).toEqual([
    [
      {
        ...opened,
        business_details: { business_name: "Engines", business_structure: "CORPORATION" },
      },
      { account_details: { business_details: rest } },
    ],
    [
      { ...opened, business_details: { business_name: "Engines" } },
      { account_details: { business_details: { ...rest, business_structure: "COMPANY" } } },
    ],
  ]);
});

test("readSellers() reports a file for a field that only create takes", async () => {
  const path = "account_details.attachments.additional_files[0].file_id";
  const { problems } = await readSellers("s.csv", `identifier,file:${path}\na,a.png\n`);
  expect(problems).toEqual([
    { line: 2, path, message: "cannot be a file, as only accounts.create takes it: give its id" },
  ]);
});

test("onboard reports everything that is wrong with a file, each problem once, before it sends anything", async () => {
  await using emulator = await startEmulator({ reviewAfterMs: 0 });
  const file = writeTable(
    {},
    ...["ada-2", "ada-3"].map((identifier) => ({ identifier, "file:selfie": "x.png" })),
    { [`file:${passport}.passport.front_file_id`]: "none.png", identifier: "ada-4" },
    { [`${person}.date_of_birth`]: "10/12/1990" },
  );
  const text = readFileSync(file, "utf8")
    .replace("first_name", "firstname")
    .replace("agreed_to_data_usage", "agreed_to_data_use");
  writeFileSync(file, text);
  const { code, stdout, stderr } = await onboard(emulator, file);
  expect(stdout).toBe("");
  expect(code).toBe(2);
  expect(stderr).toContain("sellers.csv has 6 problems, and nothing was sent:\n");
  expect(stderr.trim().split("\n    ").slice(1)).toEqual([
    'lines 2, 5 and 6, customer_agreements.agreed_to_data_use: is not a known field, did you mean "agreed_to_data_usage"',
    `lines 2, 5 and 6, ${person}.firstname: is not a known field, did you mean "first_name"`,
    "lines 3 and 4: has 19 cells, expected 18",
    `line 5, ${passport}.passport.front_file_id: does not exist, expected the path of a file`,
    "line 6, identifier: is that of line 2, expected another",
    `line 6, ${person}.date_of_birth: has the wrong form, expected a calendar date as YYYY-MM-DD`,
  ]);
  expect(emulator.requests).toEqual([]);
});

test("onboard --dry-run sends nothing, and reports what a submission would lack", async () => {
  const missing = { identifier: "ada-2", [`${person}.date_of_birth`]: "" };
  const file = writeTable({}, missing);
  const { code, stdout, stderr } = await onboard(undefined, file, "--dry-run");
  expect(stderr).toBe("");
  expect(code).toBe(4);
  expect(stdout).toMatch(
    /^ada-2 \(line 3\) is missing:\n {4}account_details\S+date_of_birth {2}field_required {2}Provide the date of birth: .+\n2 sellers: 1 lack nothing that is known, 1 are missing something; nothing was sent\n/,
  );
  const complete = await onboard(undefined, writeTable({}), "--dry-run");
  expect(complete.code).toBe(0);
});

test("onboard refuses a file that is not UTF-8", async () => {
  const file = join(directory, "latin.csv");
  writeFileSync(file, Buffer.from("identifier,nickname\nada,Zo\xeb\n", "latin1"));
  const { code, stderr } = await onboard(undefined, file, "--dry-run");
  expect(code).toBe(2);
  expect(stderr).toContain('it is not UTF-8, expected the format "CSV UTF-8"');
});

test("onboard prints nothing from a table or an answer that could steer the terminal", async () => {
  await using emulator = await startEmulator({ reviewAfterMs: 0 });
  const named = join(directory, "named.csv");
  writeFileSync(named, 'identifier,"nick\u001b[2J\n    line 9"\nada,x\n');
  const columns = await onboard(emulator, named);
  expect(columns.stderr).toContain('has a column "nick\\u{1b}[2J\\u{a}    line 9"');
  expect(columns.stderr.trimEnd().split("\n")).toHaveLength(1);
  emulator.faults.next("accounts.create", {
    status: 400,
    body: { code: "invalid_argument", message: "No\u001b]0;x\u0007\n1 seller: 1 done" },
  });
  const refused = await onboard(emulator, writeTable({}));
  expect(refused.code).toBe(4);
  expect(refused.stdout).not.toContain("\u001b");
  expect(refused.stdout).toContain("No\\u{1b}]0;x\\u{7}\\u{a}1 seller");
});

test("onboard --json prints each result and the counts as lines of JSON", async () => {
  await using emulator = await startEmulator({ reviewAfterMs: 0 });
  const missing = { identifier: "ada-2", [`${person}.date_of_birth`]: "" };
  const { code, stdout, stderr } = await onboard(emulator, writeTable({}, missing), "--json");
  expect([code, stderr]).toEqual([4, ""]);
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.slice(0, 2)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: "done", identifier: "ada-1", status: "ACTIVE" }),
      expect.objectContaining({
        kind: "missing",
        identifier: "ada-2",
        missing: [expect.objectContaining({ code: "field_required" })],
      }),
    ]),
  );
  expect(lines[2]).toEqual({
    counts: { total: 2, done: 1, waiting: 0, missing: 1, failed: 0 },
  });

  const wrong = await onboard(emulator, writeTable({ identifier: "" }), "--json");
  expect(wrong.code).toBe(2);
  expect(JSON.parse(wrong.stdout)).toEqual({
    line: 2,
    path: "identifier",
    message: "is missing, expected your own reference",
  });
  expect(wrong.stderr).toMatch(/^airwallex-connect: \S+ has a problem, and nothing was sent\n$/);

  const dry = await onboard(undefined, writeTable(missing), "--json", "--dry-run");
  expect(dry.code).toBe(4);
  const [seller, sum] = dry.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(seller).toMatchObject({ identifier: "ada-2", line: 2, missing: [{}] });
  expect(sum.counts).toEqual({ total: 1, complete: 0, missing: 1 });
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "onboard says at %s how far it got and how to go on, and goes on when it is run again",
  async (signal) => {
    await using emulator = await startEmulator({ reviewAfterMs: undefined });
    const file = writeTable({}, { identifier: "ada-2" });
    const { child, stdout, ended } = startOnboarding(emulator, file, "--review-timeout", "600");
    const submitted = () => emulator.accounts.list().filter((one) => one.status === "SUBMITTED");
    await expect.poll(() => submitted().length).toBe(2);
    child.kill(signal);
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([1, ""]);
    const store = join(directory, "store");
    expect(stdout()).toBe(
      [
        "Interrupted: of 2 sellers 0 done, 0 waiting, 0 missing something, 0 failed; 2 not finished",
        `What was done is kept in ${store}. To go on, run the same command again:`,
        `  npx airwallex-connect onboard ${file} --review-timeout 600 --url ${emulator.url} --store ${store}`,
        "",
      ].join("\n"),
    );
    const again = await onboard(emulator, file, "--review-timeout", "0");
    expect(again.code).toBe(3);
    expect(emulator.accounts.list().length).toBe(2);
  },
);

test("onboard --json says in JSON that it was interrupted", async () => {
  await using emulator = await startEmulator({ reviewAfterMs: undefined });
  const { child, ended } = startOnboarding(emulator, writeTable({}), "--json");
  await expect.poll(() => emulator.accounts.list()[0]?.status).toBe("SUBMITTED");
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    interrupted: true,
    counts: { total: 1, done: 0, waiting: 0, missing: 0, failed: 0 },
  });
});
