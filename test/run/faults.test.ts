import { describe, expect, test } from 'vitest';
import { StoreError } from '../../runner/errors.ts';
import type { Ledger } from '../../runner/ledger/ledger.ts';
import { keysOf } from '../contracts/object-store.ts';
import { quiet } from './fake-clock.ts';
import { cause, createGate } from './scripted-engine.ts';
import { createWorld, instance, need, start, states, task } from './world.ts';

const out = { kind: 'path', path: 'out.csv', allowEmpty: false } as const;

describe('retries', () => {
  test('transient trouble is tried three times, each an attempt of its own, after a growing wait', async () => {
    const world = await createWorld();
    const { report, engine } = start(world, [task('a')], [instance('a')], () => ({
      cause: cause('pull-failed', true, 'registry timed out'),
    }));
    await quiet();
    expect(engine.jobs.length).toBe(1);
    await world.clock.advance(9.9);
    expect(engine.jobs.length).toBe(1);
    await world.clock.advance(0.2);
    expect(engine.jobs.length).toBe(2);
    await world.clock.advance(19.9);
    expect(engine.jobs.length).toBe(2);
    await world.clock.advance(0.2);
    const result = await report;
    expect(engine.jobs.map(({ attempt }) => attempt)).toEqual([1, 2, 3].map((n) => `${result.run}-${n}`));
    expect(result.instances[0]).toMatchObject({ state: 'failed', reason: 'registry timed out' });
    const retries = world.events.filter(({ type }) => type === 'retry-scheduled');
    expect(retries).toMatchObject([{ afterSeconds: 10 }, { afterSeconds: 20 }]);
    expect(await world.ledger.readFailure('p/a/_')).toMatchObject({
      attempt: `${result.run}-3`,
      count: 1,
      over: null,
      cause: { kind: 'pull-failed' },
    });
  });

  test('no place is held while one waits', async () => {
    const world = await createWorld();
    let failed = false;
    const { report, engine } = start(
      world,
      [task('a'), task('b')],
      [instance('a'), instance('b')],
      (job) => {
        if (job.instance !== 'p/a/_' || failed) return {};
        failed = true;
        return { cause: cause('engine-error', true) };
      },
      { concurrency: 1 },
    );
    await quiet();
    expect(engine.started).toEqual(['p/a/_', 'p/b/_']);
    await world.clock.advance(10);
    expect((await report).counts).toEqual({ succeeded: 2 });
    expect(await world.ledger.readFailure('p/a/_')).toBeUndefined();
  });

  test('a success closes the failure of an earlier run, another failure counts on', async () => {
    const world = await createWorld();
    const fail = () => ({ exitCode: 1, stderr: ['boom\n'] });
    await start(world, [task('a')], [instance('a')], fail).report;
    await start(world, [task('a')], [instance('a')], fail).report;
    expect(await world.ledger.readFailure('p/a/_')).toMatchObject({ count: 2, lastLines: ['boom'] });
    await start(world, [task('a')], [instance('a')]).report;
    expect(await world.ledger.readFailure('p/a/_')).toBeUndefined();
  });
});

