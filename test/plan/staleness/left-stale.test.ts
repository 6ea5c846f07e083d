import { describe, expect, it } from 'vitest';
import { glanceAt } from '../../../runner/plan/scope/glance.ts';
import { scopeOf } from '../../../runner/plan/scope/scope.ts';
import { expressions, knowledge, made, need, pipeline, pipelines, request, task } from '../build.ts';
import { NOW, planned } from '../table.ts';

const tasks = [task('a'), task('b', { params: ['date', 'top'], needs: [need('a')] })];
const before = pipeline(tasks);
const edited = pipeline([task('a', { run: 'false' }), ...tasks.slice(1)]);
const A = made(before, 'a', 'date=2021-01-28');
const B = made(before, 'b', 'date=2021-01-28', [['a', A.instance]]);
const known = knowledge({ manifests: [A, B] });
const day = request({ range: { kind: 'single', value: '2021-01-28' } });
const plain = { missing: true, failed: true, stale: false, all: false };

describe('what a run leaves stale of what it was asked for', () => {
  it('is said with its reasons, and stays done', () => {
    const plan = planned(pipelines(edited), day, known);
    expect(plan.instances.map(({ state }) => state)).toEqual(['done', 'done']);
    expect(plan.stale).toEqual({
      instances: [A.instance],
      atLeast: false,
      reasons: ['script changed'],
      unused: [],
    });
    expect(planned(pipelines(before), day, known).stale).toBeUndefined();
  });

  it('names a setting that nothing was made with', () => {
    const plan = planned(pipelines(before), { ...day, params: { top: 20 } }, known);
    expect(plan.stale).toMatchObject({ instances: [B.instance], unused: ['top=20'] });
    // Something is made with it now.
    const some = planned(pipelines(before), { ...day, params: { top: 20 } }, knowledge({ manifests: [A] }));
    expect(some.stale).toBeUndefined();
  });

  it.each([
    ['it is rebuilt', { ...plain, stale: true }],
    ['all is rebuilt', { ...plain, all: true }],
    ['--only says what is wanted', { ...plain, missing: false }],
  ])('is not said where %s', (_why, rebuild) => {
    expect(planned(pipelines(edited), { ...day, rebuild }, known).stale).toBeUndefined();
  });

  it('is not told of what was not asked for', () => {
    expect(planned(pipelines(edited), { ...day, tasks: ['b'] }, known).stale).toBeUndefined();
  });

  it('is looked for in a few manifests, however many there are', () => {
    const glance = (from: string) => {
      const range = { kind: 'range', from, to: '2021-12-30' } as const;
      return glanceAt(scopeOf(pipelines(before), request({ range }), NOW, expressions).instances);
    };
    expect(glance('2021-12-29').size).toBe(4);
    expect([...glance('2021-01-04')]).toEqual([
      'p/a/date=2021-01-04',
      'p/b/date=2021-01-04',
      'p/a/date=2021-12-30',
      'p/b/date=2021-12-30',
    ]);
    const some = planned(
      pipelines(edited),
      request({ range: { kind: 'range', from: '2021-01-27', to: '2021-01-28' } }),
      { ...known, manifests: new Map([...known.manifests, ['p/a/date=2021-01-27', 'etag']]) },
    );
    expect(some.stale).toMatchObject({ instances: [A.instance], atLeast: true });
  });
});
