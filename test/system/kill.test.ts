import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isRunId } from '../../runner/model/run-id.ts';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { startChild, type Child } from '../parts/child.ts';
import { dockerPart } from '../parts/docker.ts';
import { isThorough } from '../parts/thorough.ts';
import { bundle } from '../stores/bundle.ts';
import { mustEndWith, sluice, sluiceJson, startSluice } from './cli.ts';
import { STEPS, stepsOf, type Step, type Watch } from './commit-steps.ts';
import { containersOf, removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { createRandom, shuffled } from './random.ts';
import { filesBelow, namesIn, readRecord, recordKeys } from './store-files.ts';
import { readExpected, type Expected } from './visible.ts';

/** Every step twice; what each request of a commit leaves is played through in `ledger/crash` and `s3-kill`. */
const EACH_STEP = isThorough ? 5 : 2;
const KILLS = STEPS.length * EACH_STEP;
/** Some runs get to their end before they are hit. */
const MOST_RUNS = KILLS * 3;

const DATES = ['2021-01-01', '2021-01-02', '2021-01-03', '2021-01-04'];
const PIPELINE = `
name: killed
params:
  date: { type: date, start: 2021-01-01 }
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  raw:
    params: [date]
    secrets: [MOOD] # no part of what it is: the same work fails at first
    run: |
      test "$MOOD" = cheerful
      yes "a line of $SLUICE_PARAM_DATE" | head -c 4000000 > /outputs/raw.txt
      sha256sum /outputs/raw.txt > /outputs/sum.txt
    outputs: [raw.txt, { path: sum.txt, publish: 'sums/\${{ params.date }}.txt' }]
  window:
    params: [date]
    needs: [{ task: raw, last: 2, at-least: 1 }]
    run: cat /inputs/raw/*/sum.txt > /outputs/window.txt
    outputs: [{ path: window.txt, publish: 'windows/\${{ params.date }}.txt' }]
`;
const RUN = ['run', 'killed', '--date', `${DATES[0]}..${DATES.at(-1)}`, '--concurrency', '2'];
const INSTANCES = DATES.flatMap((date) => [
  { id: `killed/raw/date=${date}`, outputs: ['raw.txt', 'sum.txt'], published: `sums/${date}.txt` },
  { id: `killed/window/date=${date}`, outputs: ['window.txt'], published: `windows/${date}.txt` },
]);

let docker: Dockerode;
let project: TemporaryProject;
let expected: Expected;
let reader: Child | undefined;
const volumes = new Set<string>();

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
  project = await layOut({ 'pipelines/killed.yaml': PIPELINE });
  mkdirSync(project.path('stores'));
});

afterAll(async () => {
  await reader?.stop();
  // A test that failed half-way may have left some.
  for (const name of namesIn(project.path('stores')))
    await removeContainers(docker, project.path('stores', name));
  await project[Symbol.asyncDispose]();
});

it(
  'killed at any step of the commit, over and over, it shows nothing partial and ends up whole',
  { timeout: 900_000 },
  async () => {
    const seed = Number(process.env['SLUICE_TEST_SEED'] ?? Date.now() % 1_000_000);
    console.log(`seed ${seed} (SLUICE_TEST_SEED repeats the order)`);
    expected = await undisturbed();
    writeFileSync(project.path('expected.json'), JSON.stringify(expected));
    const program = await bundle(join(import.meta.dirname, 'verifying-reader.ts'), project.folder);
    reader = startChild(process.execPath, [program, project.path('stores'), project.path('expected.json')]);

    const hits = new Map<Step, number>(STEPS.map((step) => [step, 0]));
    const targets = aims(createRandom(seed));
    let kills = 0;
    let stores = 1;
    let root = await freshStore(stores);
    for (let runs = 0; targets.length > 0 && runs < MOST_RUNS; runs += 1) {
      const target = targets[0] ?? 'claimed';
      const hit = await killAt(root, target);
      if (hit === 'ended') {
        await expectWhole(root);
        stores += 1;
        root = await freshStore(stores);
        continue;
      }
      kills += 1;
      hits.set(hit, (hits.get(hit) ?? 0) + 1);
      // Another step than meant counts for itself; the one that was meant comes again later.
      targets.shift();
      if (hit !== target) targets.push(target);
    }
    await expectWhole(root);

    await reader.stop();
    const table = STEPS.map((step) => `${String(hits.get(step)).padStart(4)}  ${step}`).join('\n');
    console.log(`${kills} kills over ${stores} stores\n${table}\nthe reader: ${reader.output().trim()}`);
    expect(reader.output()).not.toContain('VIOLATION');
    const seen = JSON.parse(reader.output()) as { readonly objects: number; readonly published: number };
    expect(seen.objects).toBeGreaterThan(100);
    expect(seen.published).toBeGreaterThan(100);
    expect(kills).toBeGreaterThanOrEqual(KILLS);
    expect([...hits].filter(([, count]) => count < EACH_STEP)).toEqual([]);
    for (const volume of volumes) {
      await expect(docker.getVolume(volume).inspect()).rejects.toMatchObject({ statusCode: 404 });
    }
  },
);

