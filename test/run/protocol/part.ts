import type { Ledger } from '../../../runner/ledger/ledger.ts';
import type { InstanceId } from '../../../runner/model/partition.ts';
import { runTime } from '../../../runner/model/run-id.ts';
import type { Clock, ObjectStore } from '../../../runner/ports.ts';
import type { Actor } from './schedule.ts';
import type { Truth } from './truth.ts';

/** What an actor acts with. */
export interface Part {
  readonly actor: Actor;
  readonly ledger: Ledger;
  /** Behind the gate. */
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly truth: Truth;
}

export const FILES = ['a.txt', 'b.txt'] as const;
export const LATEST = 'latest.txt';
export const RANGE = [{ pipeline: 'p', task: 't' }];

/** Content that tells whose it is; that of every other run is the same, as of a script that was put back. */
export function contentOf(id: InstanceId, attempt: string, path: string): string {
  const [, pid = ''] = /-([0-9a-f]{6})-/.exec(attempt) ?? [];
  const author = Number.parseInt(pid, 16) % 2 === 1 ? 'a script that comes back' : attempt;
  return `${path} of ${id} by ${author}`;
}

/** The id of an actor's run. */
export function runOf({ pid }: Actor, clock: Clock): string {
  return `${runTime(clock.now())}-${pid.toString(16).padStart(6, '0')}`;
}
