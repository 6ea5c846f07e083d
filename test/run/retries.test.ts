import { expect, test } from 'vitest';
import { namedAttempt } from '../../runner/ledger/runs/newest-attempt.ts';
import { quiet } from './fake-clock.ts';
import { createWorld, instance, start, states, task } from './world.ts';

const TWICE = { ...task('a').retry, maxAttempts: 2, on: ['any'] as const };

test('while it rests it holds no slot: of the run, of a pool or of its task', async () => {
  const world = await createWorld();
  const limits = { retry: TWICE, pools: { db: 1 }, maxParallel: 1 };
  const tasks = [task('a', limits), task('b', { pools: { db: 1 } })];
  let tries = 0;
  const { report, engine } = start(
    world,
    tasks,
    [instance('a'), instance('b')],
    (job) => ({ exitCode: job.instance === 'p/a/_' && (tries += 1) === 1 ? 1 : 0 }),
    { concurrency: 1, pools: { db: 1 } },
  );
  await quiet();
  expect(engine.started).toEqual(['p/a/_', 'p/b/_']);
  await world.clock.advance(600);
  expect(states(await report)).toEqual({ 'a/_': 'succeeded', 'b/_': 'succeeded' });
});

test('of every try the log and the cause are kept', async () => {
  const world = await createWorld();
  const { report } = start(world, [task('a', { retry: TWICE })], [instance('a')], () => ({
    exitCode: 7,
    stdout: ['line\n'],
    seconds: 2,
  }));
  await quiet();
  await world.clock.advance(600);
  const { run, instances } = await report;
  expect(instances).toMatchObject([
    {
      attempt: `${run}-2`,
      earlier: [{ attempt: `${run}-1`, reason: 'exit status 7', seconds: 2, exitCode: 7 }],
    },
  ]);
  for (const attempt of [`${run}-1`, `${run}-2`]) {
    expect(await world.ledger.readLog(run, 'p/a/_', attempt)).toBeDefined();
  }
  expect(await namedAttempt(world.ledger, 'p/a/_', `${run}-1`)).toMatchObject({
    state: 'failed',
    reason: 'exit status 7; it was tried again',
  });
  expect(await namedAttempt(world.ledger, 'p/a/_', `${run}-2`)).toMatchObject({ reason: 'exit status 7' });
  expect(await namedAttempt(world.ledger, 'p/a/_', 'nonsense')).toBeUndefined();
});

test('where nothing succeeds the budget of the run ends the retries, and that is said once', async () => {
  const world = await createWorld();
  const instances = Array.from({ length: 150 }, (_, n) => instance('a', `date=${n}`));
  const { report, engine } = start(world, [task('a', { retry: TWICE })], instances, () => ({ exitCode: 1 }), {
    concurrency: 50,
  });
  for (let n = 0; n < 8; n += 1) {
    await quiet();
    await world.clock.advance(600);
  }
  expect((await report).counts).toEqual({ failed: 150 });
  expect(engine.jobs.length).toBe(250);
  const told = world.events.filter((event) => event.type === 'warning' && event.message.includes('budget'));
  expect(told).toHaveLength(1);
});
