import { describe, expect, it } from 'vitest';
import type { Task } from '../../../runner/model/pipeline.ts';
import type { PlannedInstance } from '../../../runner/model/plan.ts';
import {
  evaluateCondition,
  evaluateTemplate,
  evaluateValue,
} from '../../../runner/language/expression/evaluate.ts';
import { estimateWords } from '../../../runner/report/estimate.ts';
import { estimate, type Past } from '../../../runner/run/estimate/estimate.ts';
import { instance, need, pipeline, planOf, task } from '../world.ts';

const NOW = Date.parse('2021-02-01T15:30:00Z');
const days = Array.from({ length: 20 }, (_, n) => `date=2021-01-${String(n + 1).padStart(2, '0')}`);

function past(
  tasks: readonly Task[],
  seconds: Readonly<Record<string, readonly number[]>>,
  more: Partial<Past> = {},
): Past {
  return {
    pipelines: new Map([['p', pipeline(tasks)]]),
    pools: {},
    concurrency: 4,
    expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
    seconds: new Map(Object.entries(seconds)),
    ...more,
  };
}

const words = (instances: readonly PlannedInstance[], known: Past): string | undefined => {
  const made = estimate(planOf(instances), known, NOW);
  return made === undefined ? undefined : estimateWords(made, NOW);
};

describe('how long a plan takes', () => {
  it('is a schedule of its instances under the limits that a run has', () => {
    const prices = days.map((day) => instance('prices', day));
    const tasks = [task('prices')];
    const seconds = { 'p/prices': [60] };
    expect(words(prices, past(tasks, seconds))).toBe('about 5 min, ends 15:35 UTC');
    expect(words(prices, past([task('prices', { maxParallel: 1 })], seconds))).toBe(
      'about 20 min, ends 15:50 UTC',
    );
    const pooled = past([task('prices', { pools: { db: 1 } })], seconds, { pools: { db: 2 } });
    expect(words(prices, pooled)).toBe('about 10 min, ends 15:40 UTC');
  });

  it('waits for what is needed, and names the task that most of it is in', () => {
    const chain = days.flatMap((day) => [
      instance('prices', day),
      instance('momentum', day, { needs: [need('prices', [`p/prices/${day}`])] }),
    ]);
    const known = past(
      [task('prices'), task('momentum')],
      { 'p/prices': [60], 'p/momentum': [60, 60, 65, 90, 180] },
      { concurrency: 40 },
    );
    expect(words(chain, known)).toBe('about 2 min (2 min – 4 min), ends 15:32 UTC; half of it: momentum');
  });

  it('says what it knows nothing of', () => {
    const both = [instance('prices', '_'), instance('score', '_')];
    const tasks = [task('prices'), task('score')];
    expect(words(both, past(tasks, {}))).toBe('no estimate: nothing of prices, score has run before');
    expect(words(both, past(tasks, { 'p/prices': [30] }))).toBe(
      'at least 30 s, ends 15:30 UTC; nothing of score has run before',
    );
  });

  it('is none where there is nothing to do', () => {
    const done = instance('prices', '_', { state: 'done', action: 'none' });
    expect(words([done], past([task('prices')], { 'p/prices': [30] }))).toBeUndefined();
  });

  it('names the day where it is another', () => {
    const one = [instance('prices', '_')];
    expect(words(one, past([task('prices')], { 'p/prices': [13 * 3600] }))).toBe(
      'about 13 h, ends 2021-02-02 04:30 UTC',
    );
  });
});