describe('an interrupt', () => {
  const tasks = [
    task('a'),
    task('b'),
    task('h', { kind: 'hook', if: { expression: 'cancelled()', reads: 'status' } }),
  ];

  test('stops what runs, starts nothing more, records, and ends with 130', async () => {
    const world = await createWorld();
    const gate = createGate();
    const { report, engine, interrupt } = start(world, tasks, [instance('a'), instance('b')], gate.script, {
      concurrency: 1,
    });
    await quiet();
    interrupt.abort('SIGINT');
    const result = await report;
    expect(states(result)).toEqual({ 'a/_': 'cancelled', 'b/_': 'cancelled' });
    expect(result).toMatchObject({ outcome: 'cancelled', exitStatus: 130 });
    expect(engine.started).toEqual(['p/a/_']);
    expect(engine.running).toBe(0);
    expect(await world.ledger.readManifest('p/a/_')).toBeUndefined();
    expect(await world.ledger.readFailure('p/a/_')).toBeUndefined();
    expect(await world.ledger.readRun(result.run)).toMatchObject({ outcome: 'cancelled' });
    expect(world.events).toContainEqual({ type: 'interrupted', stage: 1, signal: 'SIGINT' });
    // Its claim is free.
    expect(await world.ledger.claim('p/a/_', 'x-1', 'x')).toMatchObject({ kind: 'claimed' });
  });

  test('still runs the hooks that ask for it', async () => {
    const world = await createWorld();
    const { report, engine, interrupt } = start(
      world,
      tasks,
      [instance('a'), instance('h', '_', { keys: {}, params: {} })],
      (job, { signal }) =>
        job.instance === 'p/h/_'
          ? {}
          : new Promise((resolve) => {
              signal.addEventListener('abort', () => {
                resolve({});
              });
            }),
    );
    await quiet();
    interrupt.abort('SIGTERM');
    const result = await report;
    expect(engine.started).toEqual(['p/a/_', 'p/h/_']);
    expect(states(result)).toEqual({ 'a/_': 'cancelled', 'h/_': 'succeeded' });
    expect(result.exitStatus).toBe(130);
  });

  test('during the wait for another try ends at once', async () => {
    const world = await createWorld();
    const { report, interrupt } = start(world, [task('a')], [instance('a')], () => ({
      cause: cause('engine-error', true),
    }));
    await quiet();
    interrupt.abort('SIGINT');
    expect(await report).toMatchObject({ exitStatus: 130, counts: { cancelled: 1 } });
    expect(world.clock.sleepers).toBe(0);
  });

  test('before the start starts nothing', async () => {
    const world = await createWorld();
    const interrupt = new AbortController();
    interrupt.abort('SIGINT');
    const { report, engine } = start(world, [task('a')], [instance('a')], undefined, {
      interrupt: { signal: interrupt.signal, hard: new AbortController().signal },
    });
    expect(await report).toMatchObject({ exitStatus: 130, counts: { cancelled: 1 } });
    expect(engine.jobs).toEqual([]);
  });

  test('a second one does not wait for the engine', async () => {
    const world = await createWorld();
    const { report, interrupt, hard } = start(
      world,
      [task('a'), task('b', { needs: [] })],
      [instance('a'), instance('b', '_', { needs: [need('a', ['p/a/_'])] })],
      () => new Promise(() => {}),
    );
    await quiet();
    interrupt.abort('SIGINT');
    await quiet();
    hard.abort('SIGINT');
    const result = await report;
    expect(result).toMatchObject({ exitStatus: 130, counts: { cancelled: 2 } });
    expect(await world.ledger.readRun(result.run)).toMatchObject({ outcome: 'cancelled' });
  });
});

describe('the engine lost in the middle', () => {
  test('fails what runs, commits nothing, blocks the rest, ends with 4', async () => {
    const world = await createWorld();
    const { report, engine } = start(
      world,
      [task('a', { outputs: [out] }), task('b'), task('c'), task('h', { kind: 'hook' })],
      [instance('a'), instance('b', '_', { needs: [need('a', ['p/a/_'])] }), instance('c'), instance('h')],
      () => ({ cause: cause('engine-lost', true, 'the connection broke') }),
      { concurrency: 1 },
    );
    engine.away = true;
    await quiet();
    for (let n = 0; n < 6; n += 1) await world.clock.advance(60);
    const result = await report;
    expect(states(result)).toEqual({ 'a/_': 'failed', 'b/_': 'blocked', 'c/_': 'failed', 'h/_': 'blocked' });
    expect(result).toMatchObject({ exitStatus: 4, outcome: 'failed' });
    expect(result.instances[0]).toMatchObject({ cause: { kind: 'engine-lost', transient: true } });
    expect(result.instances[1]?.reason).toBe('the engine is out of reach: no engine answers');
    expect(await world.ledger.readManifest('p/a/_')).toBeUndefined();
  });

  test('that comes back within the tries costs nothing but time', async () => {
    const world = await createWorld();
    let tries = 0;
    const { report } = start(world, [task('a')], [instance('a')], () => {
      tries += 1;
      return tries < 3 ? { cause: cause('engine-lost', true) } : {};
    });
    await quiet();
    await world.clock.advance(10);
    await world.clock.advance(20);
    expect(await report).toMatchObject({ exitStatus: 0, counts: { succeeded: 1 } });
  });

  test('for one container only is that instance’s failure', async () => {
    const world = await createWorld();
    const { report } = start(
      world,
      [task('a', { retry: { ...task('x').retry, maxAttempts: 1 } }), task('b')],
      [instance('a'), instance('b')],
      (job) => (job.instance === 'p/a/_' ? { cause: cause('engine-lost', true) } : {}),
    );
    expect(await report).toMatchObject({ exitStatus: 1, counts: { failed: 1, succeeded: 1 } });
  });
});

