import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Beat, Slot } from '../../../runner/ledger/ledger.ts';
import { ownDeathSeconds, HEARTBEAT_TIMES } from '../../../runner/model/heartbeat.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { ELSEWHERE, ID, openBench, PROCESS, runRecord } from '../sample.ts';

const CAPACITY = 3;
const OWN_DEATH_MS = ownDeathSeconds(HEARTBEAT_TIMES) * 1000;

type Act =
  | { readonly kind: 'take'; readonly weight: number }
  | { readonly kind: 'give' }
  | { readonly kind: 'beat' }
  | { readonly kind: 'finish' }
  | { readonly kind: 'gc' }
  | { readonly kind: 'pass'; readonly seconds: number };

const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('take'), weight: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('give') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('beat') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('finish') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('gc') }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass'), seconds: fc.integer({ min: 1, max: 50 }) }),
  },
);

/** Everybody's requests in any order, each taking effect at any moment between question and answer. */
function scheduledStore(store: ObjectStore, scheduler: fc.Scheduler): ObjectStore {
  const turn = (what: string) => scheduler.schedule(Promise.resolve(), what);
  return {
    ...store,
    async get(key, options) {
      await turn(`get ${key}`);
      const found = await store.get(key, options);
      await turn(`got ${key}`);
      return found;
    },
    async put(key, body, options) {
      await turn(`put ${key}`);
      const done = await store.put(key, body, options);
      await turn(`written ${key}`);
      return done;
    },
    async delete(keys, options) {
      await turn(`delete ${keys.join(' ')}`);
      await store.delete(keys, options);
      await turn('deleted');
    },
  };
}

test('a pool is never exceeded, whoever takes, gives back, removes, dies, finishes or sleeps, in any order', async () => {
  let takeovers = 0;
  let removals = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.array(acts, { maxLength: 14 }), { minLength: 2, maxLength: 4 }),
      async (scheduler, runs) => {
        const bench = await openBench();
        let most = 0;
        /** By run: since when it may be held for dead, and what it uses until then. */
        const using = new Map<string, { goodAt: number; slots: readonly Slot[] }>();
        const isAlive = (run: string): boolean =>
          bench.now() - (using.get(run)?.goodAt ?? -Infinity) < OWN_DEATH_MS;
        const used = (): number =>
          [...using].reduce((sum, [run, { slots }]) => sum + (isAlive(run) ? slots.length : 0), 0);

        const live = async (run: string, plan: readonly Act[]): Promise<void> => {
          const ledger = await bench.open(scheduledStore(bench.store, scheduler));
          const record = runRecord(run, { process: { ...PROCESS, pid: ELSEWHERE } });
          const mine = { goodAt: bench.now(), slots: [] as readonly Slot[] };
          using.set(run, mine);
          await ledger.startRun(record);
          let last: Beat | undefined = await ledger.beat(run, undefined);
          for (const act of plan) {
            if (!isAlive(run)) break;
            switch (act.kind) {
              case 'take': {
                if (mine.slots.length > 0) break;
                const want = { kind: 'pool', name: 'db', weight: act.weight, capacity: CAPACITY } as const;
                const taken = await ledger.takeSlots([want], ID, run);
                if (taken.kind === 'full') break;
                mine.slots = taken.slots;
                if (
                  isAlive(run) &&
                  [...using].some(([other, { slots }]) => !isAlive(other) && slots.length > 0)
                )
                  takeovers += 1;
                most = Math.max(most, used());
                break;
              }
              case 'give': {
                const { slots } = mine;
                mine.slots = [];
                await ledger.releaseSlots(slots);
                break;
              }
              case 'beat': {
                const begun = bench.now();
                last = await ledger.beat(run, last);
                if (isAlive(run)) mine.goodAt = begun;
                break;
              }
              case 'gc': {
                const { recordsRemoved } = await ledger.gc({ graceSeconds: 0, dryRun: false });
                removals += recordsRemoved;
                break;
              }
              case 'finish':
                mine.slots = [];
                await ledger.updateRun({ ...record, finishedAt: '2021-02-01T00:00:00.000Z' });
                return;
              case 'pass':
                bench.pass(act.seconds);
                break;
            }
          }
        };
        const ends = runs.map((plan, n) => live(`2021013${n}T220000Z-aaaaaa`, plan));
        await scheduler.waitFor(Promise.all(ends));
        expect(most).toBeLessThanOrEqual(CAPACITY);
      },
    ),
    { numRuns: 2000 },
  );
  // Else it has shown nothing of what happens after a death.
  expect(takeovers).toBeGreaterThan(5);
  expect(removals).toBeGreaterThan(5);
});
