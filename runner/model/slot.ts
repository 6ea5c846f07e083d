/** A group is a pool of one, with names of its own. */
export type SlotKind = 'pool' | 'group';

/** What an instance takes of a limit that holds over all runs on a store. */
export interface SlotWant {
  readonly kind: SlotKind;
  readonly name: string;
  /** At most the capacity. */
  readonly weight: number;
  /** As this run's project has it. */
  readonly capacity: number;
  /** It takes what nobody else waits for, and makes nobody wait for itself. */
  readonly yields?: true;
}
