/** Holds back what happens within a moment, and releases it in another order. */

import { createRandom } from "../engine/random.js";

const heldMs = 50;

export interface Shuffler<Item> {
  add(item: Item): void;
  /** Releases everything at once. */
  release(): void;
  /** Drops what is held. */
  stop(): void;
}

export function createShuffler<Item>(release: (item: Item) => void, seed: string): Shuffler<Item> {
  const random = createRandom(seed, "webhooks");
  let held: Item[] = [];
  let timer: NodeJS.Timeout | undefined;
  const take = (): Item[] => {
    clearTimeout(timer);
    timer = undefined;
    const taken = held;
    held = [];
    return taken;
  };
  const releaseAll = (): void => shuffle(take(), random).forEach(release);
  return {
    add(item) {
      held.push(item);
      timer ??= setTimeout(releaseAll, heldMs);
    },
    release: releaseAll,
    stop: take,
  };
}

/** Never the original order, unless there is only one item. */
function shuffle<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  const drawn = items.map((item) => ({ item, rank: random() }));
  const shuffled = drawn.toSorted((a, b) => a.rank - b.rank).map(({ item }) => item);
  const same = shuffled.every((item, place) => item === items[place]);
  return same ? shuffled.toReversed() : shuffled;
}
