import { readFileSync } from 'node:fs';
import type Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUSYBOX_IMAGE, busyboxImage } from '../parts/busybox-image.ts';
import { dockerPart } from '../parts/docker.ts';
import { documentOf, mustEndWith, sluice, startSluice } from './cli.ts';
import { removeContainers } from './leftovers.ts';
import { layOut, type TemporaryProject } from './project.ts';
import { filesBelow } from './store-files.ts';
import { until } from './until.ts';

const LINE = 'x'.repeat(999);
const LINES = 300_000;

let docker: Dockerode;
let project: TemporaryProject;

beforeAll(async () => {
  ({ docker } = await dockerPart());
  await busyboxImage(docker);
  project = await layOut({
    'pipelines/loud.yaml': `
name: loud
tasks:
  shout:
    image: '${BUSYBOX_IMAGE}'
    pull: never
    network: none
    run: echo the first line; yes "$SHOUT" | head -n ${LINES}; echo the last line
    env: { SHOUT: '${LINE}' }
`,
  });
});

afterAll(async () => {
  await removeContainers(docker, project.path('.sluice/store'));
  await project[Symbol.asyncDispose]();
});

it('a task that prints 300 MB costs little memory and little of the store; head and tail are kept', async () => {
  const started = await startSluice(project.folder, ['run', 'loud', '--json']);
  let peakBytes = 0;
  await until(
    'it ends',
    () => {
      peakBytes = Math.max(peakBytes, peakMemory(started.pid));
      return started.hasEnded();
    },
    100,
  );
  const result = await started.ended;
  mustEndWith(0, result);
  expect(documentOf(result).counts).toEqual({ succeeded: 1 });
  console.log(`resident memory ${Math.round(peakBytes / 1e6)} MB at most`);
  expect(peakBytes).toBeGreaterThan(20e6);
  expect(peakBytes).toBeLessThan(250e6);

  const runs = project.path('.sluice/store/runs');
  const [log = ''] = filesBelow(runs).filter((path) => path.endsWith('.log'));
  const text = readFileSync(`${runs}/${log}`, 'utf8');
  expect(text.length).toBeLessThan(9 * 1024 * 1024);
  const lines = text.trimEnd().split('\n');
  expect(lines[0]).toBe('the first line');
  expect(lines.at(-1)).toBe('the last line');
  const cuts = lines.filter((line) => line.includes('cut here'));
  expect(cuts).toEqual([expect.stringMatching(/^… [\d,]+ bytes cut here …$/)]);
  const cutBytes = Number(cuts[0]?.replace(/\D/g, ''));
  const kept = Buffer.byteLength(text) - Buffer.byteLength(`${cuts[0]}\n`);
  expect(kept + cutBytes).toBe(LINES * 1000 + 'the first line\nthe last line\n'.length);
  // Nothing but whole lines beside the cut.
  expect(new Set(lines.map((line) => line.length))).toEqual(new Set([14, 13, LINE.length, cuts[0]?.length]));

  const shown = await sluice(project.folder, ['logs', 'loud/shout/_']);
  mustEndWith(0, shown);
  expect(shown.stdout).toContain(cuts[0]);
});

/** The most that was resident so far; 0 once the process is gone. */
function peakMemory(pid: number): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
