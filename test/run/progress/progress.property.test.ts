import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BoundNeed } from '../../../runner/model/plan.ts';
import type { ReportState } from '../../../runner/model/state.ts';
import type { Share } from '../../../runner/run/progress/gate.ts';
import { fateOf } from '../../../runner/run/progress/needs.ts';
import { createProgress } from '../../../runner/run/progress/progress.ts';
import type {
  HookNode,
  ProgressEvent,
  ProgressNode,
  Settled,
  Step,
} from '../../../runner/run/progress/step.ts';

type Fate = 'succeeded' | 'failed' | 'skipped' | 'waiting' | 'lost' | 'done' | 'unchanged' | 'retry';

interface Spec {
  readonly node: ProgressNode;
  readonly fate: Fate;
}

const LIMITS: Readonly<Record<string, number>> = { db: 3, cpu: 2, 'task:a': 1, 'task:b': 2, g1: 1, g2: 1 };

const shareSets = fc.uniqueArray(fc.constantFrom(...Object.keys(LIMITS)), { maxLength: 3 }).chain((names) =>
  fc.tuple(...names.map(() => fc.integer({ min: 1, max: 4 }))).map((weights) =>
    names.map((name, index): Share => ({
      name,
      weight: weights[index] ?? 1,
      capacity: LIMITS[name] ?? 1,
    })),
  ),
);

const plannedStates = fc.constantFrom<ReportState>('done', 'skipped', 'waiting', 'not-in-range', 'failed');

function needArbitrary(place: number): fc.Arbitrary<BoundNeed> {
  return fc
    .record({
      members: fc.uniqueArray(fc.integer({ min: 0, max: place - 1 }), { minLength: 1, maxLength: 4 }),
      optional: fc.boolean(),
      select: fc.constantFrom('same' as const, 'window' as const, 'offset' as const, 'within' as const),
      lenient: fc.boolean(),
    })
    .map(({ members, optional, select, lenient }) => ({
      name: 'n',
      task: 't',
      pipeline: 'p',
      foreign: false,
      optional,
      select,
      members: members.map((member) => `p/t/${member}`),
      single: members.length === 1,
      // As bound: what is optional needs nothing but what is written.
      atLeast: lenient ? 1 : optional ? 0 : members.length,
      atLeastWritten: lenient,
      positions: members.length,
    }));
}

function specArbitrary(place: number): fc.Arbitrary<Spec> {
  return fc
    .record({
      needs: place === 0 ? fc.constant([]) : fc.array(needArbitrary(place), { maxLength: 3 }),
      planned: fc.option(plannedStates, { freq: 5, nil: undefined }),
      wrapper: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      continueOnError: fc.boolean(),
      shares: shareSets,
      group: fc.option(fc.constantFrom('m1', 'm2'), { freq: 3, nil: undefined }),
      fate: fc.constantFrom<Fate>(
        'succeeded',
        'succeeded',
        'succeeded',
        'failed',
        'skipped',
        'waiting',
        'lost',
        'done',
        'unchanged',
        'retry',
      ),
    })
    .map(({ needs, planned, group, fate, ...rest }) => ({
      fate,
      node: {
        id: `p/t/${place}`,
        needs,
        ...rest,
        ...(planned === undefined ? {} : { settled: { state: planned, reason: 'planned' } }),
        ...(group === undefined ? {} : { failFastGroup: group }),
      },
    }));
}

const graphs = fc
  .integer({ min: 1, max: 24 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, place) => specArbitrary(place))));

interface Trace {
  readonly settled: ReadonlyMap<string, Settled>;
  readonly started: readonly string[];
  readonly ended: boolean;
}

