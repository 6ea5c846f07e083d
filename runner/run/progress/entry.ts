import type { AbsentMember, Standing } from './needs.ts';
import type { HookNode, ProgressNode } from './step.ts';

export type Phase = 'pending' | 'ready' | 'running' | 'resting' | 'expanding' | 'settled';

/** All that the machine knows of one instance or hook. */
export interface Entry {
  /** In the order in which they are preferred; the gate knows it by this number. */
  readonly place: number;
  /** Its needs change where a placeholder among them is replaced. */
  node: ProgressNode | HookNode;
  phase: Phase;
  /** Since it is settled. */
  standing: Standing | undefined;
  /** Whom it goes without, once that is decided. */
  absent: readonly AbsentMember[];
  /** A try of its own has gone wrong. */
  hasFailed: boolean;
  /** How many of those that it waits for are open. */
  heldBy: number;
  /** Those that wait for it. */
  needers: Entry[];
}

const NOBODY: readonly AbsentMember[] = [];

export function createEntry(place: number, node: ProgressNode | HookNode): Entry {
  return {
    place,
    node,
    phase: 'pending',
    standing: undefined,
    absent: NOBODY,
    hasFailed: false,
    heldBy: 0,
    needers: [],
  };
}

/** `needer` is held until `needed` is settled. */
export function hold(needer: Entry, needed: Entry): void {
  needed.needers.push(needer);
  needer.heldBy += 1;
}

/** `needer` waits for `needed` no more, however often it did. */
export function letGo(needer: Entry, needed: Entry): void {
  const others = needed.needers.filter((one) => one !== needer);
  needer.heldBy -= needed.needers.length - others.length;
  needed.needers = others;
}

/** Those that nothing holds any more, now that this one is settled. */
export function release(needed: Entry): readonly Entry[] {
  const { needers } = needed;
  needed.needers = [];
  for (const needer of needers) needer.heldBy -= 1;
  return needers.filter(({ heldBy }) => heldBy === 0);
}

export function isHook({ node }: Entry): boolean {
  return !('needs' in node);
}

export function isHeld({ node }: Entry): boolean {
  return 'needs' in node && node.held === true;
}
