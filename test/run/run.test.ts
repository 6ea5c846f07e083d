import { describe, expect, test } from 'vitest';
import { quiet } from './fake-clock.ts';
import { committed, createWorld, instance, need, start, states, task } from './world.ts';

const out = { kind: 'path', path: 'out.csv', allowEmpty: false } as const;

describe('a run', () => {
  test('runs what is missing in the order of its needs, commits each, and says so', async () => {
    const world = await createWorld();
    const { report, engine } = start(
      world,
      [task('a', { outputs: [out] }), task('b'), task('c')],
      [
        instance('a'),
        instance('b', '_', { needs: [need('a', ['p/a/_'])] }),
        instance('c', '_', { needs: [need('b', ['p/b/_'])] }),
      ],
      () => ({ files: { 'out.csv': 'x' }, seconds: 3 }),
    );
    const result = await report;
    expect(engine.started).toEqual(['p/a/_', 'p/b/_', 'p/c/_']);
    expect(states(result)).toEqual({ 'a/_': 'succeeded', 'b/_': 'succeeded', 'c/_': 'succeeded' });
    expect(result).toMatchObject({ outcome: 'succeeded', exitStatus: 0, counts: { succeeded: 3 } });
    expect(result.instances[0]).toMatchObject({ attempt: `${result.run}-1`, seconds: 3, exitCode: 0 });

    const found = await world.ledger.readManifest('p/a/_');
    expect(found?.manifest).toMatchObject({
      outcome: 'succeeded',
      attempt: `${result.run}-1`,
      objects: [{ path: 'out.csv', bytes: 1 }],
      exitCode: 0,
      engine: 'scripted 1',
    });
    const read = await world.ledger.readManifest('p/b/_');
    expect(read?.manifest.inputs).toEqual([
      {
        need: 'a',
        instance: 'p/a/_',
        attempt: `${result.run}-1`,
        contentDigest: found?.manifest.contentDigest,
      },
    ]);
  });

  test('records the key names of the tasks that it runs, for whoever changes them later', async () => {
    const world = await createWorld();
    const { report } = start(
      world,
      [task('a', { keys: ['date'] }), task('all', { kind: 'wrapper', keys: ['date'] })],
      [instance('a', 'date=2021-01-29'), instance('all', 'date=2021-01-29')],
    );
    await report;
    expect(await world.ledger.readTaskKeys('p', 'a')).toEqual(['date']);
    expect(await world.ledger.readTaskKeys('p', 'all')).toBeUndefined();
  });

  test('writes its record at the start and at the end', async () => {
    const world = await createWorld();
    let during: unknown;
    const { report } = start(world, [task('a')], [instance('a')], async (job) => {
      during = await world.ledger.readRun(job.run);
      return {};
    });
    const { run } = await report;
    expect(during).toMatchObject({ run, pipeline: 'p', process: { pid: 1 } });
    expect(during).not.toHaveProperty('finishedAt');
    expect(await world.ledger.readRun(run)).toMatchObject({
      outcome: 'succeeded',
      counts: { succeeded: 1 },
      instances: [{ id: 'p/a/_', state: 'succeeded', attempt: `${run}-1` }],
    });
  });

  test('with nothing to do starts nothing', async () => {
    const world = await createWorld();
    const done = { state: 'done', action: 'none', reason: 'done' } as const;
    const { report, engine } = start(world, [task('a')], [instance('a', '_', done)]);
    expect(await report).toMatchObject({ exitStatus: 0, counts: { done: 1 } });
    expect(engine.jobs).toEqual([]);
    expect(world.events.map(({ type }) => type)).toEqual(['run-started', 'run-finished']);
  });

  test('isolates a failure: what needs it is blocked, all else runs', async () => {
    const world = await createWorld();
    const { report } = start(
      world,
      [task('a'), task('b'), task('c')],
      [instance('a'), instance('b', '_', { needs: [need('a', ['p/a/_'])] }), instance('c')],
      (job) => (job.instance === 'p/a/_' ? { exitCode: 3, stdout: ['one\ntwo\n'], stderr: ['bad'] } : {}),
    );
    const result = await report;
    expect(states(result)).toEqual({ 'a/_': 'failed', 'b/_': 'blocked', 'c/_': 'succeeded' });
    expect(result).toMatchObject({ outcome: 'failed', exitStatus: 1 });
    expect(result.instances[0]).toMatchObject({
      reason: 'exit status 3',
      exitCode: 3,
      cause: { kind: 'exit' },
      lastLines: ['one', 'two', 'bad'],
    });
    expect(result.instances[1]).toMatchObject({ blockedBy: ['p/a/_'], reason: 'by a' });
    expect(await world.ledger.readManifest('p/a/_')).toBeUndefined();
  });

  test('keeps to its limits', async () => {
    const world = await createWorld();
    const { report, engine } = start(
      world,
      [task('a', { maxParallel: 2 })],
      Array.from({ length: 6 }, (_, n) => instance('a', `n=${n}`)),
      async () => {
        await Promise.resolve();
        return {};
      },
    );
    expect((await report).counts).toEqual({ succeeded: 6 });
    expect(engine.mostRunning).toBe(2);
  });

  test('queues what shares a group or a pool, whatever the task', async () => {
    const world = await createWorld();
    const slow = async () => {
      await Promise.resolve();
      return {};
    };
    const grouped = start(
      world,
      [task('a', { concurrency: 'copy' }), task('b', { concurrency: 'co${{ params.x }}' })],
      [instance('a'), instance('b', '_', { params: { x: 'py' } })],
      slow,
    );
    await grouped.report;
    expect(grouped.engine.mostRunning).toBe(1);
    const pooled = start(
      world,
      [task('c', { pools: { db: 2 } }), task('d', { pools: { db: 1 } })],
      [instance('c'), instance('d'), instance('d', 'n=1')],
      slow,
      { pools: { db: 2 } },
    );
    await pooled.report;
    expect(pooled.engine.mostRunning).toBe(2);
  });

  test('does not let a failed continue-on-error task raise the exit status', async () => {
    const world = await createWorld();
    const { report } = start(
      world,
      [task('a', { continueOnError: true }), task('b')],
      [instance('a'), instance('b', '_', { needs: [need('a', ['p/a/_'])] })],
      () => ({ exitCode: 1 }),
    );
    const result = await report;
    expect(states(result)).toEqual({ 'a/_': 'failed', 'b/_': 'blocked' });
    expect(result).toMatchObject({ exitStatus: 0, instances: [{ continueOnError: true }, {}] });
  });

  test('says what an external and a placeholder wait for', async () => {
    const world = await createWorld();
    const { report } = start(
      world,
      [
        task('feed', { kind: 'external', external: { kind: 'object', uri: 's3://bucket/feed.csv' } }),
        task('each', {
          matrix: { kind: 'dynamic', keys: ['s'], axes: { s: '${{ needs.list.outputs.s }}' } },
        }),
      ],
      [
        instance('feed'),
        instance('each', 's=*', { state: 'unknown', reason: 'known when list is done', action: 'none' }),
      ],
    );
    const result = await report;
    expect(result.exitStatus).toBe(3);
    expect(result.instances).toMatchObject([
      {
        state: 'waiting',
        reason:
          'not ready yet, waiting since 00:00, asked once, last answer: nothing here looks at s3://bucket/feed.csv, next ask 00:01',
      },
      { state: 'unknown', reason: 'known when list is done' },
    ]);
  });
});

