import { utimesSync } from 'node:fs';
import type Dockerode from 'dockerode';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { documentOf, mustEndWith, sluiceJson, startSluice, type RunDocument } from './cli.ts';
import { containersOf, removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { filesBelow, namesIn, readRecord, recordFile, recordKeys } from './store-files.ts';
import { until } from './until.ts';

const DATES = ['2021-01-01', '2021-01-02', '2021-01-03', '2021-01-04'];
const RUN = ['run', 'shared', '--date', `${DATES[0]}..${DATES.at(-1)}`, '--concurrency', '2', '--json'];
const INSTANCES = DATES.flatMap((date) => [`shared/first/date=${date}`, `shared/second/date=${date}`]);

let docker: Dockerode;
let project: TemporaryProject;
let store = '';

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
});

beforeEach(async () => {
  project = await layOut({
    'pipelines/shared.yaml': `
name: shared
params:
  date: { type: date, start: 2021-01-01 }
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none }
tasks:
  first:
    params: [date]
    run: sleep 2; date +%s%N > /outputs/made.txt; cat /proc/sys/kernel/random/uuid >> /outputs/made.txt
    outputs: [{ path: made.txt, publish: '\${{ params.date }}.txt' }]
  second:
    params: [date]
    needs: [first]
    run: cp /inputs/first/made.txt /outputs/copied.txt
    outputs: [copied.txt]
`,
  });
  store = project.path('.sluice/store');
});

afterEach(async () => {
  await removeContainers(docker, store);
  await project[Symbol.asyncDispose]();
});

it('two runs of the same instances at once make each of them once, and both come to a good end', async () => {
  const [one, other] = await Promise.all([
    startSluice(project.folder, RUN),
    startSluice(project.folder, RUN),
  ]);
  const results = [await one.ended, await other.ended];
  for (const result of results) mustEndWith(0, result);

  const documents = results.map((result) => documentOf(result));
  expect(idsIn('succeeded', ...documents)).toEqual(INSTANCES.toSorted());
  for (const document of documents) {
    expect(document.outcome).toBe('succeeded');
    expect(document.instances.map(({ id }) => id).toSorted()).toEqual(INSTANCES.toSorted());
    // Each has worked, and taken what the other made.
    expect(Object.keys(document.counts).toSorted()).toEqual(['done', 'succeeded']);
  }
  // Also by what the containers left: one log an attempt, one attempt an instance.
  expect(logs()).toHaveLength(INSTANCES.length);
  expect(filesBelow(`${store}/objects`)).toHaveLength(INSTANCES.length);
  expectEachOnce();
});

it('a run whose partner is killed takes over at once, and makes what was left undone', async () => {
  const killed = await startSluice(project.folder, RUN);
  await until('the first run holds two instances', () => recordKeys(store, 'claims/').length === 2);
  const [first = ''] = namesIn(`${store}/runs`);
  const other = await startSluice(project.folder, RUN);
  await until('the second run waits', () => other.stdout() !== '' || namesIn(`${store}/runs`).length === 2);
  killed.kill('SIGKILL');
  await killed.ended;
  // A dead process is known on its own machine; nobody waits for its heartbeat to run out, which this one never does.
  const tomorrow = new Date(Date.now() + 86_400_000);
  utimesSync(recordFile(store, `runs/${first}/heartbeat.json`) ?? '', tomorrow, tomorrow);
  const result = await other.ended;
  mustEndWith(0, result);
  expect(documentOf(result).counts['succeeded']).toBeGreaterThan(0);
  expectEachOnce();

  // Of the dead one's containers the next run knows, even one that has nothing else to do.
  const last = await sluiceJson(
    project.folder,
    RUN.filter((word) => word !== '--json'),
  );
  mustEndWith(0, last);
  expect(last.document.counts).toEqual({ done: INSTANCES.length });
  expect(await containersOf(docker, store)).toEqual([]);
});

/** By manifests, objects and what is published: one attempt each, and the same for both tasks. */
function expectEachOnce(): void {
  expect(recordKeys(store, 'manifests/').toSorted()).toEqual(
    INSTANCES.map((id) => `manifests/${id}.json`).toSorted(),
  );
  expect(filesBelow(`${store}/published`).toSorted()).toEqual(DATES.map((date) => `${date}.txt`));
  expect(recordKeys(store, 'claims/')).toEqual([]);
  for (const date of DATES) {
    const first = manifestOf(`shared/first/date=${date}`);
    const second = manifestOf(`shared/second/date=${date}`);
    expect(second.inputs).toMatchObject([{ attempt: first.attempt, contentDigest: first.contentDigest }]);
    expect(second.objects?.[0]?.sha256).toBe(first.objects?.[0]?.sha256);
  }
}

function manifestOf(id: string) {
  const manifest = readRecord(store, `manifests/${id}.json`);
  if (manifest === undefined) throw new Error(`there is no manifest of ${id}`);
  return manifest;
}

function idsIn(state: string, ...documents: readonly RunDocument[]): readonly string[] {
  return documents
    .flatMap(({ instances }) => instances.filter((instance) => instance.state === state))
    .map(({ id }) => id)
    .toSorted();
}

function logs(): readonly string[] {
  return filesBelow(`${store}/runs`).filter((path) => path.endsWith('.log'));
}
