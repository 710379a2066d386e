/** Carries requests from processes to the store and the server, and applies the scheduled faults. */

import type { Fault, Outage, Schedule } from "./schedule.js";
import { troubleMs } from "./schedule.js";
import type { VirtualProcess } from "./virtual-process.js";
import type { VirtualTime } from "./virtual-time.js";
import type { Witness } from "./witness.js";

export type Outcome<T> =
  | { readonly kind: "answered"; readonly answer: T }
  /** It never left. */
  | { readonly kind: "not_sent" }
  /** An error came back. */
  | { readonly kind: "failed" }
  /** Nothing came back in time. */
  | { readonly kind: "timed_out" };

export interface Request<T> {
  readonly process: VirtualProcess;
  readonly to: Outage["of"];
  readonly what: string;
  /** The process waits no longer than this, and what has not arrived by then never does. */
  readonly timeoutMs?: number;
  /** Does the work, and takes `workMs` over it where it can take long. */
  readonly work: (workMs: number) => Promise<T>;
}

export interface VirtualNetwork {
  send<T>(request: Request<T>): Promise<Outcome<T>>;
  /** How many requests have left. */
  steps(): number;
  /** Whether the store ever took longer than an access token is given up early. */
  wasStoreSlow(): boolean;
}

export interface NetworkOptions {
  readonly time: VirtualTime;
  readonly random: () => number;
  readonly schedule: Pick<Schedule, "faults" | "outages">;
  readonly witness: Witness;
  readonly log: (line: () => string) => void;
  readonly crash: (process: VirtualProcess) => void;
}

export function createVirtualNetwork(options: NetworkOptions): VirtualNetwork {
  const { time, random, schedule, witness, log, crash } = options;
  const faults = new Map(schedule.faults.map((fault) => [fault.step, fault]));
  let steps = 0;
  let storeSlow = false;

  const latencyMs = (): number => 1 + Math.floor(random() * 20);

  function troubleOf(to: Outage["of"]): Partial<Fault> & { outage?: Outage | undefined } {
    const fault = faults.get(steps++);
    const nowMs = time.nowMs();
    if (nowMs >= troubleMs) return {};
    const outage = schedule.outages.find(
      ({ of, fromMs, forMs }) => of === to && fromMs <= nowMs && nowMs < fromMs + forMs,
    );
    return { ...fault, ms: Math.min(fault?.ms ?? 0, troubleMs - nowMs), outage };
  }

  return {
    steps: () => steps,
    wasStoreSlow: () => storeSlow,
    send: <T>({ process, to, what, timeoutMs, work }: Request<T>): Promise<Outcome<T>> =>
      new Promise((resolve, reject) => {
        const { kind, ms = 0, outage } = troubleOf(to);
        const sentMs = time.nowMs();
        const look = (): void => {
          if (to === "store" && time.nowMs() - sentMs >= 4000) storeSlow = true;
        };
        const say = (text: () => string): void => log(() => `${process.name} ${what} ${text()}`);
        if (what === "acquire") witness.looked(sentMs);
        if (kind !== undefined || outage) {
          const lastMs = Math.max(ms, outage ? outage.fromMs + outage.forMs - sentMs : 0);
          // The sender of a request without an answer waits for its timeout as well.
          witness.troubled(sentMs, sentMs + lastMs + (timeoutMs ?? 0));
          say(() => `[${kind} ${ms} ${outage?.kind ?? ""}]`);
        }
        if (kind === "crash_before") return crash(process);
        if (kind === "pause") process.freeze(ms);

        const answer = (outcome: Outcome<T>, afterMs = latencyMs()): void =>
          time.at(time.nowMs() + afterMs, () => {
            look();
            process.resume(() => resolve(outcome));
          });
        const arrive = (afterMs: number, then: () => void): void => {
          if (timeoutMs !== undefined && afterMs >= timeoutMs) return;
          time.at(sentMs + afterMs, then);
        };
        const fail = (): void => {
          if (to === "store" || kind !== "fail_late") answer({ kind: "failed" });
        };
        const doWork = (then: (result: T) => void): void => {
          look();
          const slow = kind === "slow_out" ? ms : 0;
          work(to === "server" ? slow : 0).then((result) => {
            say(() => describe(result));
            then(result);
          }, reject);
        };

        if (timeoutMs !== undefined) answer({ kind: "timed_out" }, timeoutMs);
        const travelMs = latencyMs();
        if (outage?.kind === "before") return answer({ kind: "not_sent" });
        if (outage?.kind === "after") return arrive(travelMs, () => doWork(fail));
        const hangMs = outage ? Math.min(outage.fromMs + outage.forMs, troubleMs) - sentMs : 0;
        const slowMs = kind === "slow_in" || (kind === "fail_late" && to === "store") ? ms : 0;
        const inMs = travelMs + Math.min(hangMs + slowMs, Math.max(0, troubleMs - sentMs));
        if (kind === "fail_before") return arrive(inMs, fail);
        if (kind === "fail_late" && to === "store") {
          fail();
          return arrive(inMs, () => doWork(() => undefined));
        }
        arrive(inMs, () => {
          if (kind === "crash_after" && time.nowMs() < troubleMs) crash(process);
          doWork((result) => {
            if (kind === "fail_after" || kind === "fail_late") return fail();
            const slowOut = kind === "slow_out" && to === "store" ? ms : 0;
            const outMs = latencyMs() + Math.min(slowOut, Math.max(0, troubleMs - time.nowMs()));
            answer({ kind: "answered", answer: result }, outMs);
          });
        });
      }),
  };
}

function describe(result: unknown): string {
  return result === undefined ? "-> nothing" : `-> ${JSON.stringify(result)}`;
}
