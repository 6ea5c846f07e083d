import { expect, test } from 'vitest';
import type { ReportState } from '../../runner/model/state.ts';
import { endingAfter } from '../../runner/run/ending.ts';
import { makeReport, type ReportInput } from '../../runner/run/report.ts';

function statusOf(
  states: readonly ReportState[],
  more: Partial<ReportInput> = {},
): readonly [number, string] {
  const instances = states.map((state, n) => ({ id: `p/t/n=${n}`, task: 't', state, reason: '' }));
  const hindering: readonly ReportState[] = [
    'failed',
    'waiting',
    'blocked',
    'missing',
    'unknown',
    'unpublished',
    'cancelled',
  ];
  const report = makeReport({
    run: 'r',
    pipeline: 'p',
    startedAt: '2021-02-01T00:00:00.000Z',
    finishedAt: '2021-02-01T00:00:01.000Z',
    instances,
    raising: new Set(instances.filter(({ state }) => hindering.includes(state)).map(({ id }) => id)),
    asked: new Set(instances.map(({ id }) => id)),
    ending: { kind: 'complete' },
    published: [],
    ...more,
  });
  return [report.exitStatus, report.outcome];
}

test.each([
  [['succeeded', 'done', 'unchanged'], 0, 'succeeded'],
  [[], 0, 'succeeded'],
  [['skipped', 'lost', 'not-in-range', 'done'], 0, 'succeeded'],
  [['stale'], 0, 'succeeded'],
  [['waiting'], 3, 'incomplete'],
  [['blocked'], 3, 'incomplete'],
  [['unknown'], 3, 'incomplete'],
  [['failed'], 1, 'failed'],
  [['waiting', 'failed', 'blocked'], 1, 'failed'],
  [['unpublished'], 1, 'failed'],
] as const)('%j exits with %i, %s', (states, status, outcome) => {
  expect(statusOf(states)).toEqual([status, outcome]);
});

test('of several the order is 130, 4, 1, 3', () => {
  expect(statusOf(['failed', 'waiting'], { ending: endingAfter({ kind: 'interrupted' }, 'halted') })).toEqual(
    [130, 'cancelled'],
  );
  expect(statusOf(['failed', 'waiting'], { ending: { kind: 'halted' } })).toEqual([4, 'failed']);
});

test('what is forgiven raises nothing', () => {
  expect(statusOf(['failed', 'blocked'], { raising: new Set() })).toEqual([0, 'succeeded']);
});

test('an upstream that is merely late counts only through what was asked for', () => {
  expect(statusOf(['waiting', 'done'], { asked: new Set(['p/t/n=1']) })).toEqual([0, 'succeeded']);
  expect(statusOf(['failed', 'done'], { asked: new Set(['p/t/n=1']) })).toEqual([1, 'failed']);
});
