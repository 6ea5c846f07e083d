/** How many at once, found by trying: up by one a round while that many are used, down by a tenth when too many were. */
export interface PaceLimit {
  readonly most: number;
  /** Not whole: a tenth of three is something too. */
  readonly atOnce: number;
  /** What began before says nothing about the pace since. */
  readonly loweredAtMs: number;
}

export function createLimit(most: number): PaceLimit {
  return { most, atOnce: Math.max(1, Math.ceil(most / 2)), loweredAtMs: Number.NEGATIVE_INFINITY };
}

/** Whole, and never none. */
export function allowed({ atOnce }: PaceLimit): number {
  return Math.max(1, Math.floor(atOnce));
}

/** After one went well. `running`: how many ran until then, it included. */
export function raised(limit: PaceLimit, running: number): PaceLimit {
  if (running < allowed(limit)) return limit;
  return { ...limit, atOnce: Math.min(limit.most, limit.atOnce + 1 / allowed(limit)) };
}

/** After one was turned away that began at `beganMs`: at most once in the time that one takes. */
export function lowered(limit: PaceLimit, beganMs: number, nowMs: number): PaceLimit {
  if (beganMs < limit.loweredAtMs) return limit;
  return { ...limit, atOnce: Math.max(1, limit.atOnce * FACTOR), loweredAtMs: nowMs };
}

const FACTOR = 0.9;
