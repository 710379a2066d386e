/**
 * Turns for refreshes: a limited number at once, at a pace that the token endpoint accepts.
 *
 * A refresh waits for its turn before it takes the lease and marks the record. So thousands of connections
 * that expire together wait in memory, and a process that is killed leaves marks only on what it was about
 * to send.
 *
 * - Order: first those whose grace minute is running (`marked`), whatever the pace, then those that callers
 *   wait for, then those whose access token still works.
 * - The number at once begins low, except for those that are marked, whose minute does not wait, and grows
 *   with every pair that is issued. It is halved when the store is so slow that a refresh cannot be sent
 *   within its lease.
 * - After a 429 nothing is sent for as long as the endpoint says, or for a moment. If others are waiting,
 *   the pace is lowered below what the endpoint accepted in the last second, and then recovers, slowly at
 *   first, so that processes that share a limit do not all find it at once. (`retry/pace.ts` starts from a
 *   documented limit; this endpoint has none.)
 */

export type Urgency = "marked" | "waiting" | "background";

const order: readonly Urgency[] = ["marked", "waiting", "background"];

/** A place in the queue, for as many turns as it takes. */
export interface Ticket {
  urgency: Urgency;
  /** Present while it waits. */
  waits?:
    | { readonly start: (turn: Turn) => void; readonly refuse: (error: Error) => void }
    | undefined;
}

/** The right to refresh one connection. */
export interface Turn {
  /** A request is sent. */
  sent(): void;
  /** Its answer is there, or never will be. */
  answered(answer: Answer): void;
  /** Takes a place in the pace for another request; returns how many milliseconds to wait for it. */
  delayMs(): number;
  /** The store left no time for the request. */
  late(): void;
  end(): void;
}

export interface Answer {
  /** `issued`: a pair. `busy`: 429. Others do not matter here. */
  readonly kind: string;
  readonly retryAfterMs?: number | undefined;
}

export interface RefreshQueue {
  /** Resolves when it is the ticket's turn. Each turn must be ended. */
  enter(ticket: Ticket): Promise<Turn>;
  /** Moves a ticket forward; it never moves back. */
  promote(ticket: Ticket, urgency: Urgency): void;
  /**
   * Reads a record, as many at once as there may be refreshes: thousands of reads that stand in line at the
   * store would hold up the writes of those whose minute is running.
   */
  read<T>(work: () => Promise<T>): Promise<T>;
  /** Refuses those that wait, and all that come from now on, unless they are `marked`. */
  close(error: Error): void;
}

export interface RefreshQueueOptions {
  /** Most refreshes at once. */
  readonly concurrent: number;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
}

const firstConcurrent = 8;
/** After a 429 that does not say how long to wait. */
const usualHoldMs = 250;
const longestHoldMs = 60_000;
/** A lowered pace has tripled after this long. */
const recoverySeconds = 40;
const lowerBy = 0.75;

interface State {
  readonly options: RefreshQueueOptions;
  readonly lines: ReturnType<typeof createLines>;
  readonly pace: ReturnType<typeof createPace>;
  /** How many may run at once. */
  readonly allowed: Record<Urgency, number>;
  /** How often the number was halved. */
  halvings: number;
  running: number;
  isWaking: boolean;
}

export function createRefreshQueue(options: RefreshQueueOptions): RefreshQueue {
  const lines = createLines();
  const few = Math.min(firstConcurrent, options.concurrent);
  const allowed = { marked: options.concurrent, waiting: few, background: few };
  const pace = createPace(options);
  const idle = { halvings: 0, running: 0, isWaking: false };
  const state: State = { options, lines, pace, allowed, ...idle };
  let closedBy: Error | undefined;
  return {
    enter: (ticket) =>
      new Promise((start, refuse) => {
        if (closedBy && ticket.urgency !== "marked") throw closedBy;
        ticket.waits = { start, refuse };
        lines.push(ticket);
        advance(state);
      }),
    promote(ticket, urgency) {
      if (order.indexOf(urgency) >= order.indexOf(ticket.urgency)) return;
      ticket.urgency = urgency;
      if (ticket.waits) lines.push(ticket);
    },
    read: createReads(options.concurrent),
    close(error) {
      closedBy = error;
      for (const ticket of lines.takeUnmarked()) ticket.waits?.refuse(error);
    },
  };
}

/** Starts as many as may run. */
function advance(state: State): void {
  const { lines, pace, options } = state;
  for (
    let ticket = lines.first();
    ticket && state.running < state.allowed[ticket.urgency];
    ticket = lines.first()
  ) {
    const waitMs = ticket.urgency === "marked" ? 0 : pace.nextAtMs() - options.nowMs();
    if (waitMs > 0) {
      wake(state, waitMs);
      return;
    }
    const { waits } = ticket;
    ticket.waits = undefined;
    state.running++;
    waits?.start(createTurn(state, pace.take()));
  }
}