describe('the store', () => {
  const once = { ...task('x').retry, maxAttempts: 1 };

  function broken(ledger: Ledger, code: 'store-unreachable' | 'store-full' | 'store-corrupt'): Ledger {
    return {
      ...ledger,
      commitManifest: async () => {
        throw new StoreError(code, 'no space left on device');
      },
    };
  }

  test.each(['store-unreachable', 'store-full'] as const)(
    'gone in the middle (%s) ends with 4, with nothing committed',
    async (code) => {
      const world = await createWorld();
      const { report, engine } = start(
        world,
        [task('a', { retry: once }), task('b')],
        [instance('a'), instance('b')],
        () => ({}),
        { ledger: broken(world.ledger, code), concurrency: 1 },
      );
      const result = await report;
      expect(states(result)).toEqual({ 'a/_': 'failed', 'b/_': 'blocked' });
      expect(result.exitStatus).toBe(4);
      expect(result.instances[0]?.reason).toContain('no space left');
      expect(engine.jobs.length).toBe(1);
    },
  );

  test('an upload that the engine could not store fails that instance', async () => {
    const world = await createWorld();
    const { report } = start(world, [task('a'), task('b')], [instance('a'), instance('b')], (job) =>
      job.instance === 'p/a/_' ? { cause: cause('store-full') } : {},
    );
    expect(await report).toMatchObject({ exitStatus: 1, counts: { failed: 1, succeeded: 1 } });
  });

  test('out of reach at the end makes the run end with 4', async () => {
    const world = await createWorld();
    const ledger: Ledger = {
      ...world.ledger,
      updateRun: async () => {
        throw new StoreError('store-unreachable', 'no route');
      },
    };
    const { report } = start(world, [task('a')], [instance('a')], undefined, { ledger });
    expect((await report).exitStatus).toBe(4);
  });

  test('out of reach at the start runs nothing', async () => {
    const world = await createWorld();
    const ledger: Ledger = {
      ...world.ledger,
      startRun: async () => {
        throw new StoreError('store-denied', 'read-only');
      },
    };
    const { report, engine } = start(world, [task('a')], [instance('a')], undefined, { ledger });
    await expect(report).rejects.toThrow('read-only');
    expect(engine.jobs).toEqual([]);
  });

  test('that takes no log costs a warning, not the result', async () => {
    const world = await createWorld();
    const ledger: Ledger = {
      ...world.ledger,
      writeLog: async () => {
        throw new StoreError('store-unreachable', 'no route');
      },
    };
    const { report } = start(world, [task('a')], [instance('a')], undefined, { ledger });
    expect((await report).exitStatus).toBe(0);
    expect(world.events).toContainEqual({
      type: 'warning',
      id: 'p/a/_',
      message: 'Its log could not be stored: no route',
    });
  });
});

