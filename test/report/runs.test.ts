import { expect, it } from 'vitest';
import type { RunRecord } from '../../runner/model/records.ts';
import { createPaint } from '../../runner/report/paint.ts';
import { runLines, type ListedRun } from '../../runner/report/runs.ts';

const lines = (...runs: readonly ListedRun[]) => runLines(runs, createPaint(false));

it('folds neighbouring runs in which nothing had to be done', () => {
  expect(
    lines(idle('26'), idle('25'), idle('24'), worked('23'), idle('22'), failed('21'), idle('20'), idle('20')),
  ).toEqual([
    '3 runs of score in which nothing had to be done, 2026-11-24 … 2026-11-26',
    '20261123T200000Z-abcdef  score succeeded in 12 s: 1 succeeded, 51 done',
    '20261122T200000Z-abcdef  score succeeded in 12 s: 51 done',
    '20261121T200000Z-abcdef  score failed in 12 s: 51 done, 1 failed',
    '2 runs of score in which nothing had to be done, 2026-11-20',
  ]);
});

it('names the pipelines of what it folds as long as they are few', () => {
  expect(lines(idle('26', 'b'), idle('25', 'a'), idle('24', 'b'))[0]).toMatch(/^3 runs of a, b in which /);
  const many = ['a', 'b', 'c', 'd'].map((name) => idle('26', name));
  expect(lines(...many)).toEqual(['4 runs of 4 pipelines in which nothing had to be done, 2026-11-26']);
});

it('keeps apart what made an attempt, was unfinished or died, whatever its counts say', () => {
  const skipped = listed('26', { counts: { skipped: 1 }, instances: [instance('skipped')] });
  expect(lines(skipped, skipped)).toHaveLength(2);
  const { finishedAt: _, outcome: __, ...open } = idle('26').run;
  const states = ['running', 'died'].map((state) => ({ run: open, state }));
  expect(lines(...states)).toEqual([
    '20261126T200000Z-abcdef  score running since 2026-11-26 20:00 UTC: 51 done',
    '20261126T200000Z-abcdef  score died after it began 2026-11-26 20:00 UTC: 51 done',
  ]);
});

function idle(day: string, pipeline = 'score'): ListedRun {
  return listed(day, { pipeline });
}

function worked(day: string): ListedRun {
  return listed(day, { counts: { done: 51, succeeded: 1 }, instances: [instance('succeeded')] });
}

function failed(day: string): ListedRun {
  return listed(day, { outcome: 'failed', counts: { done: 51, failed: 1 }, instances: [instance('failed')] });
}

function instance(state: 'succeeded' | 'skipped' | 'failed') {
  return { id: 'score/clean/_', state, attempt: 'r-1', reason: state };
}

function listed(day: string, given: Partial<RunRecord>): ListedRun {
  const run: RunRecord = {
    schema: 1,
    run: `202611${day}T200000Z-abcdef`,
    pipeline: 'score',
    request: {},
    process: { bootId: 'b', host: 'h', pid: 1, startTime: '1' },
    startedAt: `2026-11-${day}T20:00:00.000Z`,
    finishedAt: `2026-11-${day}T20:00:12.000Z`,
    outcome: 'succeeded',
    counts: { done: 51 },
    nonce: 'n',
    ...given,
  };
  return { run, state: run.outcome ?? 'running' };
}
