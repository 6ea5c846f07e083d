import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlannedInstance } from '../../../runner/model/plan.ts';
import {
  afterFailure,
  afterRest,
  afterSuccess,
  CLOSED,
  letsThrough,
} from '../../../runner/run/pace/breaker.ts';
import { canaryOf } from '../../../runner/run/pace/canary.ts';
import { causeKey, isBusy } from '../../../runner/run/pace/cause-key.ts';
import { allowed, createLimit, lowered, raised } from '../../../runner/run/pace/limit.ts';
import { inOrder, needsOwnPast } from '../../../runner/run/pace/order.ts';
import { instance, need } from '../world.ts';

const day = (n: number): string => `2021-01-${String(n).padStart(2, '0')}`;
const dated = (task: string, n: number, more: Partial<PlannedInstance> = {}): PlannedInstance =>
  instance(task, `date=${day(n)}`, {
    period: { start: `${day(n)}T00:00:00Z`, end: `${day(n + 1)}T00:00:00Z` },
    ...more,
  });
const id = (task: string, n: number): string => `p/${task}/date=${day(n)}`;
const short = (instances: readonly PlannedInstance[]): readonly string[] =>
  instances.map((one) => `${one.task} ${Number(one.keys['date']?.slice(-2))}`);

/** As a plan has them: by day, needs first. */
const chain = (days: number): readonly PlannedInstance[] =>
  Array.from({ length: days }, (_, n) => [
    dated('a', n + 1),
    dated('b', n + 1, { needs: [need('a', [id('a', n + 1)])] }),
  ]).flat();

describe('the order of a backfill', () => {
  it('finishes the newest date whole before it begins the one before', () => {
    expect(short(inOrder(chain(3), 'newest'))).toEqual(['a 3', 'b 3', 'a 2', 'b 2', 'a 1', 'b 1']);
    expect(short(inOrder(chain(3), 'oldest'))).toEqual(['a 1', 'b 1', 'a 2', 'b 2', 'a 3', 'b 3']);
  });

  it('makes of the past only what the date needs, as its window says', () => {
    const window = (n: number) =>
      Array.from({ length: Math.min(n, 2) }, (_, k) => id('a', n - 1 + k + (n === 1 ? 1 : 0)));
    const work = [1, 2, 3, 4].flatMap((n) => [
      dated('a', n),
      dated('w', n, { needs: [need('a', window(n))] }),
    ]);
    expect(short(inOrder(work, 'newest'))).toEqual(['a 4', 'a 3', 'w 4', 'a 2', 'w 3', 'a 1', 'w 2', 'w 1']);
  });

  it('names a task that needs its own past, also through others, and then goes as it must', () => {
    const own = [1, 2, 3].map((n) => dated('s', n, n === 1 ? {} : { needs: [need('s', [id('s', n - 1)])] }));
    expect(needsOwnPast(own)).toBe('s');
    expect(short(inOrder(own, 'newest'))).toEqual(['s 1', 's 2', 's 3']);
    expect(needsOwnPast(chain(3))).toBeUndefined();
    const circle = [
      dated('x', 1),
      dated('y', 1, { needs: [need('x', [id('x', 1)])] }),
      dated('x', 2, { needs: [need('y', [id('y', 1)])] }),
    ];
    expect(needsOwnPast(circle)).toBe('x');
  });

  it('has each instance once, after all it needs, whatever the plan', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.nat(40), { maxLength: 4 }), { minLength: 1, maxLength: 25 }),
        (lists) => {
          const work = lists.map((members, n) =>
            dated('t', n + 1, {
              needs: [
                need(
                  't',
                  members.filter((m) => m < n).map((m) => id('t', m + 1)),
                ),
              ],
              asked: n % 3 !== 0,
            }),
          );
          for (const order of ['newest', 'oldest'] as const) {
            const made = inOrder(work, order);
            const asked = new Set(work.filter((one) => one.asked).map((one) => one.id));
            expect(new Set(made.map((one) => one.id)).size).toBe(work.length);
            expect(made).toHaveLength(work.length);
            const seen = new Set<string>();
            const early = made.filter((one) => {
              seen.add(one.id);
              return (
                asked.has(one.id) && one.needs.some(({ members }) => members.some((id) => !seen.has(id)))
              );
            });
            expect(early).toEqual([]);
          }
        },
      ),
    );
  });
});

describe('the first tries', () => {
  it('are a few dates spread over the range, through all tasks', () => {
    expect([...canaryOf(chain(28), 3, false)].sort()).toEqual(
      [1, 15, 28].flatMap((n) => [id('a', n), id('b', n)]).sort(),
    );
    expect([...canaryOf(chain(28), 1, false)].sort()).toEqual([id('a', 28), id('b', 28)]);
    expect(canaryOf(chain(2), 3, false).size).toBe(4);
  });

  it('are the first dates where each needs the one before', () => {
    expect([...canaryOf(chain(28), 2, true)].sort()).toEqual(
      [1, 2].flatMap((n) => [id('a', n), id('b', n)]).sort(),
    );
  });
});