describe('exit status of a task', () => {
  test('75 is waiting, not failed, and asked once', async () => {
    const world = await createWorld();
    const { report, engine } = start(
      world,
      [task('a'), task('b')],
      [instance('a'), instance('b', '_', { needs: [need('a', ['p/a/_'])] })],
      () => ({ exitCode: 75 }),
    );
    const result = await report;
    expect(states(result)).toEqual({ 'a/_': 'waiting', 'b/_': 'waiting' });
    expect(result).toMatchObject({ outcome: 'incomplete', exitStatus: 3 });
    expect(engine.jobs.length).toBe(1);
    expect(await world.ledger.readFailure('p/a/_')).toBeUndefined();
  });

  test('66 is kept as skipped with its reason, and so are those that need it', async () => {
    const world = await createWorld();
    const { report } = start(
      world,
      [task('a'), task('b')],
      [instance('a'), instance('b', '_', { needs: [need('a', ['p/a/_'])] })],
      () => ({ exitCode: 66 }),
    );
    const result = await report;
    expect(states(result)).toEqual({ 'a/_': 'skipped', 'b/_': 'skipped' });
    expect(result.exitStatus).toBe(0);
    expect((await world.ledger.readManifest('p/a/_'))?.manifest).toMatchObject({
      outcome: 'skipped',
      reason: 'exit status 66: there is no data for this partition',
      objects: [],
    });
    expect(await world.ledger.readManifest('p/b/_')).toBeUndefined();
  });

  test('66 while an optional need is merely late is not kept', async () => {
    const world = await createWorld();
    const { report } = start(
      world,
      [task('late'), task('b')],
      [instance('late'), instance('b', '_', { needs: [need('late', ['p/late/_'], { optional: true })] })],
      (job) => ({ exitCode: job.instance === 'p/late/_' ? 75 : 66 }),
    );
    expect(states(await report)).toEqual({ 'late/_': 'waiting', 'b/_': 'waiting' });
    expect(await world.ledger.readManifest('p/b/_')).toBeUndefined();
  });
});

