import { expect, test } from 'vitest';
import { committed, createWorld, instance, need, start, states, task } from './world.ts';
import { planIn, rebuild } from './planned.ts';

const LATE = { exitCode: 75, stdout: ['asking\n', '404 https://example.org/x.txt\n'] };

test('each ask that ended with 75 is on record, told by the next plan, and asked again by the next run', async () => {
  const world = await createWorld();
  const tasks = [task('a'), task('b', { needs: [] })];
  const first = await start(world, tasks, [instance('a')], () => LATE).report;
  await world.clock.advance(90 * 60);
  const plan = await planIn(world, tasks, { tasks: ['a'] });
  expect(plan.instances).toMatchObject([
    {
      state: 'waiting',
      action: 'run',
      reason: 'waiting since 00:00, asked once, last answer: 404 https://example.org/x.txt, next ask at once',
    },
  ]);
  const second = await start(world, tasks, plan.instances, () => LATE).report;
  expect(second.instances[0]?.reason).toBe(
    'exit status 75: not ready yet, waiting since 00:00, asked 2 times, last answer: 404 https://example.org/x.txt, next ask 01:40',
  );
  const wait = await world.ledger.readWait('p/a/_');
  expect(wait).toMatchObject({
    count: 2,
    over: null,
    lastAsk: { run: second.run, attempt: `${second.run}-1` },
  });
  for (const { run } of [first, second]) {
    expect(await world.ledger.readLog(run, 'p/a/_', `${run}-1`)).toBeDefined();
  }
});

test('a result, a skip and a failure end the wait', async () => {
  for (const exitCode of [0, 66, 1]) {
    const world = await createWorld();
    await start(world, [task('a')], [instance('a')], () => LATE).report;
    expect(await world.ledger.readWait('p/a/_')).toBeDefined();
    await start(world, [task('a')], [instance('a')], () => ({ exitCode })).report;
    expect(await world.ledger.readWait('p/a/_')).toBeUndefined();
  }
});

test('a failure before stays open while its source is waited for', async () => {
  const world = await createWorld();
  await start(world, [task('a')], [instance('a')], () => ({ exitCode: 1 })).report;
  await world.clock.advance(60);
  await start(world, [task('a')], [instance('a')], () => LATE).report;
  expect(await world.ledger.openFailures()).toHaveLength(1);
  const plan = await planIn(world, [task('a')]);
  expect(plan.instances).toMatchObject([{ state: 'waiting', action: 'run' }]);
});

test('a rebuild that waits leaves the earlier result to those that read it, and is due until it is made', async () => {
  const world = await createWorld();
  const tasks = [task('a', { run: 'new' }), task('b')];
  await committed(world, 'a', '_', {}, { task: task('a', { run: 'old' }) });
  const stale = await planIn(world, tasks, { tasks: ['a'], ...rebuild('stale') });
  expect(stale.instances).toMatchObject([{ state: 'stale', action: 'run' }]);
  await start(world, tasks, stale.instances, () => LATE).report;
  const plain = await planIn(world, tasks, { tasks: ['a'] });
  expect(plain.instances).toMatchObject([{ state: 'waiting', action: 'run', committed: 'succeeded' }]);
  expect(plain.instances[0]?.reason).toContain('the earlier result stands');
  const untouched = instance('a', '_', { state: 'waiting', action: 'none', committed: 'succeeded' });
  const reader = instance('b', '_', { needs: [need('a', ['p/a/_'])] });
  const report = await start(world, tasks, [untouched, reader], () => ({})).report;
  expect(states(report)['b/_']).toBe('succeeded');
});

test('an ask that is tried again within the run counts each time', async () => {
  const world = await createWorld();
  const retry = { ...task('a').retry, maxAttempts: 3, on: [75] };
  const { report } = start(world, [task('a', { retry })], [instance('a')], () => LATE);
  await world.clock.advance(0);
  await world.clock.advance(600);
  await world.clock.advance(600);
  expect(states(await report)).toEqual({ 'a/_': 'waiting' });
  expect(await world.ledger.readWait('p/a/_')).toMatchObject({ count: 3 });
});
