import { expect, test } from 'vitest';
import { attemptId } from '../../runner/model/run-id.ts';
import { cause } from './scripted-engine.ts';
import { createWorld, instance, start, task, type World } from './world.ts';

const SECRET = 'tr0ub4dor&3/zürich';
const tasks = [task('a', { secrets: ['KEY'], outputs: [{ kind: 'value', name: 'v' }] })];
const secrets = { KEY: SECRET };

/** Everything that a run leaves behind: all of the store, and all that reporters heard. */
async function everything(world: World): Promise<string> {
  const texts = [JSON.stringify(world.events)];
  for await (const page of world.store.list('')) {
    for (const { key } of page) {
      const found = await world.store.get(key);
      for await (const chunk of found?.body ?? []) texts.push(Buffer.from(chunk).toString('utf8'));
      texts.push(key);
    }
  }
  return texts.join('\n');
}

test('a task gets the secrets that it lists, and only as such', async () => {
  const world = await createWorld();
  const { report, engine } = start(world, tasks, [instance('a')], undefined, {
    secrets: { ...secrets, OTHER: 'not for this one' },
  });
  await report;
  expect(engine.jobs[0]?.secrets).toEqual({ KEY: SECRET });
  expect(JSON.stringify(engine.jobs[0]?.env)).not.toContain(SECRET);
});

test(
  'a secret split at any position over two writes is in no log, event, record or manifest',
  { timeout: 60_000 },
  async () => {
    const bytes = Buffer.from(`x ${SECRET} y\n`);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const world = await createWorld();
      const { report } = start(
        world,
        tasks,
        [instance('a')],
        () => ({
          stdout: [bytes.subarray(0, cut), bytes.subarray(cut)],
          stderr: [encodeURIComponent(SECRET), '\n', Buffer.from(`:${SECRET}`).toString('base64')],
          exitCode: 1,
          cause: cause('exit', false, `could not log in with ${SECRET}`),
        }),
        { secrets },
      );
      const result = await report;
      expect(JSON.stringify(result)).not.toContain(SECRET);
      expect(result.instances[0]?.lastLines?.[0]).toBe('x *** y');
      const all = await everything(world);
      expect(all).toContain('x *** y');
      expect(all).toContain('could not log in with ***');
      for (const spelling of [
        SECRET,
        encodeURIComponent(SECRET),
        Buffer.from(SECRET).toString('base64').slice(4, -4),
      ]) {
        expect(all).not.toContain(spelling);
      }
    }
  },
);

test('a value that holds a secret is recorded masked, and said', async () => {
  const world = await createWorld();
  const { report } = start(world, tasks, [instance('a')], () => ({ values: { v: `token ${SECRET}` } }), {
    secrets,
  });
  await report;
  expect((await world.ledger.readManifest('p/a/_'))?.manifest.values).toEqual({ v: 'token ***' });
  expect(await everything(world)).not.toContain(SECRET);
  expect(world.events).toContainEqual({
    type: 'warning',
    id: 'p/a/_',
    message: expect.stringContaining('The value v holds a secret'),
  });
});

test('a secret that is not set fails the instance by its name', async () => {
  const world = await createWorld();
  const { report, engine } = start(world, tasks, [instance('a')]);
  expect((await report).instances[0]).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('The secret KEY is not set'),
  });
  expect(engine.jobs).toEqual([]);
});

test('logs of both streams are stored by line, told by line, and whole where nobody watches', async () => {
  for (const watched of [true, false]) {
    const world = await createWorld();
    const { report } = start(
      world,
      [task('a')],
      [instance('a')],
      () => ({ stdout: ['o1\no', '2\n'], stderr: ['e1\nlast'] }),
      { watched },
    );
    const { run } = await report;
    const log = await world.ledger.readLog(run, 'p/a/_', attemptId(run, 1));
    const chunks: Uint8Array[] = [];
    for await (const chunk of log ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('o1\no2\ne1\nlast\n');
    const lines = world.events.flatMap((event) =>
      event.type === 'log' ? [`${event.stream} ${event.line}`] : [],
    );
    expect(lines).toEqual(watched ? ['stdout o1', 'stdout o2', 'stderr e1', 'stderr last'] : []);
  }
});

test('a file named by a secret fails the task, and its name is nowhere', async () => {
  const secret = 'tr0ub4dor';
  const outputs = [{ kind: 'path', path: '*', allowEmpty: false }] as const;
  const world = await createWorld();
  const { report } = start(
    world,
    [task('a', { secrets: ['KEY'], outputs })],
    [instance('a')],
    () => ({ files: { 'fine.csv': 'x', [`of-${secret}.csv`]: 'x' } }),
    { secrets: { KEY: secret } },
  );
  expect((await report).instances[0]).toMatchObject({
    state: 'failed',
    reason: '"of-***.csv" in /outputs has a secret in its name; name files by what is in them',
  });
  expect(await everything(world)).not.toContain(secret);
});

test('a secret of a few letters does not forbid all names that have them', async () => {
  const outputs = [{ kind: 'path', path: 'out.csv', allowEmpty: false }] as const;
  const world = await createWorld();
  const { report } = start(
    world,
    [task('a', { secrets: ['KEY'], outputs })],
    [instance('a')],
    () => ({ files: { 'out.csv': 'x' } }),
    { secrets: { KEY: 'csv' } },
  );
  expect((await report).instances[0]).toMatchObject({ state: 'succeeded' });
});
