import type { CompleteCommands } from './commands.ts';

/** What the end of a run must know of where it ran, so that what it proposes can be typed and opened as it stands. */
export interface Surroundings {
  readonly complete: CompleteCommands;
  /** Goes on with a run that was stopped; absent where the same words do. */
  readonly resume?: (run: string) => string;
  /** What was typed, with `--rebuild stale`. */
  readonly rebuildStale?: string;
  /** Where a published file stands: a path or an address that a person can open. */
  readonly publishedAt: (path: string) => string;
}
