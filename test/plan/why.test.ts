import { expect, it } from 'vitest';
import { explain } from '../../runner/plan/why.ts';
import { failure, knowledge, made, need, pipeline, pipelines, request, select, task } from './build.ts';
import { planned } from './table.ts';

const own = pipelines(
  pipeline([
    task('prices', {
      matrix: { kind: 'static', keys: ['venue'], legs: [{ venue: 'nyse' }, { venue: 'nasdaq' }] },
    }),
    task('momentum', { needs: [need('prices', { select: select.window(3), atLeast: 1, fanIn: ['venue'] })] }),
    task('score', { needs: [need('momentum'), need('prices', { fanIn: ['venue'] })] }),
  ]),
);
const day = request({ range: { kind: 'single', value: '2021-01-28' }, tasks: ['score'] });

it('follows a blocked instance to its first cause, each told once', () => {
  const plan = planned(
    own,
    { ...day, rebuild: { missing: true, failed: false, stale: false, all: false } },
    knowledge({
      done: ['p/prices/date=2021-01-28/venue=nasdaq'],
      failures: [failure('p/prices/date=2021-01-28/venue=nyse', { count: 2 })],
    }),
  );
  expect(explain(plan, 'p/score/date=2021-01-28')).toEqual([
    'p/score/date=2021-01-28 is blocked: by prices/date=2021-01-28/venue=nyse',
    '  p/momentum/date=2021-01-28 is blocked: by prices/date=2021-01-28/venue=nyse',
    '    p/prices/date=2021-01-28/venue=nyse is failed: exit 1 (2 times)',
    '  p/prices/date=2021-01-28/venue=nyse is failed: exit 1 (2 times) (see above)',
  ]);
});

it('says what a run does, and who needs it', () => {
  const plan = planned(own, day, knowledge({}));
  expect(explain(plan, 'p/momentum/date=2021-01-28')).toEqual([
    'p/momentum/date=2021-01-28 is missing',
    '  p/prices/date=2021-01-26/venue=nyse is missing',
    '  p/prices/date=2021-01-26/venue=nasdaq is missing',
    '  p/prices/date=2021-01-27/venue=nyse is missing',
    '  p/prices/date=2021-01-27/venue=nasdaq is missing',
    '  p/prices/date=2021-01-28/venue=nyse is missing',
    '  … and 1 more of prices',
    'it is needed by p/score/date=2021-01-28',
    'sluice run p/momentum/date=2021-01-28 makes it',
  ]);
  expect(explain(plan, 'p/momentum/date=2021-01-28', ['--top 20']).at(-1)).toBe(
    'sluice run p/momentum/date=2021-01-28 --top 20 makes it',
  );
});

it('has nothing to explain about what is done', () => {
  const done = ['p/score/date=2021-01-28'];
  expect(explain(planned(own, day, knowledge({ done })), 'p/score/date=2021-01-28')).toEqual([
    'p/score/date=2021-01-28 is done',
  ]);
  expect(explain(planned(own, day, knowledge({ done })), 'p/x/_')).toEqual(['p/x/_ is not in this plan']);
});

it('leads from a result to what it is made from that is stale itself', () => {
  const before = pipeline([task('a'), task('b', { needs: [need('a')] })]);
  const edited = pipeline([task('a', { run: 'false' }), task('b', { needs: [need('a')] })]);
  const partition = 'date=2021-01-28';
  const manifests = [made(before, 'a', partition), made(before, 'b', partition, [['a', `p/a/${partition}`]])];
  const rebuild = { missing: true, failed: true, stale: true, all: false };
  const asked = request({ range: { kind: 'single', value: '2021-01-28' }, tasks: ['b'], rebuild });
  expect(explain(planned(pipelines(edited), asked, knowledge({ manifests })), `p/b/${partition}`)).toEqual([
    'p/b/date=2021-01-28 is stale: made from a, which is stale itself (script changed)',
    '  p/a/date=2021-01-28 is stale: script changed',
  ]);
});
