import { describe, expect, it } from 'vitest';
import type { Rebuild } from '../../runner/model/plan.ts';
import { failure, knowledge, made, need, pipeline, pipelines, request, task } from './build.ts';
import { planned } from './table.ts';

const A = 'p/a/date=2021-01-28';
const before = pipeline([task('a')]);
const edited = pipeline([task('a', { run: 'false' })]);
const result = made(before, 'a', 'date=2021-01-28');
const nothing = { missing: false, failed: false, stale: false, all: false };
const plain = { ...nothing, missing: true, failed: true };

function actionOf(
  rebuild: Rebuild,
  known: Parameters<typeof knowledge>[0],
  own = edited,
): string | undefined {
  const asked = request({ range: { kind: 'single', value: '2021-01-28' }, rebuild });
  return planned(pipelines(own), asked, knowledge(known)).instances[0]?.action;
}

describe('a rebuild that failed', () => {
  const failed = { manifests: [result], failures: [failure(A, { over: 'r-1' })] };

  it.each<[string, Rebuild, string]>([
    ['the words that it was asked by', { ...plain, stale: true }, 'run'],
    ['a plain run, as failed', plain, 'run'],
    ['--only failed', { ...nothing, failed: true }, 'run'],
    ['--only stale, as it still is', { ...nothing, stale: true }, 'run'],
    ['not --only missing', { ...nothing, missing: true }, 'none'],
  ])('stays due under %s', (_words, rebuild, action) => {
    expect(actionOf(rebuild, failed)).toBe(action);
  });

  it('is not due under --only stale where the edit was taken back', () => {
    expect(actionOf({ ...nothing, stale: true }, failed, before)).toBe('none');
  });
});

describe('a rebuild of everything that goes on', () => {
  const all = { ...plain, all: true };
  const madeBy = (run: string) => ({ manifests: [{ ...result, run }] });

  it.each([
    ['makes again what was made before the run that it resumes', '20210128T120000Z-ffffff', 'run'],
    ['leaves what that run has made', '20210128T130000Z-00000a', 'none'],
    ['leaves what a later run has made', '20210128T140000Z-000001', 'none'],
  ])('%s', (_what, run, action) => {
    expect(actionOf({ ...all, since: '20210128T130000Z-00000a' }, madeBy(run))).toBe(action);
    expect(actionOf(all, madeBy(run))).toBe('run');
  });

  it('makes again what failed in it', () => {
    const known = { ...madeBy('20210128T120000Z-ffffff'), failures: [failure(A, { over: 'r-1' })] };
    expect(actionOf({ ...all, since: '20210128T130000Z-00000a' }, known)).toBe('run');
  });
});

it('--downstream goes on with what a stopped run has not come to', () => {
  const own = pipeline([task('a'), task('b', { needs: [need('a')] })]);
  const a = { ...made(own, 'a', 'date=2021-01-28'), run: '20210128T130000Z-00000a', contentDigest: 'new' };
  const b = made(own, 'b', 'date=2021-01-28', [['a', A]]);
  const asked = request({
    tasks: ['a'],
    range: { kind: 'single', value: '2021-01-28' },
    rebuild: { ...plain, all: true, since: '20210128T130000Z-00000a' },
    downstream: true,
  });
  const plan = planned(pipelines(own), asked, knowledge({ manifests: [a, b] }));
  expect(plan.instances.find(({ task: name }) => name === 'b')).toMatchObject({
    state: 'stale',
    reason: 'input a/date=2021-01-28 changed',
    action: 'compare',
  });
  expect(plan.instances.find(({ task: name }) => name === 'a')).toMatchObject({ action: 'none' });
});
