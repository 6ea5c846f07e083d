import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NeedRule, Pipeline, Task } from '../../runner/model/pipeline.ts';
import type { Plan } from '../../runner/model/plan.ts';
import { failure, knowledge, need, pipeline, pipelines, request, select, task } from './build.ts';
import { planned } from './table.ts';

const DAYS = Array.from({ length: 9 }, (_, n) => `2021-01-${String(n + 4).padStart(2, '0')}`);
const date = { kind: 'time', name: 'date', type: 'date', start: DAYS[0] ?? '' } as const;

/** A task that needs some of those before it, each in some way, and perhaps its own yesterday. */
function arbitraryTask(index: number): fc.Arbitrary<Task> {
  const rule = fc
    .tuple(
      fc.integer({ min: 0, max: Math.max(0, index - 1) }),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      fc.nat(3),
    )
    .map(([target, last, optional, kind]): NeedRule => {
      const selects = [select.same(), select.window(last), select.offset(-last), select.latest('date')];
      return need(`t${target}`, {
        name: `n${kind}-${target}`,
        select: selects[kind] ?? select.same(),
        optional,
      });
    });
  const own = fc
    .boolean()
    .map((yes) => (yes ? [need(`t${index}`, { name: 'self', select: select.offset(-1) })] : []));
  const rules =
    index === 0 ? fc.constant([]) : fc.uniqueArray(rule, { maxLength: 3, selector: (one) => one.name });
  return fc
    .tuple(rules, own, fc.constantFrom(undefined, { days: 1 }, { at: '12:00' }))
    .map(([needs, self, due]) => task(`t${index}`, { needs: [...needs, ...self], ...(due && { due }) }));
}

const arbitraryPipeline: fc.Arbitrary<Pipeline> = fc
  .tuple(arbitraryTask(0), arbitraryTask(1), arbitraryTask(2), arbitraryTask(3), arbitraryTask(4))
  .map((tasks) => pipeline(tasks, { params: { date } }));

const allIds = DAYS.flatMap((day) => [0, 1, 2, 3, 4].map((n) => `p/t${n}/date=${day}`));
const situation = fc.record({
  own: arbitraryPipeline,
  done: fc.subarray(allIds),
  failed: fc.subarray(allIds),
  from: fc.constantFrom(...DAYS),
  tasks: fc.subarray(['t0', 't2', 't4']),
  retries: fc.boolean(),
});

function planOf(one: typeof situation extends fc.Arbitrary<infer T> ? T : never): Plan {
  return planned(
    pipelines(one.own),
    request({
      range: { kind: 'range', from: one.from, to: '2021-01-12' },
      tasks: one.tasks,
      rebuild: { missing: true, failed: one.retries, stale: false, all: false },
    }),
    knowledge({
      done: one.done,
      failures: one.failed.filter((id) => !one.done.includes(id)).map((id) => failure(id)),
    }),
    '2021-01-11T21:00:00Z',
  );
}

describe('any plan', () => {
  it('names each instance once, after all it needs', () => {
    fc.assert(
      fc.property(situation, (one) => {
        const plan = planOf(one);
        const places = new Map(plan.instances.map((instance, place) => [instance.id, place]));
        expect(places.size).toBe(plan.instances.length);
        for (const [place, instance] of plan.instances.entries()) {
          for (const id of instance.needs.flatMap((need) => need.members)) {
            expect(places.get(id) ?? -1).toBeLessThan(place);
          }
        }
      }),
    );
  });

  it('runs only what has everything it must have, there or coming', () => {
    fc.assert(
      fc.property(situation, (one) => {
        const plan = planOf(one);
        const byId = new Map(plan.instances.map((instance) => [instance.id, instance]));
        for (const instance of plan.instances) {
          if (instance.action !== 'run') continue;
          for (const need of instance.needs.filter((need) => !need.optional)) {
            for (const id of need.members) {
              const member = byId.get(id);
              const fine =
                one.done.includes(id) || member?.action === 'run' || member?.state === 'not-in-range';
              expect(fine, `${instance.id} needs ${id}, ${member?.state ?? 'not planned'}`).toBe(true);
            }
          }
        }
      }),
    );
  });

  it('runs nothing that is done, not asked for and not needed, or failed without a retry', () => {
    fc.assert(
      fc.property(situation, (one) => {
        const plan = planOf(one);
        const planned = new Set(plan.instances.map(({ id }) => id));
        const wrong = plan.instances.filter((instance) => {
          const runs = instance.action === 'run';
          const isDone = one.done.includes(instance.id);
          const isNeeded = instance.neededBy !== undefined && planned.has(instance.neededBy);
          return (
            (isDone && (instance.state !== 'done' || runs || !instance.asked)) ||
            (instance.state === 'failed' && runs !== one.retries) ||
            (runs && !instance.asked && !isNeeded)
          );
        });
        expect(wrong).toEqual([]);
      }),
    );
  });

  it('has nothing left to do once all that it runs is done', () => {
    fc.assert(
      fc.property(situation, (one) => {
        const ran = planOf({ ...one, retries: true }).instances.filter(({ action }) => action === 'run');
        const after = planOf({ ...one, retries: true, done: [...one.done, ...ran.map(({ id }) => id)] });
        expect(after.instances.filter(({ action }) => action !== 'none')).toEqual([]);
      }),
    );
  });
});
