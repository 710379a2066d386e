/** The bar that a terminal shows of an onboarding run. */

import type { OnboardingEvent, OnboardingStep } from "airwallex-connect";
import { expect, onTestFinished, test } from "vitest";
import { showBar } from "../../src/cli/progress.js";

/** A bar for ten sellers, on a clock of the test's own. */
function startBar(columns = 200) {
  let nowMs = 0;
  let drawn = "";
  const write = (text: string): void => {
    drawn = text;
  };
  const bar = showBar({ columns, write }, 10, () => nowMs);
  onTestFinished(bar.end);
  const counts = { total: 10, done: 0, waiting: 0, missing: 0, failed: 0 };
  const event = (identifier: string, step: OnboardingStep): OnboardingEvent => ({
    identifier,
    step,
    accountId: "acct_1",
    result: undefined,
    counts: { ...counts },
  });
  return {
    step: (identifier: string, step: OnboardingStep) => bar.show(event(identifier, step)),
    done(identifier: string) {
      counts.done++;
      const result = { kind: "done", identifier, accountId: "acct_1", status: "ACTIVE" } as const;
      bar.show({ ...event(identifier, "wait"), result });
    },
    pass(ms: number) {
      nowMs += ms;
    },
    drawn: () => drawn,
    end: bar.end,
  };
}

test("the bar shows where sellers are, how fast they are done, and the time left", () => {
  const bar = startBar();
  bar.pass(2000);
  bar.step("a", "create");
  expect(bar.drawn()).toBe(
    "\r[....................] 0/10  1 opened  0 done, 0 waiting, 0 missing, 0 failed\u001b[K",
  );
  bar.pass(2000);
  bar.step("a", "upload");
  bar.step("b", "create");
  bar.step("c", "submit");
  bar.step("d", "agree");
  bar.pass(1000);
  bar.done("c");
  expect(bar.drawn()).toBe(
    "\r[##..................] 1/10  1 opened, 1 with files, 1 in review  12.0/min, 45 s left  1 done, 0 waiting, 0 missing, 0 failed\u001b[K",
  );
});

test("the bar is drawn seldom, and always for the last result", () => {
  const bar = startBar();
  bar.pass(1000);
  bar.done("1");
  const first = bar.drawn();
  for (let i = 2; i < 10; i++) bar.done(String(i));
  expect(bar.drawn()).toBe(first);
  bar.done("10");
  expect(bar.drawn()).toContain("[####################] 10/10  10 done");
  bar.end();
  expect(bar.drawn()).toBe("\n");
});

test("the bar is one line, however narrow the terminal is", () => {
  const bar = startBar(40);
  bar.pass(1000);
  bar.done("a");
  expect(bar.drawn().replace("\r", "").replace("\u001b[K", "")).toHaveLength(39);
});
