import type { InstanceId } from '../../model/partition.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import type { PlanNodes } from '../progress/nodes.ts';
import type { GivenUp, ProgressEvent } from '../progress/step.ts';
import { arrange } from './arrange.ts';
import { createBreakers } from './breakers.ts';
import { canaryOf } from './canary.ts';
import { causeKey, isBusy, type Failed } from './cause-key.ts';
import { allowed, createLimit, lowered, raised } from './limit.ts';
import { inOrder, needsOwnPast, workIn, type Order } from './order.ts';
import { createTries } from './tries.ts';

export interface PaceRules {
  readonly order: Order;
  /** At most so many at once. */
  readonly most: number;
  /** So many dates first; 0: none. */
  readonly canary: number;
  /** So many instances that failed end it; absent: none do. */
  readonly maxFailures?: number;
}

/** What came of a try. */
export type TryEnd =
  /** `ran`: it was made now, and not found made. */
  | { readonly kind: 'good'; readonly ran: boolean }
  | { readonly kind: 'failed'; readonly failure: Failed; readonly putBack: boolean }
  /** It gives its place back, and comes again by itself. */
  | { readonly kind: 'away' }
  | { readonly kind: 'none' };

/** What the run is to do now. */
export interface Orders {
  readonly events: readonly ProgressEvent[];
  /** For a person, each a line. */
  readonly notes: readonly string[];
  /** Ask again then, whatever happens meanwhile. */
  readonly againAtMs?: number;
}

/**
 * Says how fast a run goes, what it tries first, what again, and when it has seen enough. It has no clock and starts
 * nothing: what it says follows from what it is told.
 */
export interface Pacer {
  /** What only one order makes possible, in words. */
  readonly forced: string | undefined;
  arrange(nodes: PlanNodes): PlanNodes;
  /** Legs that stand in the place of placeholders from here on. */
  grown(nodes: PlanNodes, added: readonly PlannedInstance[], replaced: readonly InstanceId[]): PlanNodes;
  /** How many at once from now on. */
  atOnce(): number;
  begin(): Orders;
  /** Whether a failure is tried again at the end. */
  isPutBack(id: InstanceId, failure: Failed): boolean;
  started(id: InstanceId, nowMs: number): void;
  /** It is decided, whoever decided it. */
  settled(id: InstanceId): void;
  ended(id: InstanceId, end: TryEnd, nowMs: number): Orders;
  /** Nothing runs, and nothing that is let through is ready. */
  idle(nowMs: number): Orders;
  /** Time has passed. */
  due(nowMs: number): Orders;
}

const NOTHING: Orders = { events: [], notes: [] };

