import { expect, it } from 'vitest';
import { upcomingDue } from '../../../runner/plan/tick/upcoming.ts';
import { need, pipeline, pipelines, task, wrapper } from '../build.ts';

const prices = task('prices', {
  due: { at: '16:00' },
  matrix: { kind: 'static', keys: ['venue'], legs: [{ venue: 'nyse' }, { venue: 'nasdaq' }] },
});
const cron = (expression: string, tasks?: readonly string[]) => ({
  cron: expression,
  lookbackDays: 7,
  rebuild: ['missing', 'failed'] as const,
  ...(tasks === undefined ? {} : { tasks }),
});

it('says what becomes due, in the order of time, with the first wake that asks for it', () => {
  const of = pipeline(
    [
      prices,
      task('momentum', { due: { days: 1, at: '09:30' } }),
      wrapper('all', { needs: [need('prices')] }),
    ],
    { schedules: [cron('0 18 * * 1-5', ['prices']), cron('*/30 16 * * 5', ['prices'])] },
  );
  // A Friday, two hours before 16:00 in New York, to Monday evening.
  const from = Date.parse('2021-01-29T19:00:00Z');
  const found = upcomingDue(pipelines(of), of, from, from + 76 * 3_600_000);
  const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
  expect(
    found.map(({ dueMs, wakeMs, ...rest }) => [iso(dueMs), iso(wakeMs), ...Object.values(rest)]),
  ).toEqual([
    ['2021-01-29T21:00:00.000Z', '2021-01-29T21:00:00.000Z', 'prices', 'date=2021-01-29', 2],
    ['2021-01-30T14:30:00.000Z', undefined, 'momentum', 'date=2021-01-29', 1],
    ['2021-02-01T21:00:00.000Z', '2021-02-01T23:00:00.000Z', 'prices', 'date=2021-02-01', 2],
  ]);
});

it('ends where the calendar does', () => {
  const of = pipeline([prices]);
  const from = Date.parse('2021-12-31T12:00:00Z');
  expect(upcomingDue(pipelines(of), of, from, from + 30 * 86_400_000)).toHaveLength(1);
});
