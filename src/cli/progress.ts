/** How an onboarding run is going: a bar on a terminal, elsewhere a line for each result. */

import { printable } from "../checks/printable.js";
import type { OnboardingCounts, OnboardingEvent, OnboardingStep } from "../onboarding/types.js";

export interface Progress {
  show(event: OnboardingEvent): void;
  /** How many sellers have which result so far. */
  readonly counts: OnboardingCounts;
  /** Ends the line of the bar. */
  end(): void;
}

/** Where it is shown: the standard output, or that of a test. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** A line of JSON for each result, for `--json`. */
export function showJson(screen: Screen): Progress {
  return showing(({ result }) => {
    if (!result) return;
    const failed = result.kind === "failed" ? { error: plainError(result.error) } : {};
    screen.write(`${JSON.stringify({ ...result, ...failed })}\n`);
  });
}

/** A line for each result. */
export function showLines(screen: Screen): Progress {
  return showing(({ result }) => {
    if (result) screen.write(`${result.kind.padEnd(8)}${printable(result.identifier)}\n`);
  });
}

function plainError(error: unknown): object {
  const { message, code } = error as { readonly message?: unknown; readonly code?: unknown };
  return { ...(typeof code === "string" && { code }), message: String(message ?? error) };
}

function showing(show: (event: OnboardingEvent) => void, end = (): void => undefined): Progress {
  let counts: OnboardingCounts = { total: 0, done: 0, waiting: 0, missing: 0, failed: 0 };
  return {
    show(event) {
      counts = event.counts;
      show(event);
    },
    get counts() {
      return counts;
    },
    end,
  };
}

/** Between two drawings of the bar, unless a result is the last one. */
const drawEveryMs = 100;

/** @param now a clock in milliseconds that only goes forward */
export function showBar(
  screen: Screen,
  total: number,
  now: () => number = () => performance.now(),
): Progress {
  const startMs = now();
  const lastSteps = new Map<string, OnboardingStep>();
  let counts: OnboardingCounts = { total, done: 0, waiting: 0, missing: 0, failed: 0 };
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  const draw = (): void => {
    drawnAtMs = now();
    const line = describe({ counts, total, lastSteps, tookMs: drawnAtMs - startMs });
    screen.write(`\r${line.slice(0, (screen.columns ?? 160) - 1)}\u001b[K`);
  };
  // While all wait for their reviews, nothing else moves the time.
  const timer = setInterval(draw, 1000).unref();
  return showing(
    (event) => {
      ({ counts } = event);
      if (event.result) lastSteps.delete(event.identifier);
      else lastSteps.set(event.identifier, event.step);
      if (endedOf(counts) === total || now() - drawnAtMs > drawEveryMs) draw();
    },
    () => {
      clearInterval(timer);
      if (drawnAtMs > Number.NEGATIVE_INFINITY) screen.write("\n");
    },
  );
}

interface Standing {
  readonly counts: OnboardingCounts;
  readonly total: number;
  /** The last step of every seller that has no result yet. */
  readonly lastSteps: ReadonlyMap<string, OnboardingStep>;
  readonly tookMs: number;
}

function describe({ counts, total, lastSteps, tookMs }: Standing): string {
  const ended = endedOf(counts);
  const { done, waiting, missing, failed } = counts;
  const parts = [
    `${bar(ended, total)} ${ended}/${total}`,
    stages(lastSteps.values()),
    pace(ended, total, tookMs),
    `${done} done, ${waiting} waiting, ${missing} missing, ${failed} failed`,
  ];
  return parts.filter((part) => part !== "").join("  ");
}

const barWidth = 20;

function bar(ended: number, total: number): string {
  const filled = Math.round((ended / Math.max(1, total)) * barWidth);
  return `[${"#".repeat(filled)}${".".repeat(barWidth - filled)}]`;
}

/** What a seller is after a step. */
const stageAfter: Readonly<Record<OnboardingStep, string>> = {
  create: "opened",
  upload: "with files",
  update: "with data",
  submit: "in review",
  agree: "in review",
  wait: "in review",
};

function stages(steps: Iterable<OnboardingStep>): string {
  const counts = new Map<string, number>();
  for (const step of steps) {
    counts.set(stageAfter[step], (counts.get(stageAfter[step]) ?? 0) + 1);
  }
  const names = [...new Set(Object.values(stageAfter))].filter((name) => counts.has(name));
  return names.map((name) => `${counts.get(name)} ${name}`).join(", ");
}

/** Results per second or minute, and the time that the rest takes at this rate. */
function pace(ended: number, total: number, tookMs: number): string {
  if (ended === 0 || tookMs <= 0 || ended === total) return "";
  const perSecond = (ended / tookMs) * 1000;
  const rate = perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${(perSecond * 60).toFixed(1)}/min`;
  return `${rate}, ${duration((total - ended) / perSecond)} left`;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function endedOf({ done, waiting, missing, failed }: OnboardingCounts): number {
  return done + waiting + missing + failed;
}
