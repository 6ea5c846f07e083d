import type { InstanceId } from './partition.ts';
import type { ByHand } from './records.ts';

/** What became of one instance that a person did something to. */
export interface HandInstance {
  readonly id: InstanceId;
  readonly result: HandResult;
  /** In words. */
  readonly reason: string;
  readonly attempt?: string;
  /** Paths below `published/` that were copied. */
  readonly published?: readonly string[];
}

export type HandResult =
  | 'skipped'
  | 'put'
  | 'cleared'
  | 'published'
  /** It was so before. */
  | 'unchanged'
  /** It has something that this command does not touch. */
  | 'kept'
  /** There is no result of it. */
  | 'missing'
  /** A live run works on it. */
  | 'held'
  /** Another's result came first and stands. */
  | 'overtaken'
  /** The result counts, but not all of its copies could be made. */
  | 'unpublished';

/** Instances of one task that read what was touched, directly or not. */
export interface Dependents {
  readonly task: string;
  readonly instances: number;
  /** How many of them have a result, or a recorded skip. */
  readonly committed: number;
}

export interface HandReport {
  /** The run that it is recorded as; absent where nothing was to be changed. */
  readonly run?: string;
  readonly pipeline: string;
  readonly by: ByHand;
  readonly dryRun: boolean;
  readonly instances: readonly HandInstance[];
  readonly dependents: readonly Dependents[];
  /** The command that brings them up to date. */
  readonly next?: string;
}

/** Whether all that was asked for is so now. */
export function isCarriedOut({ instances }: Pick<HandReport, 'instances'>): boolean {
  return instances.every(({ result }) => {
    switch (result) {
      case 'skipped':
      case 'put':
      case 'cleared':
      case 'published':
      case 'unchanged':
        return true;
      case 'kept':
      case 'missing':
      case 'held':
      case 'overtaken':
      case 'unpublished':
        return false;
    }
  });
}

const PAST: Readonly<Record<ByHand['how'], string>> = {
  skip: 'skipped',
  put: 'put',
  clear: 'cleared',
  publish: 'published',
};

/** `skipped by anna: the exchange was closed` */
export function byHandWords({ how, who, reason }: ByHand): string {
  return `${PAST[how]} by ${who}${reason === undefined ? '' : `: ${reason}`}`;
}
