import { describe, expect, it } from 'vitest';
import type { FailureRecord } from '../../../runner/model/records.ts';
import { explain } from '../../../runner/plan/why.ts';
import { nextAsk } from '../../../runner/plan/states/wait.ts';
import { failure, knowledge, manifest, need, pipeline, pipelines, request, task, wait } from '../build.ts';
import { planned, table } from '../table.ts';

const SINCE = '2021-01-29T12:00:00.000Z';
const at = (minutes: number) => new Date(Date.parse(SINCE) + minutes * 60_000).toISOString();
const next = (lastMinutes: number, nowMinutes: number) =>
  (nextAsk(wait('p/a/_', { since: SINCE, at: at(lastMinutes) }), Date.parse(at(nowMinutes))) -
    Date.parse(SINCE)) /
  60_000;

describe('the next ask', () => {
  it.each([
    ['a minute after the first', 0, 0, 1],
    ['still a minute after nine', 9, 9, 10],
    ['when a tenth of all the time waited has gone by since the last', 90, 90, 100],
    ['half an hour later at most', 600, 600, 630],
    ['at once where that is past', 90, 101, 101],
    ['no later for a last ask that a wrong clock has put ahead', 6000, 60, 66 + 2 / 3],
  ])('is %s', (_name, last, now, expected) => {
    expect(next(last, now)).toBeCloseTo(expected, 6);
  });

  it('is at once where only a deadline was told', () => {
    const { lastAsk: _, ...told } = wait('p/a/_');
    expect(nextAsk(told, 5)).toBe(5);
  });
});

describe('what waits, in a plan', () => {
  const own = pipelines(
    pipeline([
      task('a', { due: { at: '16:00' }, deadline: { at: '21:00' } }),
      task('b', { needs: [need('a')] }),
    ]),
  );
  const day = request({ range: { kind: 'single', value: '2021-01-29' } });
  const id = 'p/a/date=2021-01-29';
  const now = '2021-01-29T23:00:00Z';
  const nine = wait(id, {
    since: '2021-01-29T21:32:00.000Z',
    at: '2021-01-29T22:55:30.000Z',
    count: 9,
    lastLines: ['trying', '404 https://example.org/CNMSshvol20210129.txt', ''],
  });
  const words =
    'waiting since 16:32, asked 9 times, last answer: 404 https://example.org/CNMSshvol20210129.txt, next ask 18:04, deadline 21:00';

  it('is told with its last answer, asked again by a run, and awaited by what needs it', () => {
    const plan = planned(own, day, knowledge({ waits: [nine] }), now);
    expect(plan.instances.map(({ state, action, reason }) => [state, action, reason])).toEqual([
      ['waiting', 'run', words],
      ['missing', 'run', 'missing'],
    ]);
    expect(plan.instances[0]).toMatchObject({
      wait: nine,
      deadlineAt: '2021-01-30T02:00:00Z',
      nextAskAt: '2021-01-29T23:04:46Z',
    });
    expect(explain(plan, 'p/b/date=2021-01-29')[1]).toBe(`  ${id} is waiting: ${words}`);
  });

  it('holds back what needs it where it is not asked now, naming the answer', () => {
    const foreign = pipelines(
      pipeline([task('b', { needs: [need('q/a', { foreign: true })] })]),
      pipeline([task('a', { due: { at: '16:00' } })], { name: 'q' }),
    );
    const plan = planned(
      foreign,
      day,
      knowledge({ waits: [{ ...nine, instance: 'q/a/date=2021-01-29' }] }),
      now,
    );
    expect(plan.instances[0]).toMatchObject({ state: 'waiting', action: 'none' });
    expect(plan.instances[0]?.reason).toContain('waiting on q/a, waiting since 16:32, asked 9 times');
  });

  it('says that the deadline has passed', () => {
    const plan = planned(own, day, knowledge({ waits: [nine] }), '2021-01-30T02:30:00Z');
    expect(plan.instances[0]?.reason).toContain('next ask at once, its deadline 21:00 has passed');
  });

  it('is what came last: an older failure stays open, a newer one is what there is to say', () => {
    const state = (finishedAt: string) =>
      planned(own, day, knowledge({ waits: [nine], failures: [failure(id, { finishedAt })] }), now)
        .instances[0]?.state;
    expect(state('2021-01-29T22:00:00.000Z')).toBe('waiting');
    expect(state('2021-01-29T22:59:00.000Z')).toBe('failed');
    const only = { missing: false, failed: true, stale: false, all: false };
    const action = (failures: readonly FailureRecord[]) =>
      planned(own, { ...day, tasks: ['a'], rebuild: only }, knowledge({ waits: [nine], failures }), now)
        .instances[0]?.action;
    expect([action([failure(id)]), action([])]).toEqual(['run', 'none']);
  });

  it('over an earlier result says that it stands, and a plain run asks again', () => {
    const plan = planned(
      own,
      { ...day, tasks: ['a'] },
      knowledge({ manifests: [manifest(id)], waits: [{ ...nine, over: 'r-1' }] }),
      now,
    );
    expect(table(plan)).toContain(`rebuilding it: ${words}; the earlier result stands`);
    expect(plan.instances[0]).toMatchObject({ state: 'waiting', action: 'run', committed: 'succeeded' });
    const only = { missing: false, failed: true, stale: false, all: false };
    const failedOnly = planned(
      own,
      { ...day, rebuild: only },
      knowledge({
        manifests: [manifest(id)],
        waits: [{ ...nine, over: 'r-1' }],
        failures: [failure('p/b/date=2021-01-29')],
      }),
      now,
    );
    expect(failedOnly.instances.map(({ state }) => state)).toEqual(['waiting', 'failed']);
  });

  it('with no last line and once says just that; a long answer keeps both its ends', () => {
    const reason = (lastLines: readonly string[]) =>
      planned(own, day, knowledge({ waits: [wait(id, { lastLines })] }), now).instances[0]?.reason;
    expect(reason([])).toBe('waiting since 15:00, asked once, next ask at once, deadline 21:00');
    expect(reason([`404 ${'x'.repeat(1000)}/file.txt`])).toMatch(/last answer: 404 x+…x+\/file\.txt, next/);
  });
});