/** Plays a run: picks which running or resting instance moves next, checks every limit after every step. */
function play(
  specs: readonly Spec[],
  hooks: readonly HookNode[],
  concurrency: number,
  picks: readonly number[],
  stop: { readonly after: number; readonly event: ProgressEvent } | undefined,
): Trace {
  const fates = new Map(specs.map(({ node, fate }) => [node.id, fate]));
  const shares = new Map([...specs.map(({ node }) => node), ...hooks].map((node) => [node.id, node.shares]));
  const needsOf = new Map(specs.map(({ node }) => [node.id, node.needs]));
  const progress = createProgress({ nodes: specs.map(({ node }) => node), hooks, concurrency });
  const settled = new Map<string, Settled>();
  const running: string[] = [];
  const resting: string[] = [];
  const started: string[] = [];
  const retried = new Set<string>();
  const cancelled = new Set<string>();
  const state = { ended: false };
  let stopped = false;

  const take = (step: Step): void => {
    for (const one of step.settled) {
      expect(settled.has(one.id), `${one.id} settled twice`).toBe(false);
      settled.set(one.id, one);
      const rests = resting.indexOf(one.id);
      if (rests >= 0) resting.splice(rests, 1);
    }
    for (const { id } of step.start) {
      for (const need of needsOf.get(id) ?? []) {
        for (const member of need.members) expect(settled.has(member), `${id} before ${member}`).toBe(true);
      }
      expect(settled.has(id)).toBe(false);
      expect(stopped && !id.startsWith('p/hook'), `${id} started after the stop`).toBe(false);
      running.push(id);
      started.push(id);
    }
    for (const id of step.cancel) cancelled.add(id);
    expect(running.length).toBeLessThanOrEqual(concurrency);
    for (const [name, capacity] of Object.entries(LIMITS)) {
      const used = running
        .flatMap((id) => shares.get(id) ?? [])
        .filter((share) => share.name === name)
        .reduce((sum, share) => sum + Math.min(share.weight, capacity), 0);
      expect(used, `limit ${name}`).toBeLessThanOrEqual(capacity);
    }
    state.ended = step.ended;
  };

  take(progress.begin());
  for (let turn = 0; !state.ended && turn < 2_000; turn += 1) {
    if (stop !== undefined && turn === stop.after) {
      stopped = true;
      take(progress.apply(stop.event));
      continue;
    }
    const movers = [...running, ...resting];
    expect(movers.length, 'nothing moves and it has not ended').toBeGreaterThan(0);
    const id = movers[(picks[turn % picks.length] ?? 0) % movers.length] ?? '';
    const place = running.indexOf(id);
    if (place < 0) {
      resting.splice(resting.indexOf(id), 1);
      take(progress.apply({ type: 'retry-due', id }));
      continue;
    }
    running.splice(place, 1);
    const fate = fates.get(id) ?? 'succeeded';
    if (cancelled.has(id)) {
      take(progress.apply({ type: 'finished', id, state: 'cancelled', reason: '', ran: true }));
    } else if (fate === 'retry' && !retried.has(id)) {
      retried.add(id);
      resting.push(id);
      take(progress.apply({ type: 'resting', id, failed: true }));
    } else {
      const state = fate === 'retry' ? 'succeeded' : fate;
      take(progress.apply({ type: 'finished', id, state, reason: fate, ran: true }));
    }
  }
  return { settled, started, ended: state.ended };
}

const hooks: readonly HookNode[] = [
  { id: 'p/hook/a', after: [], continueOnError: false, shares: [] },
  { id: 'p/hook/b', after: ['p/hook/a'], continueOnError: false, shares: [] },
];
const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });
const concurrencies = fc.integer({ min: 1, max: 5 });

test(
  'whatever fails, retries or is skipped: needs first, no limit passed, an end, one state each',
  { timeout: 60_000 },
  () => {
    fc.assert(
      fc.property(graphs, concurrencies, picks, (specs, concurrency, order) => {
        const trace = play(specs, hooks, concurrency, order, undefined);
        expect(trace.ended).toBe(true);
        for (const { node } of specs) expect(trace.settled.has(node.id)).toBe(true);
        const ranSomething = trace.started.some((id) => !id.startsWith('p/hook'));
        expect(trace.settled.has('p/hook/a')).toBe(ranSomething);
        expect(trace.settled.has('p/hook/b')).toBe(ranSomething);
      }),
      { numRuns: 300 },
    );
  },
);

test(
  'an instance is blocked only if something that it needs did not come, and names it',
  { timeout: 60_000 },
  () => {
    fc.assert(
      fc.property(graphs, concurrencies, picks, (specs, concurrency, order) => {
        const trace = play(specs, [], concurrency, order, undefined);
        for (const { node } of specs) {
          const own = trace.settled.get(node.id);
          if (own?.state !== 'blocked') continue;
          const hindered = node.needs
            .filter((need) => !need.optional || need.atLeast > 0)
            .flatMap((need) => need.members)
            .filter((id) => fateOf(trace.settled.get(id)?.state ?? 'unknown') === 'blocked');
          expect(hindered.length).toBeGreaterThan(0);
          expect(own.blockedBy.length).toBeGreaterThan(0);
          for (const root of own.blockedBy) expect(trace.settled.get(root)?.state).not.toBe('blocked');
        }
      }),
      { numRuns: 300 },
    );
  },
);

test('a failure blocks nothing but what needs it', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(graphs, concurrencies, picks, (specs, concurrency, order) => {
      const trace = play(specs, [], concurrency, order, undefined);
      for (const { node } of specs) {
        const free =
          node.settled === undefined &&
          !node.wrapper &&
          node.failFastGroup === undefined &&
          node.needs.every((need) =>
            need.members.every((id) => fateOf(trace.settled.get(id)?.state ?? 'unknown') === 'there'),
          );
        expect(!free || trace.started.includes(node.id), `${node.id} was held back`).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test(
  'after an interrupt or a halt at any moment nothing starts but hooks, and it still ends',
  { timeout: 60_000 },
  () => {
    const events: readonly ProgressEvent[] = [
      { type: 'interrupted' },
      { type: 'halted', reason: 'the engine is out of reach' },
    ];
    fc.assert(
      fc.property(
        graphs,
        concurrencies,
        picks,
        fc.nat({ max: 30 }),
        fc.constantFrom(...events),
        (specs, concurrency, order, after, event) => {
          const trace = play(specs, hooks, concurrency, order, { after, event });
          expect(trace.ended).toBe(true);
          for (const { node } of specs) expect(trace.settled.has(node.id)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  },
);
