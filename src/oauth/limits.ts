/** How long each step of a rotation may take. */

export interface RotationLimits {
  /** How long the server accepts a refresh token after its successor was issued. */
  readonly graceMs: number;
  /** Safety margin at the end of the grace period. */
  readonly marginMs: number;
  /** Timeout of one request to the token endpoint. */
  readonly requestMs: number;
  readonly leaseMs: number;
  /** Longest wait for the lease, not counting the time in the queue. */
  readonly waitMs: number;
  /** Longest wait for the lease in one turn: dead processes' leases must not hold up the queue. */
  readonly turnMs: number;
  /** Wait before the token is spent again; doubles each time. */
  readonly backOffMs: number;
}

/** A crash is noticed within one lease, and a second attempt still ends well within the grace minute. */
export const rotationLimits: RotationLimits = {
  graceMs: 60_000,
  marginMs: 5000,
  requestMs: 8000,
  leaseMs: 15_000,
  waitMs: 30_000,
  turnMs: 5000,
  backOffMs: 1000,
};

export interface Timing {
  readonly limits: RotationLimits;
  readonly nowMs: () => number;
}

/** How long a request may still be started and end within the grace period. */
export function graceLeft({ limits, nowMs }: Timing, spentAtMs: number): number {
  const { graceMs, marginMs, requestMs } = limits;
  return spentAtMs + graceMs - marginMs - requestMs - nowMs();
}

/** How long a request may still be started and end within the lease. */
export function leaseLeft({ limits, nowMs }: Timing, askedAtMs: number): number {
  return askedAtMs + limits.leaseMs - limits.requestMs - nowMs();
}
