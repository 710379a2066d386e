/** Gives up on a store that does not answer: some clients wait for ever for a server that is away. */

import { StoreError } from "../errors/index.js";

export interface SilenceWatch {
  /** Aborted when the store has been silent for too long. */
  readonly signal: AbortSignal;
  /** Rejects at the same moment. */
  readonly silence: Promise<never>;
  /** The store has answered: the time begins again. */
  heard(): void;
  end(): void;
}

/**
 * @param task What cannot be done, as the beginning of the error's message.
 * @param ms How long the store may be silent.
 */
export function watchSilence(task: string, ms: number): SilenceWatch {
  const over = new AbortController();
  let timer: NodeJS.Timeout;
  let immediate: NodeJS.Immediate | undefined;
  let isOver = false;
  let rejectSilence: (error: StoreError) => void = () => undefined;
  const silence = new Promise<never>((_, reject) => {
    rejectSilence = reject;
  });
  silence.catch(() => undefined);
  const giveUp = (): void => {
    isOver = true;
    const message = `${task}: the store has not answered for ${ms} ms`;
    const error = new StoreError("store_unavailable", message);
    over.abort(error);
    rejectSilence(error);
  };
  const start = (): void => {
    // A busy process reads the answers that have arrived before it gives up.
    timer = setTimeout(() => {
      immediate = setImmediate(giveUp);
    }, ms);
  };
  const stop = (): void => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
  start();
  return {
    ...{ signal: over.signal, silence },
    heard() {
      stop();
      if (!isOver) start();
    },
    end() {
      isOver = true;
      stop();
    },
  };
}

/** The answer, unless the store is silent for longer than this. */
export async function orSilence<T>(answer: Promise<T>, task: string, ms: number): Promise<T> {
  const watch = watchSilence(task, ms);
  try {
    return await Promise.race([answer, watch.silence]);
  } finally {
    watch.end();
  }
}
