import type { Temporaries } from './temporary.ts';
import type { Versions } from './version.ts';

/** What every operation on the store's folder needs. */
export interface Context {
  readonly root: string;
  readonly temporaries: Temporaries;
  readonly versions: Versions;
}
