import type { Manifest } from '../../model/records.ts';
import type { StoredManifest } from '../ledger.ts';

export interface Superseded {
  readonly attempt: string;
  /** Readers of it are given time from here on. */
  readonly at: string;
}

/**
 * The replaced attempts whose objects may still be there. The last of them was read as the result until the manifest
 * that replaced it was in the store: its writer noted the time before, and may have slept for days in between.
 */
export function supersededBy(stored: StoredManifest | undefined): readonly Superseded[] {
  if (stored === undefined) return [];
  const { superseded: last, supersededAttempts: listed = [] } = stored.manifest;
  if (last === undefined) return listed;
  const others = listed.filter(({ attempt }) => attempt !== last.attempt);
  return [...others, { attempt: last.attempt, at: laterOf(last.at, stored.modifiedAt) }];
}

/** What a manifest over this one says that it replaces. A void one made no objects. */
export function supersede(
  previous: StoredManifest,
  at: string,
): Pick<Manifest, 'superseded' | 'supersededAttempts'> {
  const earlier = supersededBy(previous);
  if (previous.manifest.outcome === 'void') {
    const last = earlier.at(-1);
    return {
      ...(previous.manifest.superseded === undefined || last === undefined ? {} : { superseded: last }),
      ...(earlier.length === 0 ? {} : { supersededAttempts: earlier }),
    };
  }
  const superseded = { attempt: previous.manifest.attempt, at };
  return { superseded, supersededAttempts: [...earlier, superseded] };
}

function laterOf(a: string, b: string): string {
  return Date.parse(a) < Date.parse(b) ? b : a;
}
