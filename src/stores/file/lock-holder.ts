/** Identifies the process that holds something in a shared directory, and whether it is still alive. */

import { createHash, randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, uptime } from "node:os";
import type { Moment } from "../record-state.js";

/**
 * `<place>.<pid>.<start>.<since>.<random>`: safe as a file name, and different every time.
 *
 * A process id is only meaningful in its own place (one boot of one machine, one pid namespace), and only
 * together with the process's start time, because ids are reused.
 */
export function nameHolder(nowMs: number): string {
  return [place().name, process.pid, startOf(process.pid) ?? "", nowMs, randomUUID()].join(".");
}

/** Unix time in milliseconds at which the name was made. */
export function heldSinceMs(holder: string): number {
  return Number(holder.split(".")[3]);
}

/** True if the process has certainly ended; false if it is alive or cannot be seen from here. */
export function isGone(holder: string): boolean {
  const [itsPlace, pidText, start] = holder.split(".");
  const pid = Number(pidText);
  if (itsPlace !== place().name || !Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  return start !== "" && startOf(pid) !== start;
}

/** The current time; `upMs` counts from the boot of the machine, and goes on while it is suspended. */
export function now(): Moment {
  // All processes share this clock too. It is finer, and stands still while the machine is suspended.
  const runningMs = Number(process.hrtime.bigint()) / 1e6;
  const suspendedMs = uptime() * 1000 - runningMs;
  const upMs = runningMs + (suspendedMs > 1000 ? suspendedMs : 0);
  return { atMs: Date.now(), upMs, origin: place().boot };
}

interface Place {
  /** Safe as a file name. */
  readonly name: string;
  /** The same, if it names one boot of the machine. */
  readonly boot: string | undefined;
}

let knownPlace: Place | undefined;

function place(): Place {
  knownPlace ??= findPlace();
  return knownPlace;
}

function findPlace(): Place {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
    const name = shorten(boot + readlinkSync("/proc/self/ns/pid"));
    return { name, boot: name };
  } catch {
    // Not Linux: no pid namespaces, and a reused pid only delays the takeover.
    return { name: shorten(hostname()), boot: undefined };
  }
}

function shorten(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
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
