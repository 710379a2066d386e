/** The clock's tasks: whatever is added and cancelled, they come out in order. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { createTaskQueue } from "../../../src/emulator/engine/task-queue.js";

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ add: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ cancel: fc.nat(200) }) },
  { weight: 2, arbitrary: fc.constant({ take: true }) },
);

test("tasks come out by the time they are due, then by the order they were added in", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = createTaskQueue();
      /** What a list that is sorted anew each time would hold. */
      let waiting: { readonly dueMs: number; readonly order: number }[] = [];
      const cancels: (() => void)[] = [];
      const ran: number[] = [];
      const takeBoth = (): void => {
        const [next] = waiting.toSorted((a, b) => a.dueMs - b.dueMs || a.order - b.order);
        expect(queue.nextMs()).toBe(next?.dueMs);
        const taken = queue.take();
        taken?.task(taken.dueMs);
        expect(ran.at(-1)).toBe(next?.order ?? ran.at(-1));
        expect(taken?.dueMs).toBe(next?.dueMs);
        waiting = waiting.filter((one) => one !== next);
      };
      for (const given of steps) {
        if ("add" in given) {
          const order = cancels.length;
          waiting.push({ dueMs: given.add, order });
          cancels.push(queue.add(given.add, () => ran.push(order)));
        } else if ("cancel" in given) {
          cancels[given.cancel]?.();
          waiting = waiting.filter(({ order }) => order !== given.cancel);
        } else {
          takeBoth();
        }
      }
      while (waiting.length > 0) takeBoth();
      takeBoth();
    }),
  );
});

test("clear() drops all tasks, and cancelling one of them afterwards does nothing", () => {
  const queue = createTaskQueue();
  const cancel = queue.add(1, () => {});
  queue.clear();
  queue.add(2, () => {});
  cancel();
  expect([queue.nextMs(), queue.take()?.dueMs, queue.take()]).toEqual([2, 2, undefined]);
});