describe('one cause', () => {
  const failure = (line: string, kind: 'exit' | 'not-ready' | 'timeout' = 'exit') => ({
    cause: { kind, message: 'exit status 1', transient: false },
    lastLines: [line, '  '],
  });

  it('has one key, whatever differs from one date to the next', () => {
    const of = (line: string) => causeKey('p/t', failure(line));
    expect(of("KeyError: '2021-01-04'")).toBe(of("KeyError: '2021-01-05'"));
    expect(of('row 12 of /inputs/a/f_20210104.csv: bad')).toBe(of('row 7 of /inputs/a/f_20210105.csv: bad'));
    expect(of('request 4f2a91bc failed')).toBe(of('request 00ffaa17 failed'));
    expect(of('disk is full')).not.toBe(of('no such column'));
    expect(causeKey('p/t', failure('x'))).not.toBe(causeKey('p/u', failure('x')));
    expect(causeKey('p/t', failure('x', 'timeout'))).not.toBe(of('x'));
  });

  it('is busy where the other side asks for less, and not where a script is wrong', () => {
    const busy = [
      'curl: (22) The requested URL returned error: 503',
      'wget: server returned error: HTTP/1.1 429 Too Many Requests',
      'urllib.error.HTTPError: HTTP Error 503: Service Unavailable',
      'Error: connect ECONNREFUSED 127.0.0.1:80',
      'An error occurred (Throttling) when calling the ListObjects operation',
    ];
    expect(busy.filter((line) => !isBusy(failure(line)))).toEqual([]);
    const wrong = ["KeyError: 'date'", 'wrote 503 rows', 'assert 429 == 430', ''];
    expect(wrong.filter((line) => isBusy(failure(line)))).toEqual([]);
    expect(isBusy(failure('', 'not-ready'))).toBe(true);
    expect(isBusy(failure('HTTP 503', 'timeout'))).toBe(false);
  });
});

describe('how many at once', () => {
  it('goes up by one a round, and only while that many are used', () => {
    let limit = createLimit(8);
    expect(allowed(limit)).toBe(4);
    for (let n = 0; n < 100; n += 1) limit = raised(limit, 1);
    expect(allowed(limit)).toBe(4);
    for (let n = 0; n < 5; n += 1) limit = raised(limit, 4);
    expect(allowed(limit)).toBe(5);
    for (let n = 0; n < 100; n += 1) limit = raised(limit, 8);
    expect(allowed(limit)).toBe(8);
  });

  it('goes down by a tenth once in the time that one takes, and never to none', () => {
    let limit = lowered({ ...createLimit(10), atOnce: 10 }, 0, 100);
    expect(limit.atOnce).toBe(9);
    // These began before: they are of the pace that was too fast.
    limit = lowered(lowered(limit, 50, 110), 99, 120);
    expect(limit.atOnce).toBe(9);
    limit = lowered(limit, 100, 200);
    expect(limit.atOnce).toBeCloseTo(8.1);
    for (let n = 3; n < 200; n += 1) limit = lowered(limit, n * 100, n * 100);
    expect(allowed(limit)).toBe(1);
  });
});

describe('a breaker', () => {
  const fail = (breaker: typeof CLOSED, n: number, key = 'k', nowMs = 0) =>
    afterFailure(breaker, { id: id('t', n), key, words: 'no', busy: false }, nowMs);

  it('opens after five different instances with one cause, and not after what differs or has worked between', () => {
    let breaker = CLOSED;
    for (let n = 1; n <= 4; n += 1) breaker = fail(breaker, n);
    for (let n = 1; n <= 9; n += 1) breaker = fail(breaker, n, `other ${n}`);
    expect(letsThrough(fail(breaker, 4))).toBe(Number.POSITIVE_INFINITY);
    expect(letsThrough(fail(afterSuccess(breaker), 5))).toBe(Number.POSITIVE_INFINITY);
    expect(letsThrough(fail(breaker, 5))).toBe(0);
  });

  it('lets one try after a rest, longer each time, and gives up when it has tried enough', () => {
    let breaker = CLOSED;
    for (let n = 1; n <= 5; n += 1) breaker = fail(breaker, n);
    const rests: number[] = [];
    let now = 0;
    while (breaker.kind === 'open') {
      rests.push((breaker.untilMs - now) / 1000);
      now = breaker.untilMs;
      expect(afterRest(breaker, now - 1)).toBe(breaker);
      breaker = afterRest(breaker, now);
      expect(letsThrough(breaker)).toBe(1);
      breaker = fail(breaker, 6, 'k', now);
    }
    expect(rests).toEqual([30, 60, 120]);
    expect(breaker.kind).toBe('given-up');
    expect(afterSuccess(breaker).kind).toBe('given-up');
  });
});
