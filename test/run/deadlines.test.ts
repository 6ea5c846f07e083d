import { expect, test } from 'vitest';
import { committed, createWorld, instance, start, task, type World } from './world.ts';

const LATE = { exitCode: 75, stdout: ['404\n'] };
const PASSED = { deadlineAt: '2021-01-31T21:00:00Z' };
const told = (world: World) =>
  world.events.flatMap((event) => (event.type === 'deadline-passed' ? [[event.id, event.reason]] : []));

test('after the deadline it is still waiting, asked again, and told once for ever', async () => {
  const world = await createWorld();
  for (const [hours, count] of [
    [1, 1],
    [2, 1],
  ] as const) {
    const { report, engine } = start(world, [task('a')], [instance('a', '_', PASSED)], () => LATE);
    expect(await report).toMatchObject({ exitStatus: 3, instances: [{ state: 'waiting' }] });
    expect(engine.jobs.length).toBe(1);
    expect(told(world)).toHaveLength(count);
    await world.clock.advance(hours * 3600);
  }
  expect(told(world)[0]).toEqual(['p/a/_', expect.stringContaining('last answer: 404')]);
  expect(await world.ledger.readWait('p/a/_')).toMatchObject({ deadlineToldAt: '2021-02-01T00:00:00.000Z' });
  // A failure between does not make it news.
  await start(world, [task('a')], [instance('a', '_', PASSED)], () => ({ exitCode: 1 })).report;
  await start(world, [task('a')], [instance('a', '_', PASSED)], () => LATE).report;
  expect(told(world)).toHaveLength(1);
});

test('two runs that find it late at once tell it once', async () => {
  const world = await createWorld();
  const waiting = instance('a', '_', { ...PASSED, state: 'waiting', action: 'none', reason: 'waiting on x' });
  await Promise.all([1, 2].map(() => start(world, [task('a')], [waiting]).report));
  expect(told(world)).toEqual([['p/a/_', 'waiting on x']]);
});

test.each([
  ['before it', { deadlineAt: '2021-02-01T00:00:01Z' }, LATE, {}],
  ['of what failed', PASSED, { exitCode: 1 }, {}],
  ['of what came late', PASSED, {}, {}],
  ['where continue-on-error forgives it', PASSED, LATE, { continueOnError: true }],
])('nothing is told %s', async (_name, planned, act, more) => {
  const world = await createWorld();
  await start(world, [task('a', more)], [instance('a', '_', planned)], () => act).report;
  expect(told(world)).toEqual([]);
});

test('nothing is told of what has a result that is made anew', async () => {
  const world = await createWorld();
  const etag = await committed(world, 'a');
  const again = instance('a', '_', { ...PASSED, manifestEtag: etag, committed: 'succeeded', state: 'stale' });
  await start(world, [task('a')], [again], () => LATE).report;
  expect(told(world)).toEqual([]);
});
