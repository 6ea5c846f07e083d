import { describe, expect, it } from 'vitest';
import type { FailureRecord } from '../../../runner/model/records.ts';
import type { Plan } from '../../../runner/model/plan.ts';
import type { Pipeline } from '../../../runner/model/pipeline.ts';
import { fingerprintOf } from '../../../runner/plan/staleness/fingerprint.ts';
import { failure, knowledge, manifest, need, pipeline, pipelines, request, select, task } from '../build.ts';
import { NOW, planned } from '../table.ts';

const prices = task('prices', { due: { at: '16:00' } });
const momentum = task('momentum', { needs: [need('prices', { select: select.window(2), atLeast: 1 })] });
const halves = task('fails', { params: ['half'], due: { days: 14 } });

interface Asked {
  readonly of?: Pipeline;
  readonly since?: Readonly<Record<string, string>>;
  readonly failures?: readonly FailureRecord[];
  readonly done?: readonly string[];
  readonly manifests?: Parameters<typeof knowledge>[0]['manifests'];
  readonly now?: string;
}

function tick({
  of = pipeline([prices, momentum]),
  since,
  failures = [],
  done,
  manifests,
  now,
}: Asked): Plan {
  const due = {
    since: since ?? { prices: '2021-01-25T21:00:00Z', momentum: '2021-01-25T21:00:00Z' },
    failures: failures.map((one) => one.instance),
  };
  const known = knowledge({
    failures,
    ...(done === undefined ? {} : { done }),
    ...(manifests === undefined ? {} : { manifests }),
  });
  return planned(pipelines(of), request({ due }), known, now ?? NOW);
}

const shown = (plan: Plan): readonly string[] =>
  plan.instances.map(
    ({ task: name, keys, state, action }) => `${name} ${Object.values(keys).join(' ')} ${state} ${action}`,
  );

describe('a plan of what has become due', () => {
  it('has what became due after the instant, newest first, each after what it needs', () => {
    // 21:00 in UTC is 16:00 in New York: that of the 25th was due at that instant, not after it.
    expect(shown(tick({ done: ['p/prices/date=2021-01-25'] }))).toEqual([
      'prices 2021-01-29 missing run',
      'prices 2021-01-28 missing run',
      'momentum 2021-01-29 missing run',
      'prices 2021-01-27 missing run',
      'momentum 2021-01-28 missing run',
      'prices 2021-01-26 missing run',
      'momentum 2021-01-27 missing run',
      'momentum 2021-01-26 missing run',
    ]);
  });

  it('asks for nothing that is not due, by the very second', () => {
    const before = tick({ now: '2021-01-29T20:59:59Z', since: { prices: '2021-01-28T21:00:00Z' } });
    expect(shown(before)).toEqual([]);
    expect(shown(tick({ since: { prices: '2021-01-28T21:00:00Z' } }))).toEqual([
      'prices 2021-01-29 missing run',
    ]);
  });

  it('goes by when a partition was due, not by its days', () => {
    // The first half of January ended on the 15th, fourteen days before.
    const asked = { of: pipeline([halves]), since: { fails: '2021-01-29T21:00:00Z' } };
    expect(shown(tick({ ...asked, now: '2021-01-30T04:59:59Z' }))).toEqual([]);
    expect(shown(tick({ ...asked, now: '2021-01-30T05:00:00Z' }))).toEqual(['fails 2021-01-01 missing run']);
  });

  it('leaves tasks out that are not asked for, but not what those need', () => {
    const plan = tick({ since: { momentum: '2021-01-28T21:00:00Z' }, done: ['p/prices/date=2021-01-28'] });
    expect(shown(plan)).toEqual(['prices 2021-01-29 missing run', 'momentum 2021-01-29 missing run']);
  });
});