describe('an if on what was made', () => {
  const condition = { expression: "needs.a.outputs.go == 'yes'", reads: 'needs' } as const;
  const instances = [instance('a'), instance('b', '_', { needs: [need('a', ['p/a/_'])] })];

  test('that holds runs the instance', async () => {
    const world = await createWorld();
    const tasks = [task('a', { outputs: [{ kind: 'value', name: 'go' }] }), task('b', { if: condition })];
    const { report } = start(world, tasks, instances, () => ({ values: { go: 'yes' } }));
    expect(states(await report)['b/_']).toBe('succeeded');
  });

  test('that is false is kept as skipped without a container', async () => {
    const world = await createWorld();
    const { report, engine } = start(world, [task('a'), task('b', { if: condition })], instances, () => ({
      values: { go: 'no' },
    }));
    expect(states(await report)['b/_']).toBe('skipped');
    expect(engine.started).toEqual(['p/a/_']);
    expect((await world.ledger.readManifest('p/b/_'))?.manifest).toMatchObject({
      outcome: 'skipped',
      reason: "if: needs.a.outputs.go == 'yes' is false",
    });
  });

  test('that can not be evaluated fails the instance and names it', async () => {
    const world = await createWorld();
    const wrong = { expression: 'fromJSON(needs.a.outputs.go)', reads: 'needs' } as const;
    const { report, engine } = start(world, [task('a'), task('b', { if: wrong })], instances, () => ({
      values: { go: '{' },
    }));
    const result = await report;
    expect(result.instances[1]).toMatchObject({ state: 'failed', cause: { kind: 'expression-error' } });
    expect(result.instances[1]?.reason).toContain('fromJSON(needs.a.outputs.go)');
    expect(engine.started).toEqual(['p/a/_']);
  });
});

describe('inputs', () => {
  test('of one instance stand in its folder, of several in a folder each, absent ones in an empty one', async () => {
    const world = await createWorld();
    for (const date of ['2021-01-28', '2021-01-29']) {
      await committed(world, 'prices', `date=${date}`, { 'prices.csv': date });
    }
    await committed(world, 'fails', '_', { 'f.csv': 'f' });
    await committed(world, 'marker');
    const prices = ['p/prices/date=2021-01-28', 'p/prices/date=2021-01-29'];
    const { report, engine } = start(
      world,
      [task('lost', {}), task('score')],
      [
        instance('lost', '_', { state: 'lost', action: 'none' }),
        instance('score', '_', {
          needs: [
            need('prices', prices, { select: 'window' }),
            need('other/fails', ['p/fails/_'], { task: 'fails' }),
            need('marker', ['p/marker/_']),
            need('lost', ['p/lost/_'], { optional: true }),
          ],
        }),
      ],
    );
    const result = await report;
    expect(result.exitStatus).toBe(0);
    const [job] = engine.jobs;
    expect(job?.inputs.map(({ to, objects }) => [to, objects.map(({ path }) => path)])).toEqual([
      ['/inputs/prices/date=2021-01-28', ['prices.csv']],
      ['/inputs/prices/date=2021-01-29', ['prices.csv']],
      ['/inputs/other/fails', ['f.csv']],
    ]);
    expect(job?.inputs[0]?.prefix).toMatch(
      /^objects\/p\/prices\/date=2021-01-28\/20210201T000000Z-[0-9a-f]{6}-1\/$/,
    );
    expect(job?.emptyFolders).toEqual(['/inputs/marker', '/inputs/lost']);
    expect((await world.ledger.readManifest('p/score/_'))?.manifest).toMatchObject({
      omitted: [{ need: 'lost', instance: 'p/lost/_' }],
      inputs: [{ need: 'prices' }, { need: 'prices' }, { need: 'other/fails' }, { need: 'marker' }],
    });
  });

  test('whose manifest is gone or damaged fail the instance by name', async () => {
    const world = await createWorld();
    const gone = start(
      world,
      [task('a'), task('b')],
      [instance('b', '_', { needs: [need('a', ['p/a/_'])] })],
    );
    expect((await gone.report).instances[0]).toMatchObject({
      state: 'failed',
      cause: { kind: 'input-corrupt' },
    });

    await committed(world, 'a', '_', { 'out.csv': 'x' });
    const key = 'manifests/p/a/_.json';
    await world.store.put(key, Buffer.from('{"half":'));
    const broken = start(
      world,
      [task('a'), task('b')],
      [instance('b', '_', { needs: [need('a', ['p/a/_'])] })],
    );
    const [result] = (await broken.report).instances;
    expect(result).toMatchObject({ state: 'failed', cause: { kind: 'input-corrupt' } });
    expect(result?.reason).toContain(key);
    expect(broken.engine.jobs).toEqual([]);
  });
});

