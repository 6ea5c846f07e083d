import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { mustEndWith, sluice, sluiceJson } from './cli.ts';
import { removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { filesBelow, readRecord } from './store-files.ts';

/** Above 32 inputs are copied; below they are mounted where the engine sees the store's folder. */
const PARTS = { mounts: 1, copies: 33 };
const FIRST = 'made/source/date=2021-01-01/part=0';

let docker: Dockerode;
let project: TemporaryProject;
let store = '';

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
});

afterEach(async () => {
  await removeContainers(docker, store);
  await project[Symbol.asyncDispose]();
});

async function makeFirst(parts: number): Promise<void> {
  const part = Array.from({ length: parts }, (_, index) => String(index));
  project = await layOut({
    'pipelines/made.yaml': `
name: made
params:
  date: { type: date, start: 2021-01-01 }
defaults: { image: '${BUSYBOX_IMAGE}', pull: never, network: none, retry: { max-attempts: 1 } }
tasks:
  source:
    params: [date]
    strategy: { matrix: { part: ${JSON.stringify(part)} } }
    run: echo "$SLUICE_PARAM_DATE" > /outputs/date.txt
    outputs: [{ path: date.txt, publish: '\${{ params.date }}/\${{ matrix.part }}.txt' }]
  sum:
    params: [date]
    needs: [source]
    run: cat /inputs/source/*/*/date.txt > /outputs/dates.txt
    outputs: [dates.txt]
  last:
    params: [date]
    needs: [sum]
    run: cp /inputs/sum/dates.txt /outputs
    outputs: [dates.txt]
`,
  });
  store = join(project.folder, '.sluice', 'store');
  mustEndWith(0, await sluice(project.folder, ['run', 'made', 'source', '--date', '2021-01-01']));
  rmSync(join(store, keyOfFirst()));
}

function keyOfFirst(): string {
  const { attempt } = readRecord(store, `manifests/${FIRST}.json`) ?? {};
  return `objects/${FIRST}/${attempt}/date.txt`;
}

describe('objects that somebody removed', () => {
  it.each(Object.entries(PARTS))(
    'are found when something needs them as %s, and made anew by the next run',
    async (_how, parts) => {
      await makeFirst(parts);
      const plan = await sluiceJson(project.folder, ['plan', 'made', '--date', '2021-01-01', '--all']);
      expect(plan.document.instances.find(({ id }) => id === FIRST)).toMatchObject({ state: 'done' });

      const blocked = await sluiceJson(project.folder, ['run', 'made', '--date', '2021-01-01']);
      expect(blocked.status).toBe(3);
      expect(blocked.document).toMatchObject({ outcome: 'incomplete' });
      const [sum, last] = ['sum', 'last'].map((task) =>
        blocked.document.instances.find(({ id }) => id === `made/${task}/date=2021-01-01`),
      );
      expect(sum).toMatchObject({
        state: 'blocked',
        reason: expect.stringMatching(/^by source.* \(objects gone\): run again/) as unknown,
      });
      expect(last).toMatchObject({ state: 'blocked', reason: 'by sum' });

      const after = await sluiceJson(project.folder, ['plan', 'made', '--date', '2021-01-01', '--all']);
      expect(after.document.instances.find(({ id }) => id === FIRST)).toMatchObject({
        state: 'missing',
        reason: 'objects gone',
      });
      expect(readRecord(store, `manifests/${FIRST}.json`)).toMatchObject({
        outcome: 'void',
        reason: 'objects gone',
      });

      const again = await sluiceJson(project.folder, ['run', 'made', '--date', '2021-01-01']);
      mustEndWith(0, again);
      expect(again.document.counts).toMatchObject({ succeeded: 3 });
      const got = project.path('out');
      mustEndWith(0, await sluice(project.folder, ['get', 'made/last/date=2021-01-01', '--to', got]));
      expect(existsSync(join(got, 'dates.txt'))).toBe(true);
    },
  );

  it('are told by get, which ends with 3 and delivers nothing of it', async () => {
    await makeFirst(PARTS.mounts);
    const target = project.path('out');
    const got = await sluiceJson(project.folder, ['get', FIRST, '--to', target]);
    expect(got.status).toBe(3);
    expect(got.document).toMatchObject({ files: [], missing: [FIRST], gone: [FIRST] });
    expect(filesBelow(target)).toEqual([]);
    const told = await sluice(project.folder, ['get', FIRST, '--to', target]);
    expect(told.status).toBe(3);
    expect(told.stderr).toContain(`missing (objects gone): ${FIRST}`);
    expect(told.stderr).toContain(`sluice run ${FIRST}`);
    mustEndWith(0, await sluice(project.folder, ['run', FIRST]));
    mustEndWith(0, await sluice(project.folder, ['get', FIRST, '--to', target]));
  });
});