describe('an open failure', () => {
  const at = 'p/prices/date=2021-01-28';
  const since = { prices: '2021-01-28T22:00:00Z' };
  const failedAt = (minutesAgo: number, given: Partial<FailureRecord> = {}): FailureRecord =>
    failure(at, { finishedAt: new Date(Date.parse(NOW) - minutesAgo * 60_000).toISOString(), ...given });
  const stateOf = (asked: Asked): string =>
    tick({ since, done: ['p/prices/date=2021-01-29'], ...asked })
      .instances.filter(({ id }) => id === at)
      .map(({ state, action, reason }) => `${state} ${action}: ${reason}`)
      .join();

  it.each([
    ['an hour after the first', 59, 1, 'failed none: exit 1; tried again 16:01'],
    ['an hour after the first, and then', 60, 1, 'failed run: exit 1'],
    ['four hours after the second', 239, 2, 'failed none: exit 1 (2 times); tried again 16:01'],
    ['four hours after the second, and then', 240, 2, 'failed run: exit 1 (2 times)'],
    ['a day after the third', 1439, 3, 'failed none: exit 1 (3 times); tried again 16:01'],
    ['a day after the third, and then', 1440, 3, 'failed run: exit 1 (3 times)'],
    ['a day after the ninth', 1440, 9, 'failed run: exit 1 (9 times)'],
  ])('is tried again %s', (_name, minutes, count, expected) => {
    expect(stateOf({ failures: [failedAt(minutes, { count })] })).toBe(expected);
  });

  it('stays in scope however long ago it was due', () => {
    const old = failure('p/prices/date=2021-01-04', { finishedAt: '2021-01-05T00:00:00Z' });
    expect(shown(tick({ since, failures: [old], done: ['p/prices/date=2021-01-29'] }))).toEqual([
      'prices 2021-01-29 done none',
      'prices 2021-01-04 failed run',
    ]);
  });

  it('of a partition that there is no more is left alone', () => {
    const odd = [
      'p/prices/date=2021-01-30',
      'p/prices/date=2029-01-30',
      'p/prices/date=x',
      'p/gone/_',
      'p/prices/_',
    ];
    expect(
      shown(tick({ since, failures: odd.map((id) => failure(id)), done: ['p/prices/date=2021-01-29'] })),
    ).toEqual(['prices 2021-01-29 done none']);
  });

  it('is tried at once when its script has changed', () => {
    const before = fingerprintOf(pipeline([prices]), { ...prices, run: 'false' }, {});
    expect(stateOf({ failures: [failedAt(1, { fingerprint: before, inputs: [] })] })).toBe(
      'failed run: exit 1; since then script changed',
    );
    const same = fingerprintOf(pipeline([prices]), prices, {});
    expect(stateOf({ failures: [failedAt(1, { fingerprint: same, inputs: [] })] })).toContain('failed none');
  });

  it('is tried at once when what it read is other by now', () => {
    const of = pipeline([prices, momentum]);
    const read = (digest: string): FailureRecord =>
      failure('p/momentum/date=2021-01-05', {
        finishedAt: '2021-01-29T20:59:00Z',
        fingerprint: fingerprintOf(of, momentum, {}),
        inputs: ['2021-01-04', '2021-01-05'].map((date) => ({
          need: 'prices',
          instance: `p/prices/date=${date}`,
          attempt: 'r-1',
          contentDigest: date === '2021-01-05' ? digest : `content of p/prices/date=${date}`,
        })),
      });
    const manifests = ['2021-01-04', '2021-01-05'].map((date) => manifest(`p/prices/date=${date}`));
    const reasonWith = (digest: string): string | undefined =>
      tick({ of, since: {}, failures: [read(digest)], manifests }).instances[0]?.reason;
    expect(reasonWith('another')).toBe('exit 1; since then input prices/date=2021-01-05 changed');
    expect(reasonWith('content of p/prices/date=2021-01-05')).toBe('exit 1; tried again 16:59');
  });

  it('that rests blocks what needs it, and nothing else', () => {
    const plan = tick({
      since: { momentum: '2021-01-28T21:00:00Z', prices: '2021-01-28T21:00:00Z' },
      failures: [failure('p/prices/date=2021-01-29', { finishedAt: '2021-01-29T20:59:00Z' })],
      done: ['p/prices/date=2021-01-28'],
    });
    expect(shown(plan)).toEqual(['prices 2021-01-29 failed none', 'momentum 2021-01-29 blocked none']);
  });

  it('after trouble that passes by itself is tried soon, once', () => {
    const cause = { kind: 'engine-lost', message: 'the engine is gone', transient: true } as const;
    expect(stateOf({ failures: [failedAt(5, { cause })] })).toContain('failed run');
    expect(stateOf({ failures: [failedAt(5, { cause, count: 2 })] })).toContain('failed none');
  });

  it('is tried again by a run that is asked for, at once', () => {
    const plan = planned(
      pipelines(pipeline([prices])),
      request({ range: { kind: 'single', value: '2021-01-28' } }),
      knowledge({ failures: [failedAt(1)] }),
    );
    expect(shown(plan)).toEqual(['prices 2021-01-28 failed run']);
  });
});
