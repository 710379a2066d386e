/** The command: it starts, says where it listens, and stops. */

import { execFile } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { promisify } from "node:util";
import { startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { program, run as runCommand, start as startCommand } from "./command.js";

const run = (...args: readonly string[]) => runCommand(args);

function start(...args: readonly string[]) {
  const { child, stdout } = startCommand(["emulator", ...args]);
  /** What it prints when it is ready. */
  const words = async (): Promise<string> => {
    await expect.poll(stdout).toContain("Try it:");
    return stdout();
  };
  return { child, words };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "emulator runs until %s and exits with 0",
  async (signal) => {
    const { child, words } = start("--port", "0", "--client-id", "mine", "--api-key", "secret");
    const text = await words();
    const url = /at (http:\S+)/.exec(text)?.[1];
    const headers = { "x-client-id": "mine", "x-api-key": "secret" };
    const login = await fetch(`${url}/api/v1/authentication/login`, { method: "POST", headers });
    expect(login.status).toBe(201);
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([0, null]);
  },
);

test("emulator prints its base URL, with and without the version in it", async () => {
  const { child, words } = start("--port", "0");
  try {
    const text = await words();
    const url = /at (http:\S+)/.exec(text)?.[1];
    expect(text).toContain(`  base URL   ${url}/api/v1 `);
    expect(text).toMatch(new RegExp(`otherwise ${url}$`, "m"));
  } finally {
    child.kill();
    await once(child, "exit");
  }
});

test("emulator answers to the names of --allow-host", async () => {
  const { child, words } = start(
    "--port",
    "0",
    "--allow-host",
    "one.test",
    "--allow-host",
    "two.test",
  );
  try {
    const url = new URL(/at (http:\S+)/.exec(await words())?.[1] ?? "");
    const statusFor = async (host: string) => {
      const asked = request({ host: url.hostname, port: url.port, path: "/x", headers: { host } });
      asked.end();
      const [answer] = await once(asked, "response");
      answer.resume();
      return answer.statusCode;
    };
    expect(await statusFor("one.test")).toBe(404);
    expect(await statusFor("two.test")).toBe(404);
    expect(await statusFor("three.test")).toBe(403);
  } finally {
    child.kill();
    await once(child, "exit");
  }
});

test("a request cannot steer the terminal through its log line", async () => {
  const { child } = start("--port", "0");
  try {
    let text = "";
    child.stdout?.on("data", (chunk) => {
      text += chunk;
    });
    await expect.poll(() => text).toContain("Try it:");
    const url = /at (http:\S+)/.exec(text)?.[1];
    await fetch(`${url}/x?%1b%5d52;c;%07=1&%0aGET%20/forged=1&%e2%80%ae=1`);
    await expect.poll(() => text).toContain("GET /x");
    const line = text.slice(text.indexOf("GET /x"));
    expect(line).toMatch(
      /^GET \/x\?\\u\{1b\}\]52;c;\\u\{7\}&\\u\{a\}GET \/forged&\\u\{202e\} {2}404 {2}\d+ ms\n$/,
    );
  } finally {
    child.kill();
    await once(child, "exit");
  }
});

test("emulator prints a curl command that works", async () => {
  const { child, words } = start("--port", "0", "--seed", "printed");
  try {
    const text = await words();
    expect(text).toMatch(
      /^ {2}OAuth {6}http:\S+\/oauth\/authorize, for client id appid_emulator$/m,
    );
    const script = text.slice(text.indexOf("TOKEN="));
    const { stdout } = await promisify(execFile)("bash", ["-c", script]);
    expect(JSON.parse(stdout)).toEqual({ has_more: false, items: [] });
  } finally {
    child.kill();
    await once(child, "exit");
  }
});

test.each([
  ["one line for each request, without values and bodies", [], false],
  ["no line with --quiet", ["--quiet"], true],
])("emulator prints %s", async (_, flags, quiet) => {
  const { child } = start("--port", "0", ...flags);
  try {
    let text = "";
    child.stdout?.on("data", (chunk) => {
      text += chunk;
    });
    await expect.poll(() => text).toContain("Try it:");
    const url = /at (http:\S+)/.exec(text)?.[1];
    const body = JSON.stringify({ secret: "body" });
    await fetch(`${url}/api/v1/accounts?email=ada@example.com&page=1&page=2`);
    await fetch(`${url}/api/v1/accounts/create`, { method: "POST", body });
    if (!quiet) await expect.poll(() => text).toContain("/create  401");
    const lines = text.split("\n").filter((line) => /^(GET|POST) /.test(line));
    if (quiet) expect(lines).toEqual([]);
    else {
      expect(lines).toEqual([
        expect.stringMatching(/^GET \/api\/v1\/accounts\?email&page {2}401 {2}\d+ ms$/),
        expect.stringMatching(/^POST \/api\/v1\/accounts\/create {2}401 {2}\d+ ms$/),
      ]);
    }
  } finally {
    child.kill();
    await once(child, "exit");
  }
});

test("emulator shows bodies in the inspector with --record-bodies", async () => {
  const { child, words } = start("--port", "0", "--record-bodies");
  try {
    const url = /at (http:\S+)/.exec(await words())?.[1];
    await fetch(`${url}/api/v1/accounts/create`, { method: "POST", body: "seen by all" });
    const page = await fetch(`${url}/inspector/requests/0`);
    expect(await page.text()).toContain("seen by all");
  } finally {
    child.kill();
    await once(child, "exit");
  }
});

test("emulator says in one line that the port is in use, and exits with 1", async () => {
  await using other = await startEmulator();
  const port = new URL(other.url).port;
  const { child } = start("--port", port);
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  expect(await once(child, "close")).toEqual([1, null]);
  expect(stderr).toBe(`airwallex-connect: port ${port} is in use, choose another with --port\n`);
});

test("the command prints its help", async () => {
  const [version, help, emulatorHelp] = await Promise.all([
    run("--version"),
    run("--help"),
    run("emulator", "--help"),
  ]);
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+/);
  expect(help.stdout).toContain("emulator");
  for (const flag of [
    "port",
    "host",
    "allow-host",
    "client-id",
    "api-key",
    "seed",
    "rate-limits",
    "review-after",
    "sca",
    "webhook-retries",
    "webhook-timeout",
    "webhook-duplicates",
    "webhook-unordered",
    "record-bodies",
    "quiet",
  ]) {
    expect(emulatorHelp.stdout).toContain(`--${flag} `);
  }
});

test("the command refuses arguments it does not understand, in one line", async () => {
  const answers = await Promise.all([
    run("fly"),
    run("emulator", "--port", "high"),
    run("emulator", "--review-after", "soon"),
    run("emulator", "--rate-limits", "none"),
    run("emulator", "--webhook-retries", "often"),
    run("emulator", "--webhook-retries", "1s,,2s"),
    run("emulator", "--webhook-timeout", "0s"),
    run("emulator", "--webhook-timeout", "90d"),
    run("emulator", "--colour"),
    run("emulator", "word"),
    run("emulator", "--host", ""),
    run("emulator", "--client-id", ""),
    run("emulator", "--api-key", ""),
    run("emulator", "--review-after", "99999999d"),
  ]);
  for (const { code, stdout, stderr } of answers) {
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^airwallex-connect: [^\n]+\n$/);
  }
});

test("the command goes on when nobody reads its output", async () => {
  const script = `${process.execPath} ${program} --help | true; exit "\${PIPESTATUS[0]}"`;
  const { stderr } = await promisify(execFile)("bash", ["-c", script]);
  expect(stderr).toBe("");
});
