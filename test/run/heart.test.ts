import { describe, expect, test } from 'vitest';
import { StoreError } from '../../runner/errors.ts';
import type { Ledger } from '../../runner/ledger/ledger.ts';
import { quiet } from './fake-clock.ts';
import { createGate } from './scripted-engine.ts';
import { createWorld, instance, need, start, states, task, type World } from './world.ts';

const out = { kind: 'path', path: 'out.csv', allowEmpty: false } as const;
const tasks = [task('a', { outputs: [out] }), task('b')];
const instances = [instance('a'), instance('b', '_', { needs: [need('a', ['p/a/_'])] })];

/** The time that goes on while the machine sleeps is here the fake clock's. */
const elapsedOf = (world: World) => ({ elapsed: () => world.clock.now() });

async function pass(world: World, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 1) await world.clock.advance(1);
}

function warnings(world: World): readonly string[] {
  return world.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
}

async function beatOf(world: World, run: string): Promise<number> {
  const found = await world.store.get(`runs/${run}/heartbeat.json`);
  let text = '';
  for await (const bytes of found?.body ?? []) text += Buffer.from(bytes).toString();
  return (JSON.parse(text) as { beat: number }).beat;
}

describe('a run', () => {
  test('beats before its first claim, every 20 s while it works, and no more when it has ended', async () => {
    const world = await createWorld();
    const gate = createGate();
    const order: string[] = [];
    const ledger: Ledger = {
      ...world.ledger,
      beat: (...words) => (order.push('beat'), world.ledger.beat(...words)),
      claim: (...words) => (order.push('claim'), world.ledger.claim(...words)),
    };
    const more = { ledger, ...elapsedOf(world) };
    const { report } = start(world, [task('a')], [instance('a')], gate.script, more);
    await quiet();
    expect(order).toEqual(['beat', 'claim']);
    await pass(world, 100);
    gate.open('p/a/_');
    const { run, exitStatus } = await report;
    expect(exitStatus).toBe(0);
    expect(await beatOf(world, run)).toBe(6);
    expect(world.clock.sleepers).toBe(0);
  });

  test('that was stopped for over a minute stops its containers and commits nothing', async () => {
    const world = await createWorld();
    const gate = createGate();
    const { report, engine } = start(world, tasks, instances, gate.script, elapsedOf(world));
    await quiet();
    await pass(world, 25);
    await world.clock.advance(130);
    const result = await report;
    expect(result.exitStatus).toBe(4);
    expect(engine.running).toBe(0);
    expect(states(result)).toEqual({ 'a/_': 'cancelled', 'b/_': 'blocked' });
    for (const { reason } of result.instances) {
      expect(reason).toBe(
        'this run was not heard of for 2 min 15 s; others may have taken over its work: run again',
      );
    }
    expect(warnings(world)).toEqual([`Stopped: ${result.instances[0]?.reason}`]);
    expect(await world.ledger.readManifest('p/a/_')).toBeUndefined();
  });

  test('whose container ends at the moment it wakes up drops what it made', async () => {
    const world = await createWorld();
    const { report } = start(
      world,
      tasks,
      instances,
      () => {
        // Nothing of the run has had its turn: all its timers are still to come.
        asleep = 130_000;
        return { files: { 'out.csv': 'late' } };
      },
      { elapsed: () => asleep },
    );
    let asleep = 0;
    const result = await report;
    expect(result.exitStatus).toBe(4);
    expect(states(result)).toEqual({ 'a/_': 'cancelled', 'b/_': 'blocked' });
    const left: string[] = [];
    for await (const page of world.store.list('objects/')) left.push(...page.map(({ key }) => key));
    expect(left).toEqual([]);
    expect(await world.ledger.readManifest('p/a/_')).toBeUndefined();
  });

  test('that the store does not answer for 55 s stops', async () => {
    const world = await createWorld();
    const gate = createGate();
    let away = false;
    const ledger: Ledger = {
      ...world.ledger,
      beat: async (...words) => {
        if (away) throw new StoreError('store-unreachable', 'no route');
        return world.ledger.beat(...words);
      },
    };
    const more = { ledger, ...elapsedOf(world) };
    const { report, engine } = start(world, tasks, instances, gate.script, more);
    await quiet();
    away = true;
    await pass(world, 54);
    expect(engine.running).toBe(1);
    await pass(world, 2);
    expect(engine.running).toBe(0);
    expect((await report).exitStatus).toBe(4);
  });

  test('that the store does not answer for 45 s says so and goes on', async () => {
    const world = await createWorld();
    const gate = createGate();
    let away = false;
    const ledger: Ledger = {
      ...world.ledger,
      beat: async (...words) => {
        if (away) throw new StoreError('store-unreachable', 'no route');
        return world.ledger.beat(...words);
      },
    };
    const more = { ledger, ...elapsedOf(world) };
    const { report } = start(world, [task('a')], [instance('a')], gate.script, more);
    await quiet();
    away = true;
    await pass(world, 29);
    expect(warnings(world)).toEqual([]);
    await pass(world, 16);
    const silence =
      'No heartbeat of this run has reached the store for 30 s; after 55 s it stops its containers, as others may then take over its work';
    expect(warnings(world)).toEqual([silence]);
    away = false;
    await pass(world, 50);
    const told = [silence, 'The store has a heartbeat of this run again'];
    expect(warnings(world)).toEqual(told);
    away = true;
    await pass(world, 40);
    away = false;
    await pass(world, 40);
    expect(warnings(world)).toEqual([...told, expect.stringMatching(/^No heartbeat/), told[1]]);
    gate.open('p/a/_');
    expect((await report).exitStatus).toBe(0);
  });

  test('whose heartbeat somebody removed stops at the next beat', async () => {
    const world = await createWorld();
    const gate = createGate();
    const { report } = start(world, tasks, instances, gate.script, elapsedOf(world));
    await quiet();
    const removed: string[] = [];
    for await (const page of world.store.list('runs/')) removed.push(...page.map(({ key }) => key));
    await world.store.delete(removed.filter((key) => key.endsWith('/heartbeat.json')));
    await pass(world, 21);
    const result = await report;
    expect(result.exitStatus).toBe(4);
    expect(result.instances[0]?.reason).toContain('heartbeat of this run was removed');
  });
});
