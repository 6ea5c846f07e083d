/** How a run shows that it lives, and when others stop believing it. */
export interface HeartbeatTimes {
  /** Seconds between two beats. */
  readonly everySeconds: number;
  /** A heartbeat of this age, by the store's clock, is a dead run's. */
  readonly deadSeconds: number;
}

export const HEARTBEAT_TIMES: HeartbeatTimes = { everySeconds: 20, deadSeconds: 60 };

/** A store that tells whole seconds may call a time up to one second older than it is. */
const STORE_GRAIN_SECONDS = 1;

/** The age, by the store's clock, up to which others have to take a run for alive. */
export function oldestLiveSeconds({ deadSeconds }: HeartbeatTimes): number {
  return deadSeconds + STORE_GRAIN_SECONDS;
}

/**
 * So long after the beginning of its last good beat a run takes itself for dead: a little before anybody else may,
 * so that it has stopped by then.
 */
export function ownDeathSeconds({ deadSeconds }: HeartbeatTimes): number {
  return deadSeconds * (11 / 12);
}