export function createPacer(instances: readonly PlannedInstance[], rules: PaceRules): Pacer {
  const work = workIn(instances);
  const own = needsOwnPast(work);
  const order = own === undefined ? rules.order : 'oldest';
  const preferred = inOrder(work, order);
  const canary = rules.canary === 0 ? undefined : canaryOf(work, rules.canary, own !== undefined);
  const taskOf = new Map(work.map(({ id, pipeline, task }) => [id, `${pipeline}/${task}`]));
  const began = new Map<InstanceId, number>();
  const away = new Set<InstanceId>();
  /** Not settled yet; known once the nodes are. */
  const left = new Set<InstanceId>();
  const failed = new Set<InstanceId>();
  const breakers = createBreakers();
  const tries = createTries();
  let limit = createLimit(rules.most);
  let phase: 'canary' | 'main' | 'stopped' = canary === undefined ? 'main' : 'canary';
  /** By task, of the canary: how many went well, and the words of one that did not. */
  const tried = new Map<string, { good: number; bad: number; words: string }>();

  const nameOf = (id: InstanceId): string => taskOf.get(id) ?? id;
  const stop = (reason: string): Orders => {
    phase = 'stopped';
    return { events: [giveUp([...left], reason)], notes: [reason] };
  };

  const giveUp = (ids: readonly InstanceId[], reason: string): ProgressEvent => {
    const instances: GivenUp[] = [];
    for (const id of ids) {
      if (began.has(id)) continue;
      left.delete(id);
      away.delete(id);
      instances.push(tries.drop(id) ?? { id, state: 'cancelled', reason });
    }
    return { type: 'given-up', instances };
  };

  const afterBreaker = (task: string, nowMs: number): Orders => {
    const change = breakers.changeOf(task);
    if (change === undefined) return NOTHING;
    const events: ProgressEvent[] = [
      { type: 'limited', share: breakerShare(task), capacity: change.capacity },
    ];
    if (change.givenUp)
      events.push(
        giveUp(
          [...left].filter((id) => taskOf.get(id) === task),
          change.note,
        ),
      );
    const againAtMs = breakers.nextMs();
    return {
      events,
      notes: [change.note],
      ...(againAtMs === undefined || againAtMs <= nowMs ? {} : { againAtMs }),
    };
  };

  const good = (id: InstanceId, ran: boolean, running: number): Orders => {
    left.delete(id);
    tries.succeeded(id);
    if (!ran) return NOTHING;
    const task = nameOf(id);
    seen(task).good += 1;
    breakers.succeeded(task);
    const before = allowed(limit);
    limit = raised(limit, running);
    return joined(afterBreaker(task, 0), pacedSince(before));
  };

  const bad = (id: InstanceId, failure: Failed, putBack: boolean, beganMs: number, nowMs: number): Orders => {
    const task = nameOf(id);
    const busy = isBusy(failure);
    const words = failure.lastLines.findLast((line) => line.trim() !== '') ?? failure.cause.message;
    if (putBack)
      tries.putBack(id, { busy, words: failure.cause.message, notReady: failure.cause.kind === 'not-ready' });
    else left.delete(id);
    const before = allowed(limit);
    if (busy) limit = lowered(limit, beganMs, nowMs);
    else {
      failed.add(id);
      const one = seen(task);
      one.bad += 1;
      one.words = words;
    }
    breakers.failed(task, { id, key: causeKey(task, failure), words, busy }, nowMs);
    const orders = joined(
      pacedSince(before, `${shortTask(task)} is asked for less: ${words}`),
      afterBreaker(task, nowMs),
    );
    if (rules.maxFailures === undefined || failed.size < rules.maxFailures || phase === 'stopped')
      return orders;
    return joined(orders, stop(`${failed.size} instances have failed, as many as --max-failures allows`));
  };

  const seen = (task: string) => {
    const known = tried.get(task) ?? { good: 0, bad: 0, words: '' };
    tried.set(task, known);
    return known;
  };

  const pacedSince = (before: number, why?: string): Orders => {
    const now = allowed(limit);
    if (now === before) return NOTHING;
    return {
      events: [{ type: 'paced', concurrency: now }],
      notes: why === undefined ? [] : [`${now} at once from here on, ${why}`],
    };
  };

  const endCanary = (): Orders => {
    for (const [task, { good: went, bad: broke, words }] of tried) {
      if (went === 0 && broke > 0) {
        return stop(
          `nothing more is started: every first try of ${shortTask(task)} failed, the last with: ${words}`,
        );
      }
    }
    phase = 'main';
    return { events: [{ type: 'opened' }], notes: ['the first tries are over: the rest begins'] };
  };

  return {
    forced: own,
    arrange(nodes) {
      for (const { id, settled } of nodes.nodes) if (settled === undefined) left.add(id);
      return arrange(nodes, { preferred, canary, breakerShareOf: (id) => breakerShare(nameOf(id)) });
    },
    grown(nodes, added, replaced) {
      for (const id of replaced) left.delete(id);
      for (const { id, pipeline, task } of added) taskOf.set(id, `${pipeline}/${task}`);
      for (const { id, settled } of nodes.nodes) if (settled === undefined) left.add(id);
      return arrange(nodes, {
        preferred: inOrder(workIn(added), order),
        canary: undefined,
        breakerShareOf: (id) => breakerShare(nameOf(id)),
      });
    },
    atOnce: () => allowed(limit),
    begin() {
      const words = own === undefined ? [] : [`${own} needs its own earlier results: the oldest come first`];
      const first =
        canary === undefined || canary.size === left.size
          ? []
          : [`first tries: ${canary.size} of ${left.size} instances, dates spread over the range`];
      return { events: [], notes: [...words, ...first] };
    },
    isPutBack: (id, failure) =>
      phase !== 'stopped' && !breakers.isGivenUp(nameOf(id)) && tries.isWorthAnother(id, isBusy(failure)),
    started(id, nowMs) {
      if (!left.has(id)) return;
      away.delete(id);
      began.set(id, nowMs);
      tries.began(id);
    },
    settled: (id) => void left.delete(id),
    ended(id, end, nowMs) {
      const beganMs = began.get(id);
      if (beganMs === undefined) return NOTHING;
      const running = began.size;
      began.delete(id);
      switch (end.kind) {
        case 'good':
          return good(id, end.ran, running);
        case 'failed':
          return bad(id, end.failure, end.putBack, beganMs, nowMs);
        case 'away':
          tries.notBegun(id);
          away.add(id);
          return NOTHING;
        case 'none':
          left.delete(id);
          return NOTHING;
      }
    },
    idle(nowMs) {
      if (left.size === 0 || began.size > 0 || away.size > 0 || phase === 'stopped') return NOTHING;
      if (phase === 'canary') return endCanary();
      const againAtMs = breakers.nextMs();
      if (againAtMs !== undefined) return { ...NOTHING, againAtMs };
      const pass = tries.nextPass(nowMs);
      switch (pass.kind) {
        case 'none':
          return NOTHING;
        case 'wait':
          return { ...NOTHING, againAtMs: pass.untilMs };
        case 'again':
          return {
            events: pass.ids.map((id) => ({ type: 'retry-due', id })),
            notes: [`once more what failed: ${pass.ids.length.toLocaleString('en-US')}`],
          };
        case 'over':
          return { events: [giveUp(pass.ids, 'it came to nothing')], notes: [] };
      }
    },
    due(nowMs) {
      return breakers
        .rested(nowMs)
        .reduce((orders, task) => joined(orders, afterBreaker(task, nowMs)), NOTHING);
    },
  };
}

function joined(a: Orders, b: Orders): Orders {
  const times = [a.againAtMs, b.againAtMs].filter((time) => time !== undefined);
  return {
    events: [...a.events, ...b.events],
    notes: [...a.notes, ...b.notes],
    ...(times.length === 0 ? {} : { againAtMs: Math.min(...times) }),
  };
}

/** No other limit begins so. */
function breakerShare(task: string): string {
  return `breaker ${task}`;
}

function shortTask(task: string): string {
  return task.slice(task.indexOf('/') + 1);
}