describe('two runs at once', () => {
  test('on the same instance: one does it, the other waits and takes its result', async () => {
    const world = await createWorld();
    const gate = createGate();
    const first = start(world, [task('a', { outputs: [out] })], [instance('a')], gate.script);
    await quiet();
    const second = start(world, [task('a', { outputs: [out] })], [instance('a')]);
    await quiet();
    expect(world.events.filter(({ type }) => type === 'waiting-on-claim')).toHaveLength(1);
    await world.clock.advance(2);
    gate.open('p/a/_', { files: { 'out.csv': 'x' } });
    const { run } = await first.report;
    await world.clock.advance(2);
    const result = await second.report;
    expect(result).toMatchObject({ exitStatus: 0, counts: { done: 1 } });
    expect(result.instances[0]).toMatchObject({
      attempt: `${run}-1`,
      reason: `made meanwhile by run ${run}`,
    });
    expect(second.engine.jobs).toEqual([]);
    expect(world.events.filter(({ type }) => type === 'waiting-on-claim')).toHaveLength(1);
  });

  test('a claim that is waited for holds no place', async () => {
    const world = await createWorld();
    const gate = createGate();
    const first = start(world, [task('a')], [instance('a')], gate.script);
    await quiet();
    const second = start(world, [task('a'), task('b')], [instance('a'), instance('b')], undefined, {
      concurrency: 1,
    });
    await quiet();
    expect(second.engine.started).toEqual(['p/b/_']);
    gate.open('p/a/_');
    await first.report;
    await world.clock.advance(2);
    expect((await second.report).counts).toEqual({ done: 1, succeeded: 1 });
  });

  test('that is not to wait moves on: what the other has in hand is running, and what needs it waits', async () => {
    const world = await createWorld();
    const gate = createGate();
    const tasks = [task('a', { outputs: [out] }), task('b'), task('c')];
    const first = start(world, tasks, [instance('a')], gate.script);
    await quiet();
    const behind = instance('b', '_', { needs: [need('a', ['p/a/_'])] });
    const second = start(world, tasks, [instance('a'), behind, instance('c')], undefined, {
      onHeld: 'leave',
    });
    const report = await second.report;
    expect(states(report)).toEqual({ 'a/_': 'running', 'b/_': 'waiting', 'c/_': 'succeeded' });
    expect(report.instances[0]?.reason).toMatch(/^in run 2021/);
    expect(report.exitStatus).toBe(3);
    expect(second.engine.started).toEqual(['p/c/_']);
    gate.open('p/a/_', { files: { 'out.csv': 'x' } });
    expect((await first.report).counts).toEqual({ succeeded: 1 });
  });

  test('whose claims do not hold: the commit lets one win, the other drops its objects', async () => {
    const world = await createWorld();
    const gates = [createGate(), createGate()] as const;
    const unclaimed: Ledger = {
      ...world.ledger,
      claim: async (id, attempt, run) => ({
        kind: 'claimed',
        claim: { record: { schema: 1, instance: id, run, attempt, nonce: 'n' }, etag: 'e' },
      }),
      release: async () => {},
    };
    const tasks = [task('a', { outputs: [out] })];
    const first = start(world, tasks, [instance('a')], gates[0].script, { ledger: unclaimed });
    const second = start(world, tasks, [instance('a')], gates[1].script, { ledger: unclaimed });
    await quiet();
    gates[1].open('p/a/_', { files: { 'out.csv': 'second' } });
    const winner = await second.report;
    gates[0].open('p/a/_', { files: { 'out.csv': 'first' } });
    const loser = await first.report;
    expect(states(winner)).toEqual({ 'a/_': 'succeeded' });
    expect(states(loser)).toEqual({ 'a/_': 'done' });
    expect(loser.instances[0]?.attempt).toBe(`${winner.run}-1`);
    expect(await world.store.get(`objects/p/a/_/${winner.run}-1/out.csv`)).toBeDefined();
    expect(await world.store.get(`objects/p/a/_/${loser.run}-1/out.csv`)).toBeUndefined();
  });

  test('cleared while it runs: what it made is dropped and it is made again', async () => {
    const world = await createWorld();
    let fenced = false;
    const { report, engine } = start(world, [task('a', { outputs: [out] })], [instance('a')], async () => {
      if (!fenced) await world.ledger.voidManifest('p/a/_', null, 'cleared', '20210129T220000Z-aaaaaa');
      fenced = true;
      return { files: { 'out.csv': 'x' } };
    });
    await quiet();
    await world.clock.advance(10);
    const result = await report;
    expect(result.counts).toEqual({ succeeded: 1 });
    expect(engine.jobs.length).toBe(2);
    expect(await world.store.get(`objects/p/a/_/${result.run}-1/out.csv`)).toBeUndefined();
  });
});

