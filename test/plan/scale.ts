/*
 * By hand: node test/plan/scale.ts (Node 24), or through esbuild on Node 20. Plans 1,000 dates of 100 tasks, all
 * done, and prints what that took.
 */
import { makePlan } from '../../runner/plan/plan.ts';
import { scopeOf } from '../../runner/plan/scope/scope.ts';
import { expressions, knowledge, need, pipeline, pipelines, request, select, task } from './build.ts';

const DATES = 1000;
const TASKS = 100;

const tasks = Array.from({ length: TASKS }, (_, n) =>
  task(`t${n}`, {
    due: { at: '18:00' },
    needs: [
      ...(n === 0 ? [] : [need(`t${n - 1}`)]),
      ...(n % 10 === 9 ? [need(`t${n - 2}`, { select: select.window(20), atLeast: 1 })] : []),
      ...(n % 10 === 5 ? [need(`t${n}`, { select: select.offset(-1) })] : []),
    ],
  }),
);
const all = pipelines(
  pipeline(tasks, { params: { date: { kind: 'time', name: 'date', type: 'date', start: '2018-01-01' } } }),
);
const asked = request({ range: { kind: 'range', from: '2018-01-01', to: '2020-09-26' } });
const now = '2021-01-01T00:00:00Z';

const ids = scopeOf(all, asked, now, expressions).instances.map((instance) => instance.id);
const known = knowledge({ done: ids });

// A second pipeline object: nothing remembered of the first may help.
const fresh = pipelines({
  ...[...all.values()][0],
  ...pipeline(tasks, { params: { date: { kind: 'time', name: 'date', type: 'date', start: '2018-01-01' } } }),
});
globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
const started = performance.now();
const scope = scopeOf(fresh, asked, now, expressions);
const scoped = performance.now();
const plan = makePlan(fresh, scope, known, now);
const ended = performance.now();
globalThis.gc?.();
const megabytes = (process.memoryUsage().heapUsed - before) / 1_048_576;
process.stdout.write(
  `${plan.instances.length} of ${DATES * TASKS} instances, ${JSON.stringify(plan.counts)}: ` +
    `scope ${(scoped - started).toFixed(0)} ms, plan ${(ended - scoped).toFixed(0)} ms, ` +
    `${megabytes.toFixed(0)} MB kept\n`,
);