it('killed when all is done and recorded, it leaves no container, though no run has anything to do any more', async () => {
  const root = project.path('stores', 'done-and-killed');
  expect(await killAt(root, 'run ended')).toBe('run ended');
  const { document } = await sluiceJson(project.folder, [...RUN, '--store', root], { MOOD: 'cheerful' });
  expect(document.counts).toEqual({ done: INSTANCES.length });
  expect(await containersOf(docker, root)).toEqual([]);
});

/** What is to be hit, in an order that the seed decides. */
function aims(random: () => number): Step[] {
  return shuffled(
    Array.from({ length: KILLS }, (_, at) => STEPS[at % STEPS.length] ?? 'claimed'),
    random,
  );
}

/** Runs until the step is seen, and kills there. Returns where the run really died, by what it left. */
async function killAt(root: string, target: Step): Promise<Step | 'ended'> {
  const before = new Set(runsIn(root));
  const started = await startSluice(project.folder, [...RUN, '--store', root, '--json'], {
    MOOD: 'cheerful',
  });
  let watch: Watch | undefined;
  const look = async (askEngine: boolean): Promise<readonly Step[]> => {
    const run = runsIn(root).find((name) => !before.has(name));
    if (run === undefined) return [];
    watch ??= { root, run, instances: INSTANCES, held: new Set() };
    return stepsOf(watch, askEngine ? await statesOf(root) : new Map());
  };

  try {
    for (;;) {
      if (started.hasEnded()) {
        mustEndWith(0, await started.ended);
        return 'ended';
      }
      if (runsIn(root).every((name) => before.has(name))) {
        await sleep(5);
        continue;
      }
      // It stands still while it is looked at, so that what is seen is where it dies.
      started.kill('SIGSTOP');
      const seen = await look(ENGINE_STEPS.has(target));
      if (seen.includes(target)) break;
      started.kill('SIGCONT');
      await letRun(seen, target);
    }
  } finally {
    started.kill('SIGKILL');
    await started.ended;
  }
  const left = await look(true);
  if (left.includes(target)) return target;
  return STEPS.findLast((step) => left.includes(step)) ?? 'claimed';
}

/** Beside them is, for a moment, what a new store proves its conditions with. */
function runsIn(root: string): readonly string[] {
  return namesIn(join(root, 'runs')).filter(isRunId);
}

const ENGINE_STEPS: ReadonlySet<Step> = new Set([
  'claimed',
  'container created',
  'container running',
  'container ended',
]);

/** The nearer the step, the shorter: some take less than a millisecond. */
async function letRun(seen: readonly Step[], target: Step): Promise<void> {
  const away = STEPS.indexOf(target);
  const isNear = seen.some((step) => STEPS.indexOf(step) < away && STEPS.indexOf(step) >= away - 3);
  if (!isNear || ENGINE_STEPS.has(target)) return sleep(3);
  const until = performance.now() + 0.3;
  while (performance.now() < until);
  return nextTurn();
}

/** States of the store's containers by attempt; their volumes are noted. */
async function statesOf(root: string): Promise<ReadonlyMap<string, string>> {
  const found = await containersOf(docker, root);
  for (const { Mounts } of found) {
    for (const mount of Mounts) {
      if (mount.Type === 'volume' && mount.Name !== undefined) volumes.add(mount.Name);
    }
  }
  return new Map(found.map(({ Labels, State }) => [Labels['sluice.attempt'] ?? '', State]));
}

/** A store in which every `raw` has failed once, so that each has a failure to close. */
async function freshStore(number: number): Promise<string> {
  const root = project.path('stores', `store-${String(number).padStart(2, '0')}`);
  const { status, document } = await sluiceJson(project.folder, [...RUN, '--store', root], {
    MOOD: 'gloomy',
  });
  expect(status).toBe(1);
  expect(document.counts).toEqual({ failed: DATES.length, blocked: DATES.length });
  return root;
}

async function undisturbed(): Promise<Expected> {
  const root = project.path('undisturbed');
  mustEndWith(0, await sluice(project.folder, [...RUN, '--store', root], { MOOD: 'cheerful' }));
  return readExpected(root);
}

/** One clean run more: everything as if nothing had happened, and nothing else. */
async function expectWhole(root: string): Promise<void> {
  mustEndWith(0, await sluice(project.folder, [...RUN, '--store', root], { MOOD: 'cheerful' }));
  mustEndWith(0, await sluice(project.folder, ['gc', '--grace-hours', '0', '--store', root]));
  expect(readExpected(root)).toEqual(expected);
  expect(filesBelow(join(root, 'objects'))).toHaveLength(Object.keys(expected.objects).length);
  expect(filesBelow(join(root, 'published'))).toHaveLength(INSTANCES.length);
  expect(recordKeys(root, 'claims/')).toEqual([]);
  expect(recordKeys(root, 'failures/')).toEqual([]);
  expect(recordKeys(root, 'publications/killed/')).toEqual([]);
  expect(namesIn(join(root, 'tmp'))).toEqual([]);
  expect(namesIn(root).filter((name) => name.startsWith('.'))).toEqual([]);

  expect(await containersOf(docker, root)).toEqual([]);
  const storeId = readRecord(root, 'store.json')?.id;
  const left = await docker.listVolumes({ filters: { label: [`sluice.store=${storeId}`] } });
  expect(left.Volumes ?? []).toEqual([]);
}