test('fail-fast stops the running legs of the matrix and cancels the rest', async () => {
  const world = await createWorld();
  const gate = createGate();
  const matrix = { kind: 'static', keys: ['v'], legs: [] } as const;
  const { report, engine } = start(
    world,
    [task('m', { failFast: true, matrix })],
    ['a', 'b', 'c'].map((v) => instance('m', `v=${v}`)),
    gate.script,
    { concurrency: 2 },
  );
  await quiet();
  gate.open('p/m/v=a', { exitCode: 1 });
  const result = await report;
  expect(states(result)).toEqual({ 'm/v=a': 'failed', 'm/v=b': 'cancelled', 'm/v=c': 'cancelled' });
  expect(result.exitStatus).toBe(1);
  expect(engine.started).toEqual(['p/m/v=a', 'p/m/v=b']);
});

test('fail-fast cancels the other instances of the task, other dates too, and nothing else', async () => {
  const world = await createWorld();
  const days = ['2021-01-01', '2021-01-02', '2021-01-03', '2021-01-04'];
  const { report, engine } = start(
    world,
    [task('load', { failFast: true }), task('other')],
    days.flatMap((date) => [instance('load', `date=${date}`), instance('other', `date=${date}`)]),
    (job) => (job.instance === 'p/load/date=2021-01-02' ? { exitCode: 1 } : {}),
    { concurrency: 1 },
  );
  const result = await report;
  expect(result.counts).toEqual({ succeeded: 5, failed: 1, cancelled: 2 });
  expect(engine.started.filter((id) => id.startsWith('p/load/'))).toEqual([
    'p/load/date=2021-01-01',
    'p/load/date=2021-01-02',
  ]);
});

test('a pace from outside says how many run at once, and a pause keeps all that waits', async () => {
  const world = await createWorld();
  const gate = createGate();
  let allowed = 0;
  let changed = (): void => {};
  const pace = {
    concurrency: () => allowed,
    onChange: (listener: () => void) => {
      changed = listener;
      return () => {};
    },
  };
  const goTo = async (next: number): Promise<void> => {
    allowed = next;
    changed();
    await quiet();
  };
  const ids = ['1', '2', '3', '4'];
  const { report, engine } = start(
    world,
    [task('t')],
    ids.map((n) => instance('t', `n=${n}`)),
    gate.script,
    { concurrency: 3, pace },
  );
  await quiet();
  expect(engine.running).toBe(0);
  await goTo(2);
  expect(engine.running).toBe(2);
  await goTo(9);
  expect(engine.running).toBe(3);
  for (const n of ids) {
    gate.open(`p/t/n=${n}`, {});
    await quiet();
  }
  expect((await report).counts).toEqual({ succeeded: 4 });
});

