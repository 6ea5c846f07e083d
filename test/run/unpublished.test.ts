import { expect, test } from 'vitest';
import { planIn, rebuild } from './planned.ts';
import type { Script } from './scripted-engine.ts';
import { createWorld, rule, start, states, task, type World } from './world.ts';

const published = (to: string) =>
  ({ kind: 'path', path: 'out.txt', allowEmpty: false, publish: { path: to, newest: false } }) as const;

const TASKS = [
  task('a', { outputs: [published('a.txt')] }),
  task('b', { needs: [rule('a')], outputs: [published('b.txt')] }),
];
const writes =
  (text: string): Script =>
  () => ({ files: { 'out.txt': text } });

/** Both are made, and what `whose` made is still to be published. */
async function unpublished(whose: readonly string[]): Promise<World> {
  const world = await createWorld();
  await start(world, TASKS, (await planIn(world, TASKS)).instances, writes('old')).report;
  for (const name of whose) {
    const found = await world.ledger.readManifest(`p/${name}/_`);
    await world.ledger.beginPublication(`p/${name}/_`, found?.manifest.attempt ?? '');
    await world.store.delete([`published/${name}.txt`]);
  }
  return world;
}

async function publishedText(world: World, name: string): Promise<string> {
  const found = await world.store.get(`published/${name}.txt`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of found?.body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('what is unpublished and to be made anew is made anew, and what needs it reads that', async () => {
  const world = await unpublished(['a', 'b']);
  const plan = await planIn(world, TASKS, rebuild('all'));
  const { report, engine } = start(world, TASKS, plan.instances, writes('new'));
  expect(states(await report)).toEqual({ 'a/_': 'succeeded', 'b/_': 'succeeded' });
  expect(engine.started).toEqual(['p/a/_', 'p/b/_']);
  expect([await publishedText(world, 'a'), await publishedText(world, 'b')]).toEqual(['new', 'new']);
});

test('what is unpublished and turns out to stay as it is, is published', async () => {
  const world = await unpublished(['b']);
  const plan = await planIn(world, TASKS, { ...rebuild('all'), tasks: ['a'], downstream: true });
  const { report, engine } = start(world, TASKS, plan.instances, writes('old'));
  expect(states(await report)).toEqual({ 'a/_': 'succeeded', 'b/_': 'done' });
  expect(engine.started).toEqual(['p/a/_']);
  expect(await publishedText(world, 'b')).toBe('old');
});

test('nothing stays unpublished where what is made anew is skipped, or publishes nothing any more', async () => {
  const world = await unpublished(['a', 'b']);
  const silent = TASKS.map((one) => (one.name === 'b' ? { ...one, outputs: [], needs: [] } : one));
  const plan = await planIn(world, silent, rebuild('all'));
  const script: Script = (job) => (job.instance === 'p/a/_' ? { exitCode: 66 } : {});
  const { report } = start(world, silent, plan.instances, script);
  expect(states(await report)).toEqual({ 'a/_': 'skipped', 'b/_': 'succeeded' });
  const after = await planIn(world, silent);
  expect(after.counts).toEqual({ done: 1, skipped: 1 });
});
