/** Identifies the process that holds something in a shared directory, and whether it is still alive. */

import { createHash, randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * `<place>.<pid>.<start>.<since>.<random>`: safe as a file name, and different every time.
 *
 * A process id is only meaningful in its own place (one boot of one machine, one pid namespace), and only
 * together with the process's start time, because ids are reused.
 */
export function nameHolder(nowMs: number): string {
  return [place(), process.pid, startOf(process.pid) ?? "", nowMs, randomUUID()].join(".");
}

/** Unix time in milliseconds at which the name was made. */
export function heldSinceMs(holder: string): number {
  return Number(holder.split(".")[3]);
}

/** True if the process has certainly ended; false if it is alive or cannot be seen from here. */
export function isGone(holder: string): boolean {
  const [itsPlace, pidText, start] = holder.split(".");
  const pid = Number(pidText);
  if (itsPlace !== place() || !Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  return start !== "" && startOf(pid) !== start;
}

let knownPlace: string | undefined;

function place(): string {
  knownPlace ??= createHash("sha256").update(describePlace()).digest("hex").slice(0, 16);
  return knownPlace;
}

function describePlace(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
    return boot + readlinkSync("/proc/self/ns/pid");
  } catch {
    // Not Linux: no pid namespaces, and a reused pid only delays the takeover.
    return hostname();
  }
}

/**
 * When the process started, in ticks since boot; undefined if it has ended, or on a system without /proc.
 * A zombie counts as ended: in a container without an init process it can stay forever.
 */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the name in parentheses, which may itself contain spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