function wake(state: State, afterMs: number): void {
  if (state.isWaking) return;
  state.isWaking = true;
  void state.options.sleep(afterMs).then(() => {
    state.isWaking = false;
    advance(state);
  });
}

function createTurn(state: State, placeMs: number): Turn {
  const { lines, pace, options, halvings } = state;
  let isUsed = false;
  return {
    sent() {
      isUsed = true;
      pace.sent();
    },
    answered({ kind, retryAfterMs }) {
      if (kind === "issued") allow(state, (count) => Math.min(options.concurrent, count + 1));
      if (kind === "busy") pace.refused(retryAfterMs, lines.first() !== undefined);
      pace.answered(kind === "issued");
    },
    delayMs() {
      const delayMs = pace.nextAtMs() - options.nowMs();
      pace.take();
      return delayMs;
    },
    late() {
      // Those that run together are late for the same reason.
      if (state.halvings !== halvings) return;
      state.halvings++;
      allow(state, (count) => Math.max(1, count / 2));
    },
    end() {
      state.running--;
      // There was nothing to refresh, so there is room for another.
      if (!isUsed) pace.giveBack(placeMs);
      advance(state);
    },
  };
}

function allow({ allowed }: State, change: (count: number) => number): void {
  for (const urgency of order) allowed[urgency] = change(allowed[urgency]);
}

/** One line per urgency. A ticket that was promoted stays in its earlier line too, where it is skipped. */
function createLines() {
  const lines: Readonly<Record<Urgency, Ticket[]>> = { marked: [], waiting: [], background: [] };
  return {
    first(): Ticket | undefined {
      for (const urgency of order) {
        const line = lines[urgency];
        while (line[0] && (!line[0].waits || line[0].urgency !== urgency)) line.shift();
        if (line[0]) return line[0];
      }
      return undefined;
    },
    push: (ticket: Ticket) => lines[ticket.urgency].push(ticket),
    takeUnmarked(): readonly Ticket[] {
      const taken = [...lines.waiting.splice(0), ...lines.background.splice(0)];
      return taken.filter(({ urgency }) => urgency !== "marked");
    },
  };
}

function createReads(most: number): RefreshQueue["read"] {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running === most) await new Promise<void>((start) => waiting.push(start));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

/** When the next request may be sent. */
function createPace({ nowMs, random }: RefreshQueueOptions) {
  const accepted = createAcceptedRate(nowMs);
  let heldUntilMs = Number.NEGATIVE_INFINITY;
  let dueAtMs = Number.NEGATIVE_INFINITY;
  /** Requests a second, just after it was lowered. */
  let lowered = Number.POSITIVE_INFINITY;
  let loweredAtMs = Number.NEGATIVE_INFINITY;

  function perSecond(): number {
    const recovered = (nowMs() - loweredAtMs) / 1000 / recoverySeconds;
    return lowered * (1 + recovered + recovered ** 3);
  }

  function nextAtMs(): number {
    return Math.max(heldUntilMs, dueAtMs, nowMs());
  }

  return {
    nextAtMs,
    ...{ sent: accepted.sent, answered: accepted.answered },
    /** Takes the next place, and returns its length. */
    take(): number {
      const placeMs = 1000 / perSecond();
      dueAtMs = nextAtMs() + placeMs;
      return placeMs;
    },
    giveBack(placeMs: number) {
      dueAtMs -= placeMs;
    },
    refused(retryAfterMs: number | undefined, isCrowded: boolean) {
      const now = nowMs();
      const holdMs = Math.min(retryAfterMs ?? usualHoldMs, longestHoldMs) * (1 + random() / 4);
      heldUntilMs = Math.max(heldUntilMs, now + holdMs);
      // Requests that were on the way together are refused for the same reason.
      if (now - loweredAtMs < 1000 || !isCrowded) return;
      lowered = Math.max(1, Math.min(perSecond(), accepted.perSecond()) * lowerBy);
      loweredAtMs = now;
    },
  };
}

/** How many requests the endpoint has accepted in the last second; those on the way count. */
function createAcceptedRate(nowMs: () => number) {
  const acceptedAtMs: number[] = [];
  let onTheWay = 0;

  function perSecond(): number {
    const fromMs = nowMs() - 1000;
    while ((acceptedAtMs[0] ?? fromMs) < fromMs) acceptedAtMs.shift();
    return acceptedAtMs.length + onTheWay;
  }

  return {
    perSecond,
    sent() {
      onTheWay++;
    },
    answered(isAccepted: boolean) {
      onTheWay--;
      if (!isAccepted) return;
      perSecond();
      acceptedAtMs.push(nowMs());
    },
  };
}