describe('publishing', () => {
  const outputs = [
    {
      kind: 'path',
      path: 'report.html',
      allowEmpty: false,
      publish: { path: 'reports/${{ params.date }}.html', newest: false },
    },
    {
      kind: 'path',
      path: 'charts/*.svg',
      allowEmpty: false,
      publish: { path: 'charts/${{ params.date }}/', newest: false },
    },
  ] as const;
  const files = { 'report.html': '<p>', 'charts/a.svg': 'a', 'charts/b.svg': 'b' };

  test('copies what is committed, a glob below its path', async () => {
    const world = await createWorld();
    const { report } = start(world, [task('r', { outputs })], [instance('r', 'date=2021-01-29')], () => ({
      files,
    }));
    const result = await report;
    expect(result.published).toEqual([
      'reports/2021-01-29.html',
      'charts/2021-01-29/a.svg',
      'charts/2021-01-29/b.svg',
    ]);
    expect(await world.store.get('published/reports/2021-01-29.html')).toBeDefined();
  });

  test('that failed leaves the result unpublished, and a later run completes it without running', async () => {
    const world = await createWorld();
    const failing = {
      ...world.ledger,
      publish: async () => {
        throw new (await import('../../runner/errors.ts')).StoreError('store-unreachable', 'no route');
      },
    };
    const tasks = [task('r', { outputs }), task('after')];
    const instances = [
      instance('r', 'date=2021-01-29'),
      instance('after', '_', { needs: [need('r', ['p/r/date=2021-01-29'])] }),
    ];
    const first = start(world, tasks, instances, () => ({ files }), { ledger: failing });
    const result = await first.report;
    expect(states(result)).toEqual({ 'r/date=2021-01-29': 'unpublished', 'after/_': 'succeeded' });
    expect(result).toMatchObject({ exitStatus: 1, instances: [{ reason: 'publishing: no route' }, {}] });

    const again = instance('r', 'date=2021-01-29', { state: 'unpublished', action: 'publish' });
    const second = start(world, tasks, [again]);
    expect(await second.report).toMatchObject({
      exitStatus: 0,
      counts: { done: 1 },
      published: expect.arrayContaining(['reports/2021-01-29.html']),
    });
    expect(second.engine.jobs).toEqual([]);
  });

  test("to another instance's path ends unpublished and names both, until that task has gone", async () => {
    const world = await createWorld();
    const output = [
      { kind: 'path', path: 'a', allowEmpty: false, publish: { path: 'a', newest: false } },
    ] as const;
    const [first, second] = [task('first', { outputs: output }), task('second', { outputs: output })];
    const both = start(
      world,
      [first, second],
      [instance('first'), instance('second', '_', { needs: [need('first', ['p/first/_'])] })],
      () => ({ files: { a: 'a' } }),
    );
    const result = await both.report;
    expect(states(result)).toEqual({ 'first/_': 'succeeded', 'second/_': 'unpublished' });
    expect(result.exitStatus).toBe(1);
    const told = result.instances.find(({ id }) => id === 'p/second/_');
    expect(told?.cause).toMatchObject({ kind: 'path-taken', transient: false });
    expect(told?.reason).toContain('is the file of p/first/_, and p/second/_ publishes there too');

    const again = instance('second', '_', { state: 'unpublished', action: 'publish' });
    expect(await start(world, [second], [again]).report).toMatchObject({ exitStatus: 0, published: ['a'] });
  });

  test('a value with a slash is refused before anything runs', async () => {
    const world = await createWorld();
    const output = [
      { kind: 'path', path: 'a', allowEmpty: false, publish: { path: 'r/${{ params.s }}', newest: false } },
    ] as const;
    const slashed = instance('r', 's=a%2Fb', { keys: { s: 'a/b' }, params: { s: 'a/b' } });
    const { report, engine } = start(world, [task('r', { outputs: output, keys: ['s'] })], [slashed]);
    expect(await report).toMatchObject({
      instances: [{ state: 'failed', cause: { kind: 'expression-error' } }],
    });
    expect(engine.jobs).toEqual([]);
  });

  test('to a path that leads out is refused before anything runs', async () => {
    const world = await createWorld();
    const bad = [{ ...outputs[0], publish: { path: '../${{ params.date }}', newest: false } }];
    const { report, engine } = start(
      world,
      [task('r', { outputs: bad })],
      [instance('r', 'date=2021-01-29')],
    );
    expect((await report).instances[0]).toMatchObject({
      state: 'failed',
      cause: { kind: 'expression-error' },
    });
    expect(engine.jobs).toEqual([]);
  });
});

