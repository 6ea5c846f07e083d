import type { SlotWant } from '../../model/slot.ts';
import { createHeap, type Heap } from '../heap.ts';

/** What an instance takes of one limit while it runs. `max-parallel`, pools and groups are all this. */
export interface Share {
  readonly name: string;
  readonly weight: number;
  readonly capacity: number;
  /** Pools and groups hold over all runs: here is the first gate, the store the second. */
  readonly slots?: SlotWant;
}

/** Lets ready instances through, in plan order, under every limit at once. Instances are numbers: their place in the plan. */
export interface Gate {
  enqueue(node: number): void;
  /** Those that may start now; each holds its shares until `free`. */
  admit(): readonly number[];
  free(node: number): void;
  /** How many may run at once from now on. */
  limit(concurrency: number): void;
  /** How much of one limit there is from now on. */
  limitShare(name: string, capacity: number): void;
}

/**
 * Instances with the same shares stand in one lane, so that a full limit costs one look and not one per waiting
 * instance. A lane that does not get through is parked at the limit that stopped it and is looked at again only
 * when that limit frees something. Nobody overtakes at a limit, so a heavy instance is not starved by light ones.
 */
export function createGate(
  atOnce: number,
  sharesOf: (node: number) => readonly Share[],
  isWanted: (node: number) => boolean,
): Gate {
  const limits = new Map<string, Limit>();
  const lanes = new Map<string, Lane>();
  const lanesByShares = new Map<readonly Share[], Lane>();
  const open = createHeap<Entry>((a, b) => a.head < b.head);
  let concurrency = atOnce;
  let running = 0;

  const limitOf = (share: Share): Limit => {
    let limit = limits.get(share.name);
    if (limit === undefined) {
      limit = { capacity: share.capacity, used: 0, parked: createHeap((a, b) => a.head < b.head) };
      limits.set(share.name, limit);
    }
    return limit;
  };

  const laneOf = (shares: readonly Share[]): Lane => {
    const known = lanesByShares.get(shares);
    if (known !== undefined) return known;
    const key = shares.map((share) => `${share.name}=${share.weight}`).join('\n');
    let lane = lanes.get(key);
    if (lane === undefined) {
      // More than a pool holds would never start: it takes the whole pool.
      const takes = shares.map((share) => ({
        limit: limitOf(share),
        weight: Math.min(share.weight, share.capacity),
      }));
      const queue = createHeap<number>((a, b) => a < b);
      lane = { queue, takes, openAt: undefined, parkedAt: undefined, wokenBy: undefined };
      lanes.set(key, lane);
    }
    lanesByShares.set(shares, lane);
    return lane;
  };

  /** The next instance of a lane that still wants to run; others settled while they stood in line. */
  const headOf = (lane: Lane): number | undefined => {
    for (;;) {
      const head = lane.queue.peek();
      if (head === undefined || isWanted(head)) return head;
      lane.queue.pop();
    }
  };

  const openLane = (lane: Lane): void => {
    const head = headOf(lane);
    if (head === undefined || head === lane.openAt) return;
    lane.openAt = head;
    open.push({ lane, head });
  };

  const wake = (limit: Limit): void => {
    while (limit.used < limit.capacity) {
      const entry = limit.parked.pop();
      if (entry === undefined) return;
      entry.lane.parkedAt = undefined;
      if (headOf(entry.lane) === undefined) continue;
      entry.lane.wokenBy = limit;
      openLane(entry.lane);
      return;
    }
  };

  /** Starts the head of a lane, or parks the lane at the limit that stops it. */
  const tryLane = (lane: Lane, head: number): boolean => {
    const { wokenBy } = lane;
    lane.wokenBy = undefined;
    const obstacle = lane.takes.find(({ limit, weight }) => !fits(limit, weight) || isBehind(limit, head));
    if (obstacle === undefined) {
      lane.queue.pop();
      for (const { limit, weight } of lane.takes) limit.used += weight;
      openLane(lane);
    } else {
      lane.parkedAt = obstacle.limit;
      obstacle.limit.parked.push({ lane, head });
    }
    // Whoever stands behind gets its turn, unless this lane goes on waiting for more of the same limit.
    const stillFull =
      obstacle?.limit === wokenBy && obstacle !== undefined && !fits(obstacle.limit, obstacle.weight);
    if (wokenBy !== undefined && !stillFull) wake(wokenBy);
    return obstacle === undefined;
  };

  return {
    enqueue(node) {
      const lane = laneOf(sharesOf(node));
      lane.queue.push(node);
      if (lane.parkedAt === undefined) openLane(lane);
    },
    admit() {
      const admitted: number[] = [];
      while (running < concurrency) {
        const entry = open.pop();
        if (entry === undefined) break;
        const { lane } = entry;
        // A lane whose head changed meanwhile stands in the heap a second time.
        if (lane.openAt !== entry.head) continue;
        lane.openAt = undefined;
        const head = headOf(lane);
        if (head === undefined) {
          const { wokenBy } = lane;
          lane.wokenBy = undefined;
          if (wokenBy !== undefined) wake(wokenBy);
        } else if (head !== entry.head) {
          openLane(lane);
        } else if (tryLane(lane, head)) {
          running += 1;
          admitted.push(head);
        }
      }
      return admitted;
    },
    limit(now) {
      concurrency = now;
    },
    limitShare(name, capacity) {
      const limit = limits.get(name) ?? { capacity, used: 0, parked: createHeap((a, b) => a.head < b.head) };
      limits.set(name, limit);
      limit.capacity = capacity;
      wake(limit);
    },
    free(node) {
      running -= 1;
      for (const { limit, weight } of laneOf(sharesOf(node)).takes) {
        limit.used -= weight;
        wake(limit);
      }
    },
  };
}

interface Limit {
  capacity: number;
  used: number;
  readonly parked: Heap<Entry>;
}

interface Lane {
  readonly queue: Heap<number>;
  readonly takes: readonly { readonly limit: Limit; readonly weight: number }[];
  /** The head under which it stands among those that may try. */
  openAt: number | undefined;
  parkedAt: Limit | undefined;
  /** The limit that freed something for it: it must pass the turn on. */
  wokenBy: Limit | undefined;
}

interface Entry {
  readonly lane: Lane;
  readonly head: number;
}

function fits(limit: Limit, weight: number): boolean {
  return limit.used + weight <= limit.capacity;
}

function isBehind(limit: Limit, head: number): boolean {
  const first = limit.parked.peek();
  return first !== undefined && first.head < head;
}
