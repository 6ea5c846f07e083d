import { describe, expect, it } from 'vitest';
import { glanceAt } from '../../../runner/plan/scope/glance.ts';
import { scopeOf } from '../../../runner/plan/scope/scope.ts';
import { rebuildWords } from '../../../runner/report/stale-words.ts';
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

  it('is also what was made from something stale that was not asked for, with the command that makes both', () => {
    expect(planned(pipelines(edited), { ...day, tasks: ['b'] }, known).stale).toEqual({
      instances: [B.instance],
      atLeast: false,
      reasons: ['made from a, which is stale itself: script changed'],
      unused: [],
      above: true,
      command: ['sluice', 'run', 'p', 'a', 'b', '--date', '2021-01-28', '--rebuild', 'stale'],
    });
    // Of its own accord nobody is told of what they do not read.
    const apart = pipeline([...Object.values(edited.tasks), task('c')]);
    expect(planned(pipelines(apart), { ...day, tasks: ['c'] }, known).stale).toBeUndefined();
  });

  it('names the command as it was asked for: settings, keys, ranges', () => {
    const asked = {
      ...day,
      tasks: ['b'],
      range: { kind: 'range', from: '2021-01-27', to: '2021-01-28' },
      params: { top: 20, 'dry-run': 'a b' },
      rebuild: { ...plain, stale: true },
    } as const;
    const own = pipeline(Object.values(edited.tasks), {
      params: { ...edited.params, 'dry-run': { kind: 'plain', name: 'dry-run', type: 'string', key: false } },
    });
    const { stale } = planned(pipelines(own), asked, known);
    expect(stale === undefined ? '' : rebuildWords(stale)).toBe(
      "sluice run p a b --date 2021-01-27..2021-01-28 --top 20 -p 'dry-run=a b' --rebuild stale",
    );
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
