/** A folder outside of the project, in which an app is installed, built and started with the packed tarball. */

import { type ChildProcess, execFileSync, execSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const limitMs = 180_000;
type Environment = Readonly<Record<string, string>>;

export interface AppFolder {
  readonly path: string;
  /** Runs a command to its end. @throws if it fails */
  run(command: string, env?: Environment): void;
  /** The same, while this process goes on, so that it can serve the command. */
  runBeside(command: string, env?: Environment): Promise<void>;
  /** Starts a server, and waits until something answers on its port. */
  start(command: string, port: number, env?: Environment): Promise<void>;
}

/** Ends the servers and removes the folder when the work is done. */
export async function tryApp(name: string, work: (folder: AppFolder) => Promise<void>) {
  const path = mkdtempSync(join(tmpdir(), `${name}-`));
  const running: ChildProcess[] = [];
  try {
    await work({
      path,
      run(command, env) {
        console.log(`$ ${command.trim()}`);
        const options = { cwd: path, stdio: "inherit", timeout: limitMs * 2 } as const;
        execSync(command, { ...options, env: { ...process.env, ...env } });
      },
      async runBeside(command, env) {
        console.log(`$ ${command}`);
        const options = { cwd: path, shell: true, stdio: "inherit" } as const;
        const child = spawn(command, { ...options, env: { ...process.env, ...env } });
        const [code] = await once(child, "exit");
        if (code !== 0) throw new Error(`${command} ended with ${code}`);
      },
      async start(command, port, env) {
        console.log(`$ ${command} &`);
        const options = { cwd: path, shell: true, detached: true, stdio: "inherit" } as const;
        const child = spawn(`env ${command}`, { ...options, env: { ...process.env, ...env } });
        running.push(child);
        const ended = once(child, "exit").then(([code]) => {
          throw new Error(`${command} ended with ${code}`);
        });
        await Promise.race([answers(port), ended]);
      },
    });
  } finally {
    // npx starts programs of its own: each server has a process group.
    for (const { pid } of running) endGroup(pid);
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid);
  } catch (error) {
    // It has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Packs what `npm run build` made, until this process ends. @returns the path of the tarball */
export function packTarball(): string {
  const folder = mkdtempSync(join(tmpdir(), "tarball-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const output = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(output) as [{ readonly filename: string }];
  return join(folder, filename);
}

async function answers(port: number): Promise<void> {
  const until = Date.now() + limitMs;
  while (Date.now() < until) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer !== undefined) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`Nothing answers on port ${port}`);
}
