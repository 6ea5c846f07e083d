import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../../runner/model/pipeline.ts';
import type { TickRecord } from '../../../runner/model/records.ts';
import { asksOf, rebuildsKnown } from '../../../runner/plan/tick/asks.ts';
import { lateWords } from '../../../runner/plan/tick/late.ts';
import { pipeline, task } from '../build.ts';

const NOW = Date.parse('2021-01-29T21:00:00Z');
const TASKS = [task('prices'), task('volume'), task('report', { kind: 'hook', params: [] })];

function schedule(given: Partial<Schedule> = {}): Schedule {
  return { cron: '*/30 * * * *', lookbackDays: 7, rebuild: ['missing', 'failed'], ...given };
}

const WEEKLY = schedule({ cron: '0 7 * * 6', tasks: ['volume'], lookbackDays: 10, rebuild: ['all'] });

function of(schedules: readonly Schedule[]) {
  return pipeline(TASKS, { schedules, timezone: 'UTC' });
}

function last(at: string, rebuilds: TickRecord['rebuilds'] = []): TickRecord {
  return { schema: 1, pipeline: 'p', at, rebuilds, nonce: 'n' };
}

describe('a tick asks', () => {
  it('for a week of all tasks where nothing is scheduled', () => {
    expect(asksOf(of([]), undefined, NOW)).toEqual([
      {
        since: { prices: '2021-01-22T21:00:00.000Z', volume: '2021-01-22T21:00:00.000Z' },
        rebuild: { missing: true, failed: true, stale: false, all: false },
      },
    ]);
  });

  it('back to the last tick and its week, however long ago that was', () => {
    const [ask] = asksOf(of([schedule()]), last('2021-01-08T12:00:00.000Z'), NOW);
    expect(ask?.since).toEqual({ prices: '2021-01-01T12:00:00.000Z', volume: '2021-01-01T12:00:00.000Z' });
  });

  it('never less than the lookback, whatever clock wrote the last one', () => {
    const [ask] = asksOf(of([schedule()]), last('2031-01-08T12:00:00.000Z'), NOW);
    expect(ask?.since['prices']).toBe('2021-01-22T21:00:00.000Z');
  });

  it('for what any of the schedules is about, as far back as that looks', () => {
    const both = [schedule({ tasks: ['prices'] }), schedule({ tasks: ['volume'], lookbackDays: 3 })];
    expect(
      asksOf(of([...both, schedule({ tasks: ['volume'], lookbackDays: 1 })]), undefined, NOW),
    ).toMatchObject([{ since: { prices: '2021-01-22T21:00:00.000Z', volume: '2021-01-26T21:00:00.000Z' } }]);
  });

  it('what it is told instead of what the schedules say', () => {
    const words = { tasks: ['volume'], lookbackDays: 1 };
    expect(asksOf(of([schedule(), WEEKLY]), undefined, NOW, words)).toMatchObject([
      { since: { volume: '2021-01-28T21:00:00.000Z' } },
    ]);
  });

  it('for what the pipeline makes anew by itself', () => {
    const [ask] = asksOf({ ...of([]), rebuild: ['stale'] }, undefined, NOW);
    expect(ask?.rebuild).toEqual({ missing: true, failed: true, stale: true, all: false });
  });
});

describe('a schedule that makes something anew', () => {
  const known = (served?: string) => {
    const [first] = rebuildsKnown(of([WEEKLY]), undefined, Date.parse('2021-01-04T00:00:00Z'));
    if (first === undefined) throw new Error('expected a schedule');
    return [{ ...first, ...(served === undefined ? {} : { served }) }];
  };

  it('is not answered for wakes before it was seen', () => {
    expect(asksOf(of([WEEKLY]), undefined, NOW)).toHaveLength(1);
    const seen = rebuildsKnown(of([WEEKLY]), undefined, NOW);
    expect(asksOf(of([WEEKLY]), last('2021-01-29T21:00:00.000Z', seen), NOW + 3_600_000)).toHaveLength(1);
  });

  it('is answered once its time has come, late or not, for its newest wake', () => {
    // Saturdays were the 9th, 16th and 23rd.
    const asks = asksOf(of([WEEKLY]), last('2021-01-29T20:00:00.000Z', known()), NOW);
    expect(asks[1]).toMatchObject({
      since: { volume: '2021-01-13T07:00:00.000Z' },
      rebuild: { missing: true, failed: true, stale: false, all: true, since: '20210123T070000Z-000000' },
      answers: { wakeMs: Date.parse('2021-01-23T07:00:00Z') },
    });
  });

  it('is not answered again', () => {
    const served = known('2021-01-23T07:00:00.000Z');
    expect(asksOf(of([WEEKLY]), last('2021-01-29T20:00:00.000Z', served), NOW)).toHaveLength(1);
    const next = Date.parse('2021-01-30T07:00:00Z');
    expect(asksOf(of([WEEKLY]), last('2021-01-29T20:00:00.000Z', served), next)).toHaveLength(2);
  });

  it('is another when it is written otherwise', () => {
    const [id] = known().map((one) => one.schedule);
    expect(
      rebuildsKnown(of([{ ...WEEKLY, lookbackDays: 11 }]), last('x', known()), NOW)[0]?.schedule,
    ).not.toBe(id);
    expect(rebuildsKnown(of([WEEKLY]), last('x', known()), NOW)).toEqual(known());
  });
});

describe('a tick that is late', () => {
  it('says so when a wake has passed for long', () => {
    const every = of([schedule()]);
    expect(lateWords(every, undefined, NOW)).toBeUndefined();
    expect(lateWords(every, last('2021-01-29T20:31:00.000Z'), NOW)).toBeUndefined();
    expect(lateWords(every, last('2021-01-29T17:31:00.000Z'), NOW)).toBe(
      'p: this tick comes late: its schedule was to wake 2021-01-29 18:00 UTC, 3 h ago; the last tick began 2021-01-29 17:31 UTC, 3 h 29 min ago; all that became due since then is asked for',
    );
    expect(lateWords(of([]), last('2021-01-01T00:00:00.000Z'), NOW)).toBeUndefined();
  });
});