describe('hooks', () => {
  const hook = (name: string, expression: string, more = {}) =>
    task(name, { kind: 'hook', if: { expression, reads: 'status' }, ...more });

  test('see the run so far, and commit nothing', async () => {
    const world = await createWorld();
    const { report, engine } = start(
      world,
      [task('a'), hook('h', 'always()')],
      [instance('a'), instance('h')],
      (job) => (job.instance === 'p/a/_' ? { exitCode: 1 } : {}),
    );
    const result = await report;
    expect(states(result)).toEqual({ 'a/_': 'failed', 'h/_': 'succeeded' });
    const job = engine.jobs[1];
    expect(job?.env['SLUICE_RUN']).toBe('/sluice/run.json');
    const file = job?.files.find(({ to }) => to === '/sluice/run.json');
    expect(JSON.parse(file?.kind === 'text' ? file.text : '')).toMatchObject({
      schema: 1,
      run: result.run,
      outcome: 'failed',
      counts: { failed: 1 },
      instances: [{ id: 'p/a/_', state: 'failed', exitCode: 1 }],
    });
    expect(await world.ledger.readManifest('p/h/_')).toBeUndefined();
  });

  test.each([
    ['failure()', 1, true],
    ['failure()', 0, false],
    ['cancelled()', 1, false],
    ['always()', 0, true],
  ] as const)('with if: %s after exit status %i', async (expression, exitCode, runs) => {
    const world = await createWorld();
    const { report, engine } = start(
      world,
      [task('a'), hook('h', expression)],
      [instance('a'), instance('h')],
      (job) => ({ exitCode: job.instance === 'p/a/_' ? exitCode : 0 }),
    );
    expect(states(await report)['h/_']).toBe(runs ? 'succeeded' : 'skipped');
    expect(engine.started.includes('p/h/_')).toBe(runs);
  });

  test('do not follow a run in which nothing ran', async () => {
    const world = await createWorld();
    await start(world, [task('a')], [instance('a')]).report;
    const { report, engine } = start(
      world,
      [task('a'), hook('h', 'always()')],
      [instance('a'), instance('h')],
    );
    expect(states(await report)).toEqual({ 'a/_': 'done' });
    expect(engine.jobs).toEqual([]);
  });

  test('that fail raise the exit status', async () => {
    const world = await createWorld();
    const { report } = start(
      world,
      [task('a'), hook('h', 'always()')],
      [instance('a'), instance('h')],
      (job) => ({ exitCode: job.instance === 'p/h/_' ? 1 : 0 }),
    );
    expect((await report).exitStatus).toBe(1);
  });

  test('that fail are open failures until they succeed after another run', async () => {
    const world = await createWorld();
    const tasks = [task('a'), task('b'), hook('h', 'always()')];
    const first = start(world, tasks, [instance('a'), instance('h')], (job) => ({
      exitCode: job.instance === 'p/h/_' ? 1 : 0,
    }));
    const { instances } = await first.report;
    expect(instances.map(({ hook: isHook }) => isHook)).toEqual([undefined, true]);
    expect(await world.ledger.openFailures()).toMatchObject([{ instance: 'p/h/_', exitCode: 1 }]);
    await start(world, tasks, [instance('b'), instance('h')]).report;
    expect(await world.ledger.openFailures()).toEqual([]);
  });
});

test('files that counted until they were cleared stay for their readers, though a lost answer made it ask again', async () => {
  const world = await createWorld();
  const ledger: Ledger = {
    ...world.ledger,
    async commitManifest(manifest, over) {
      await world.ledger.commitManifest(manifest, over);
      const stood = await world.ledger.readManifest(manifest.instance);
      await world.ledger.voidManifest(manifest.instance, stood ?? null, 'cleared', manifest.run);
      return world.ledger.commitManifest(manifest, over);
    },
  };
  const made = task('a', { outputs: [out] });
  const once = { ...made, retry: { ...made.retry, maxAttempts: 1 } };
  const { report } = start(world, [once], [instance('a')], () => ({ files: { 'out.csv': 'x' } }), { ledger });
  const { run, instances } = await report;
  expect(instances[0]).toMatchObject({ state: 'failed', reason: expect.stringContaining('cleared') });
  expect(await keysOf(world.store, 'objects/')).toEqual([`objects/p/a/_/${run}-1/out.csv`]);
});
