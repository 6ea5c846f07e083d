import { expect, test } from 'vitest';
import type { External, Probed } from '../../runner/model/source.ts';
import type { Sources } from '../../runner/ports.ts';
import { planIn } from './planned.ts';
import { createWorld, instance, need, rule, start, states, task } from './world.ts';

const FEED: External = {
  uri: 's3://vendor/day',
  objects: [
    {
      path: 'feed.csv',
      bytes: 3,
      sha256: 'a'.repeat(64),
      etag: 'e1',
      modifiedAt: '2021-01-29T22:00:00.000Z',
    },
  ],
};
const READY: Probed = { kind: 'ready', external: FEED, values: {} };
const LATE: Probed = { kind: 'not-ready', answer: '404 s3://vendor/day/feed.csv: there is no such object' };

const feed = task('feed', {
  kind: 'external',
  external: { kind: 'object', uri: 's3://vendor/day/feed.csv' },
});
const use = task('use', { needs: [rule('feed')] });
const reader = instance('use', '_', { needs: [need('feed', ['p/feed/_'])] });

function sourcesThat(
  answers: Probed[],
  changed?: () => string | undefined,
): Sources & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    probe: async (source) => {
      asked.push(source.kind === 'url' ? source.url : source.uri);
      return answers.shift() ?? LATE;
    },
    changed: async () => changed?.(),
    refOf: (uri) => ({ kind: 's3', uri, settings: {} }),
  };
}

test('an external that is not ready waits with its answer on record, and so does what needs it', async () => {
  const world = await createWorld();
  const { report, engine } = start(world, [feed, use], [instance('feed'), reader], undefined, {
    sources: sourcesThat([LATE]),
  });
  const result = await report;
  expect(states(result)).toEqual({ 'feed/_': 'waiting', 'use/_': 'waiting' });
  expect(result.exitStatus).toBe(3);
  expect(result.instances[0]?.reason).toContain(
    'not ready yet, waiting since 00:00, asked once, last answer: 404 s3',
  );
  expect(engine.jobs).toEqual([]);
  expect(await world.ledger.readWait('p/feed/_')).toMatchObject({ count: 1 });
  expect(await world.ledger.readLog(result.run, 'p/feed/_', `${result.run}-1`)).toBeDefined();
});

test('once ready it is recorded and not asked again; its objects are read where they are', async () => {
  const world = await createWorld();
  const sources = sourcesThat([READY]);
  const more = { sources };
  const { report, engine } = start(world, [feed, use], [instance('feed'), reader], undefined, more);
  expect(states(await report)).toEqual({ 'feed/_': 'succeeded', 'use/_': 'succeeded' });
  expect(engine.jobs[0]?.inputs).toEqual([
    {
      store: { kind: 's3', uri: 's3://vendor/day', settings: {} },
      prefix: '',
      to: '/inputs/feed',
      objects: [{ path: 'feed.csv', bytes: 3, sha256: 'a'.repeat(64) }],
    },
  ]);
  expect((await world.ledger.readManifest('p/feed/_'))?.manifest).toMatchObject({
    external: FEED,
    objects: [],
  });
  expect((await world.ledger.readManifest('p/use/_'))?.manifest.inputs).toMatchObject([
    { instance: 'p/feed/_' },
  ]);
  const plan = await planIn(world, [feed, use], { tasks: ['feed'] });
  expect(plan.instances).toMatchObject([{ state: 'done', action: 'none' }]);
  await start(world, [feed], [instance('feed')], undefined, more).report;
  expect(sources.asked).toEqual(['s3://vendor/day/feed.csv']);
});

test('the values of a URL are read like a task’s', async () => {
  const world = await createWorld();
  const url = task('feed', {
    kind: 'external',
    external: { kind: 'url', url: 'https://example.org/x' },
    outputs: [{ kind: 'value', name: 'status' }],
  });
  const env = { STATUS: '${{ needs.feed.outputs.status }}' };
  const ready: Probed = {
    kind: 'ready',
    external: { uri: 'https://example.org/x', objects: [] },
    values: { status: '200', size: '', age: '' },
  };
  const tasks = [url, task('use', { needs: [rule('feed')], env })];
  const { report, engine } = start(world, tasks, [instance('feed'), reader], undefined, {
    sources: sourcesThat([ready]),
  });
  await report;
  expect(engine.jobs[0]?.env).toMatchObject({ STATUS: '200' });
});

test('what changed since is named, before anything runs and when it is found while it is read', async () => {
  const words = 's3://vendor/day/feed.csv changed since it was recorded (etag e1 then, e2 now)';
  for (const seen of [0, 1]) {
    const world = await createWorld();
    let looks = 0;
    const sources = sourcesThat([READY], () => ((looks += 1) > seen ? words : undefined));
    const act = { cause: { kind: 'input-corrupt', message: 'other content', transient: false } } as const;
    const { report, engine } = start(world, [feed, use], [instance('feed'), reader], () => act, { sources });
    const result = await report;
    expect(result.instances[1]).toMatchObject({ state: 'failed', cause: { kind: 'input-changed' } });
    expect(result.instances[1]?.reason).toBe(
      `${words}: sluice run p/feed/_ --rebuild all takes what is there now; then sluice run p/use/_`,
    );
    expect(engine.jobs.length).toBe(seen);
  }
});

test('what time does not mend fails', async () => {
  const world = await createWorld();
  const { report } = start(world, [feed], [instance('feed')], undefined, {
    sources: sourcesThat([{ kind: 'invalid', message: 'expected s3://bucket/prefix/, found "x"' }]),
  });
  expect(await report).toMatchObject({ exitStatus: 1, instances: [{ state: 'failed' }] });
});
