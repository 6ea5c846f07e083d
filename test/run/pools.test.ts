import { describe, expect, test } from 'vitest';
import { openLedger } from '../../runner/ledger/open.ts';
import type { Ledger } from '../../runner/ledger/ledger.ts';
import { quiet } from './fake-clock.ts';
import { createGate } from './scripted-engine.ts';
import { createWorld, instance, start, task, type World } from './world.ts';

/** Another machine's view of the same store. */
async function ledgerOf(world: World): Promise<Ledger> {
  let count = 0;
  const machine = `${Math.random()}`;
  return openLedger(world.store, {
    clock: world.clock,
    process: { bootId: machine, pid: 1, startTime: '1', host: machine },
    random: (bytes) => `${machine.slice(2)}${(count += 1)}`.padStart(bytes * 2, '0').slice(-bytes * 2),
    processState: () => 'unknown',
  });
}

describe('a pool', () => {
  test('holds over two runs; who waits says so, holds no place, and goes on when it is free', async () => {
    const world = await createWorld();
    const gate = createGate();
    const tasks = [task('a', { pools: { db: 1 } }), task('b', { pools: { db: 1 } }), task('c')];
    const pools = { db: 1 };
    const first = start(world, tasks, [instance('a')], gate.script, { pools });
    await quiet();
    const second = start(world, tasks, [instance('b'), instance('c')], undefined, {
      pools,
      concurrency: 1,
      ledger: await ledgerOf(world),
    });
    await quiet();
    expect(second.engine.started).toEqual(['p/c/_']);
    expect(world.events).toContainEqual(
      expect.objectContaining({
        type: 'waiting-on-pool',
        id: 'p/b/_',
        kind: 'pool',
        name: 'db',
        by: expect.stringMatching(/^\d{8}T/),
      }),
    );
    for (let seconds = 0; seconds < 10; seconds += 1) await world.clock.advance(1);
    expect(second.engine.started).toEqual(['p/c/_']);
    gate.open('p/a/_');
    await first.report;
    for (let seconds = 0; seconds < 4; seconds += 1) await world.clock.advance(1);
    expect(await second.report).toMatchObject({ exitStatus: 0, counts: { succeeded: 2 } });
    expect(world.events.filter(({ type }) => type === 'waiting-on-pool')).toHaveLength(1);
  });

  test('that another run has is not waited for by what that run has made meanwhile', async () => {
    const world = await createWorld();
    const gate = createGate();
    const tasks = [task('a', { concurrency: 'g' }), task('b', { concurrency: 'g' })];
    const first = start(world, tasks, [instance('a'), instance('b')], gate.script);
    await quiet();
    const second = start(world, tasks, [instance('a')], undefined, { ledger: await ledgerOf(world) });
    await quiet();
    expect(world.events).toContainEqual(
      expect.objectContaining({
        type: 'waiting-on-pool',
        id: 'p/a/_',
        kind: 'group',
        name: 'g',
        by: expect.stringMatching(/^\d{8}T/),
      }),
    );
    gate.open('p/a/_');
    // The first goes on with the group in its hand.
    for (let seconds = 0; seconds < 4; seconds += 1) await world.clock.advance(1);
    expect(await second.report).toMatchObject({ exitStatus: 0, counts: { done: 1 } });
    gate.open('p/b/_');
    await first.report;
  });

  test('is given back whatever comes of the attempt', async () => {
    const world = await createWorld();
    const tasks = [task('a', { pools: { db: 5 } }), task('h', { kind: 'hook', pools: { db: 2 } })];
    const instances = [instance('a'), instance('h', '_', { keys: {}, params: {} })];
    const { report, engine } = start(world, tasks, instances, () => ({ exitCode: 1 }), { pools: { db: 2 } });
    expect((await report).exitStatus).toBe(1);
    expect(engine.started).toEqual(['p/a/_', 'p/h/_']);
    const want = { kind: 'pool', name: 'db', weight: 2, capacity: 2 } as const;
    expect(await world.ledger.takeSlots([want], 'p/a/_', 'x')).toMatchObject({ kind: 'taken' });
  });
});
