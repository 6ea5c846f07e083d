import { expect, test } from 'vitest';
import { OBJECTS_GONE } from '../../runner/model/records.ts';
import { quiet } from './fake-clock.ts';
import { cause } from './scripted-engine.ts';
import { createWorld, instance, need, start, task, type World } from './world.ts';

/** `p/a/_` is committed; its only object is removed. */
async function withoutObject(world: World): Promise<void> {
  const made = start(
    world,
    [task('a', { outputs: [{ kind: 'path', path: 'out.csv', allowEmpty: false }] })],
    [instance('a')],
    () => ({ files: { 'out.csv': 'x' } }),
  );
  expect((await made.report).outcome).toBe('succeeded');
  const manifest = (await world.ledger.readManifest('p/a/_'))?.manifest;
  await world.store.delete([`objects/p/a/_/${manifest?.attempt}/out.csv`]);
}

const needsA = () => instance('b', '_', { needs: [need('a', ['p/a/_'])] });

test('an instance whose input is gone is blocked by it, and leaves no failure', async () => {
  const world = await createWorld();
  await withoutObject(world);
  const run = start(world, [task('a'), task('b')], [needsA()], () => ({ cause: cause('input-gone') }));
  const report = await run.report;
  expect(report.exitStatus).toBe(3);
  expect(report.instances[0]).toMatchObject({
    state: 'blocked',
    reason: 'by a (objects gone): run again, and it is made anew first',
  });
  expect((await world.ledger.readManifest('p/a/_'))?.manifest).toMatchObject({
    outcome: 'void',
    reason: OBJECTS_GONE,
  });
  expect(await world.ledger.readFailure('p/b/_')).toBeUndefined();

  // Another one of the same run, or a run that had planned before.
  const second = start(world, [task('a'), task('b')], [needsA()]);
  expect((await second.report).instances[0]).toMatchObject({
    state: 'blocked',
    reason: 'by a (objects gone): run again, and it is made anew first',
  });
  expect(second.engine.jobs).toEqual([]);
});

test('an input that was replaced while it was read is read again', async () => {
  const world = await createWorld();
  await withoutObject(world);
  const stored = await world.ledger.readManifest('p/a/_');
  let tries = 0;
  const run = start(world, [task('a'), task('b')], [needsA()], async () => {
    tries += 1;
    if (tries > 1 || stored === undefined) return {};
    const { manifest, etag } = stored;
    await world.ledger.commitManifest({ ...manifest, attempt: `${manifest.run}-9`, nonce: 'n' }, etag);
    return { cause: cause('input-gone') };
  });
  await quiet();
  await world.clock.advance(10);
  expect((await run.report).instances[0]).toMatchObject({ state: 'succeeded' });
  expect(run.engine.jobs[1]?.inputs[0]?.prefix).toContain('-9/');
});