describe('what is stale', () => {
  test('stays as it is when what it reads was rebuilt with equal content', async () => {
    const world = await createWorld();
    const a = task('a', { outputs: [out] });
    const b = task('b');
    const aEtag = await committed(world, 'a', '_', {}, { task: a });
    const needsA = { needs: [need('a', ['p/a/_'])] };
    await start(world, [a, b], [instance('b', '_', needsA)]).report;
    const bEtag = (await world.ledger.readManifest('p/b/_'))?.etag ?? '';
    const rebuild = (content: string) =>
      start(
        world,
        [a, b],
        [
          instance('a', '_', { state: 'stale', manifestEtag: aEtag }),
          instance('b', '_', { state: 'stale', action: 'compare', manifestEtag: bEtag, ...needsA }),
        ],
        () => ({ files: content === '' ? {} : { 'out.csv': content } }),
      );
    const same = rebuild('');
    expect(states(await same.report)).toEqual({ 'a/_': 'succeeded', 'b/_': 'unchanged' });
    expect(same.engine.started).toEqual(['p/a/_']);
    expect((await world.ledger.readManifest('p/b/_'))?.etag).toBe(bEtag);
  });

  test('runs when the content changed, and the new manifest names what it replaces', async () => {
    const world = await createWorld();
    const a = task('a', { outputs: [out] });
    const aEtag = await committed(world, 'a', '_', { 'out.csv': 'old' }, { task: a });
    const needsA = { needs: [need('a', ['p/a/_'])] };
    await start(world, [a, task('b')], [instance('b', '_', needsA)]).report;
    const before = await world.ledger.readManifest('p/b/_');
    const { report } = start(
      world,
      [a, task('b')],
      [
        instance('a', '_', { state: 'stale', manifestEtag: aEtag }),
        instance('b', '_', {
          state: 'stale',
          action: 'compare',
          manifestEtag: before?.etag ?? '',
          ...needsA,
        }),
      ],
      () => ({ files: { 'out.csv': 'new' } }),
    );
    expect(states(await report)).toEqual({ 'a/_': 'succeeded', 'b/_': 'succeeded' });
    expect((await world.ledger.readManifest('p/b/_'))?.manifest.superseded).toMatchObject({
      attempt: before?.manifest.attempt,
    });
  });

  test('replaces what its plan saw, although gc has refreshed the record since', async () => {
    const world = await createWorld();
    const manifestEtag = await committed(world, 'a');
    const before = await world.ledger.readManifest('p/a/_');
    await world.store.put('objects/p/a/_/20210131T000000Z-dddddd-1/left.csv', Buffer.from('x'));
    await world.clock.advance(3600);
    const { attemptsRemoved } = await world.ledger.gc({ graceSeconds: 60, dryRun: false });
    expect(attemptsRemoved).toHaveLength(1);
    const { report } = start(world, [task('a')], [instance('a', '_', { manifestEtag })], undefined, {
      run: '20210201T010000Z-eeeeee',
    });
    expect(states(await report)).toEqual({ 'a/_': 'succeeded' });
    expect((await world.ledger.readManifest('p/a/_'))?.manifest.superseded).toMatchObject({
      attempt: before?.manifest.attempt,
    });
  });

  test('is not made twice where another run has made it since, however slow that machine’s clock is', async () => {
    const world = await createWorld();
    const manifestEtag = await committed(world, 'a');
    const slow = { ...world.clock, now: () => world.clock.now() - 86_400_000 };
    const other = start(world, [task('a')], [instance('a', '_', { manifestEtag })], undefined, {
      clock: slow,
    });
    expect(states(await other.report)).toEqual({ 'a/_': 'succeeded' });
    const { report, engine } = start(world, [task('a')], [instance('a', '_', { manifestEtag })], undefined, {
      run: '20210202T000000Z-eeeeee',
    });
    expect(states(await report)).toEqual({ 'a/_': 'done' });
    expect(engine.started).toEqual([]);
  });

  test('is made once more when gc has fenced the instance while it ran', async () => {
    const world = await createWorld();
    const manifestEtag = await committed(world, 'a');
    const before = await world.ledger.readManifest('p/a/_');
    let tries = 0;
    const { report } = start(
      world,
      [task('a')],
      [instance('a', '_', { manifestEtag })],
      async () => {
        tries += 1;
        if (tries > 1) return {};
        await world.store.put('objects/p/a/_/20210131T000000Z-dddddd-1/left.csv', Buffer.from('x'));
        for await (const page of world.store.list('claims/'))
          await world.store.delete(page.map(({ key }) => key));
        await world.clock.advance(3600);
        await world.ledger.gc({ graceSeconds: 60, dryRun: false });
        return {};
      },
      { run: '20210201T003000Z-eeeeee' },
    );
    for (let turn = 0; turn < 6; turn += 1) {
      await quiet();
      await world.clock.advance(10);
    }
    expect(states(await report)).toEqual({ 'a/_': 'succeeded' });
    expect(tries).toBe(2);
    expect((await world.ledger.readManifest('p/a/_'))?.manifest.superseded).toMatchObject({
      attempt: before?.manifest.attempt,
    });
  });
});

