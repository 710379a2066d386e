/**
 * The proof that a list of payouts may be paid by several processes at once, and again after a crash: two
 * real processes, killed at random, pay one list at an emulator that is a third.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { defaultApiKey, defaultClientId } from "../../src/emulator/index.js";
import { createClient, type Payout } from "../../src/index.js";
import { buildProgram } from "../build-program.js";
import { start as startCommand } from "../cli/command.js";
import { supplier } from "../emulator/inputs.js";

const sellers = Number(process.env["PAYEES"] ?? 500);
const kills = Number(process.env["KILLS"] ?? 8);

const program = await buildProgram(new URL("./payer.ts", import.meta.url));

/** A different amount for each. */
const cents = (index: number): number => 100 + index;
const centsInAll = Array.from({ length: sellers }, (_, i) => cents(i)).reduce((a, b) => a + b, 0);

function listFor(beneficiary_id: string): readonly object[] {
  return Array.from({ length: sellers }, (_, i) => ({
    ...{ request_id: `september-seller-${i}`, beneficiary_id },
    ...{ source_currency: "USD", transfer_currency: "USD", transfer_method: "LOCAL" },
    ...{ transfer_amount: (cents(i) / 100).toFixed(2), reason: "goods_purchased" },
    reference: `Sales of seller ${i}`,
  }));
}

async function startEmulatorProcess() {
  const { child, stdout, stderr } = startCommand(["emulator", "--port", "0", "--quiet"]);
  child.once("exit", (code) => code && process.stderr.write(stderr()));
  await expect.poll(stdout).toMatch(/http:\/\/127\.0\.0\.1:\d+/);
  return /http:\/\/127\.0\.0\.1:\d+/.exec(stdout())?.[0] ?? "";
}

/** One of the two places, in which a process is started again until one has paid the whole list in peace. */
function keepPaying(url: string, file: string, onAnswer: (line: string) => void) {
  let child: ChildProcess;
  let inPeace = false;
  let killed = 0;
  let answered: () => void = () => undefined;
  let firstAnswer: Promise<void>;
  async function run(): Promise<void> {
    for (;;) {
      firstAnswer = new Promise((resolve) => {
        answered = resolve;
      });
      const args = [program, url, file, defaultClientId, defaultApiKey];
      child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
        onAnswer(line);
        answered();
      });
      const [code, signal] = await once(child, "close");
      answered();
      if (signal === "SIGKILL") killed++;
      else expect(code).toBe(0);
      if (signal !== "SIGKILL" && inPeace) return;
    }
  }
  const finished = run();
  return {
    /** Once it is at work. */
    async kill(): Promise<void> {
      await firstAnswer;
      await sleep(Math.random() * 200);
      child.kill("SIGKILL");
    },
    /** Resolves to how many were killed, once the list is paid. */
    async finish(): Promise<number> {
      inPeace = true;
      await finished;
      return killed;
    },
  };
}

test(`two processes, killed at random, pay ${sellers} sellers from one list once each`, async () => {
  const startedMs = performance.now();
  const url = await startEmulatorProcess();
  const client = createClient({
    ...{ environment: "sandbox", baseUrl: url },
    ...{ clientId: defaultClientId, apiKey: defaultApiKey },
  });
  const directory = mkdtempSync(join(tmpdir(), "payers-"));
  onTestFinished(async () => {
    rmSync(directory, { recursive: true, force: true });
    await client.close();
  });
  const usd = async () =>
    (await client.balances.current()).find(({ currency }) => currency === "USD");
  const before = await usd();
  const { id } = await client.beneficiaries.create({
    transfer_methods: ["LOCAL"],
    beneficiary: supplier,
  });
  const file = join(directory, "list.json");
  writeFileSync(file, JSON.stringify(listFor(id)));

  const answers = new Map<string, Set<string>>();
  let answered = 0;
  const take = (line: string): void => {
    const [requestId = "", payoutId = ""] = line.split(" ");
    answers.set(requestId, (answers.get(requestId) ?? new Set()).add(payoutId));
    answered++;
  };
  const places = [keepPaying(url, file, take), keepPaying(url, file, take)];
  for (let i = 0; i < kills; i++) await places[Math.random() < 0.5 ? 0 : 1]?.kill();
  const killed = await Promise.all(places.map((place) => place.finish()));

  const payouts: Payout[] = [];
  for await (const one of client.payouts.list({ page: "0" })) payouts.push(one);
  const made = new Map(payouts.map(({ request_id, id: payoutId }) => [request_id, payoutId]));
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(
    `\ntwo payers: ${killed.join(" and ")} killed, ${answered} answers, ${made.size} of ${sellers} paid, ${payouts.length - made.size} twice, ${seconds} s\n`,
  );
  expect(payouts.length).toBe(sellers);
  expect(made.size).toBe(sellers);
  const ids = [...answers].map(([requestId, found]) => [requestId, ...found]);
  expect(ids.toSorted()).toEqual([...made].toSorted());
  const after = await usd();
  const gone = Number(before?.available_amount) - Number(after?.available_amount);
  expect(Math.round(gone * 100)).toBe(centsInAll);
}, 300_000);