describe('reporters', () => {
  test('that throw are dropped with one warning and do not fail the run', async () => {
    const world = await createWorld();
    let asked = 0;
    const broken = {
      on() {
        asked += 1;
        throw new Error('disk full');
      },
    };
    const { report } = start(world, [task('a')], [instance('a')], undefined, {
      reporters: [broken, { on: (event) => world.events.push(event) }],
    });
    expect((await report).exitStatus).toBe(0);
    expect(asked).toBe(1);
    const warnings = world.events.filter(({ type }) => type === 'warning');
    expect(warnings).toEqual([{ type: 'warning', message: expect.stringContaining('disk full') }]);
  });
});

test('files that nobody declares are dropped with one warning', async () => {
  const world = await createWorld();
  await start(world, [task('a')], [instance('a')], () => ({ undeclared: ['tmp.bin', 'x', 'y'] })).report;
  expect(world.events).toContainEqual({
    type: 'warning',
    id: 'p/a/_',
    message: 'Dropped from /outputs, as no output declares it: tmp.bin and 2 more',
  });
});

test('a group whose name can not be evaluated fails that instance, by name', async () => {
  const world = await createWorld();
  const { report } = start(
    world,
    [task('a', { concurrency: '${{ fromJSON(params.x) }}' }), task('b')],
    [instance('a', '_', { params: { x: '{' } }), instance('b')],
  );
  const result = await report;
  expect(states(result)).toEqual({ 'a/_': 'failed', 'b/_': 'succeeded' });
  expect(result.instances[0]?.reason).toContain('concurrency: ');
});

test('an engine that throws all the same fails the instance, without a secret in the words', async () => {
  const world = await createWorld();
  const stacks: string[] = [];
  const { report } = start(
    world,
    [task('a', { secrets: ['KEY'] })],
    [instance('a')],
    () => {
      throw new Error('socket of hunter2hunter2 broke');
    },
    { secrets: { KEY: 'hunter2hunter2' }, onDefect: (stack) => void stacks.push(stack) },
  );
  expect((await report).instances[0]).toMatchObject({
    state: 'failed',
    cause: { kind: 'internal' },
    reason: 'socket of *** broke',
  });
  expect(stacks).toHaveLength(1);
  expect(stacks[0]).toMatch(/^Error: socket of \*\*\* broke\n {4}at /);
});
