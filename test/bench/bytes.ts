import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import Docker from 'dockerode';
import { pack } from 'tar-stream';
import { inTurn, measureProcess, type Row } from './measure.ts';

const BYTES = 2 ** 30;
const ROUNDS = 2;

/**
 * One GiB out of a container and into another: the time of the whole process less that of the same pipeline over an
 * empty file, beside the engine's bare archive of the same file.
 */
export async function benchBytes(cli: string, image: string): Promise<readonly Row[]> {
  let peak = 0;
  const ours = (bytes: number, task: 'make' | 'read') => async () => {
    const folder = projectFolder(image, bytes);
    try {
      const run = (name: string) =>
        measureProcess(process.execPath, [cli, 'run', 'bytes', name, '--json'], { cwd: folder });
      const made = await run('make');
      const figures = task === 'make' ? made : await run('read');
      peak = Math.max(peak, figures.peakMegabytes);
      return containerFree(figures);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const [bareOut = 0, bareIn = 0, out = 0, into = 0] = await inTurn(ROUNDS, [
    () => archiveOut(image),
    () => archiveIn(image),
    ours(BYTES, 'make'),
    ours(BYTES, 'read'),
  ]);
  const [emptyOut = 0, emptyIn = 0] = await inTurn(ROUNDS, [ours(1, 'make'), ours(1, 'read')]);
  const rate = (seconds: number) => BYTES / 2 ** 20 / seconds;
  const row = (what: string, seconds: number, bare: number): Row => ({
    what,
    ours: `${Math.round(rate(seconds))} MiB/s`,
    baseline: `${Math.round(rate(bare))} MiB/s`,
    ratio: rate(seconds) / rate(bare),
    aim: '≥ 0.9, 250 MB',
    memoryMegabytes: peak,
  });
  return [
    row('1 GiB out : bare archive', Math.max(out - emptyOut, 0.001), bareOut),
    row('1 GiB in : bare archive', Math.max(into - emptyIn, 0.001), bareIn),
  ];
}

/** What the process took without the container's own work, which a bare archive does not have either. */
function containerFree(figures: { readonly seconds: number; readonly stdout: string }): number {
  const inside = /"containerSeconds": ([0-9.]+)/.exec(figures.stdout)?.[1];
  return figures.seconds - Number(inside ?? 0);
}

function projectFolder(image: string, bytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  mkdirSync(join(folder, 'pipelines'));
  writeFileSync(
    join(folder, 'pipelines', 'bytes.yaml'),
    `name: bytes
defaults: { image: '${image}', pull: never }
tasks:
  make:
    run: head -c ${bytes} /dev/zero > /outputs/big
    outputs: [big]
  read:
    needs: [make]
    run: test -s /inputs/make/big
`,
  );
  return folder;
}

async function archiveOut(image: string): Promise<number> {
  return withContainer(image, `head -c ${BYTES} /dev/zero > /outputs/big`, async (container, folder) => {
    await container.start();
    await container.wait();
    const started = performance.now();
    const target = join(folder, 'big.tar');
    await pipeline(await container.getArchive({ path: '/outputs/big' }), createWriteStream(target));
    if (statSync(target).size < BYTES) throw new Error('the bare archive is not whole');
    return (performance.now() - started) / 1000;
  });
}

async function archiveIn(image: string): Promise<number> {
  return withContainer(image, 'true', async (container) => {
    const started = performance.now();
    const archive = pack();
    const block = Buffer.alloc(2 ** 20);
    const entry = archive.entry({ name: 'big', size: BYTES }, (error) => {
      if (error === null || error === undefined) archive.finalize();
      else archive.destroy(error);
    });
    const write = async () => {
      for (let written = 0; written < BYTES; written += block.length) {
        if (!entry.write(block)) await new Promise((resolve) => entry.once('drain', resolve));
      }
      entry.end();
    };
    await Promise.all([container.putArchive(archive, { path: '/' }), write()]);
    return (performance.now() - started) / 1000;
  });
}

async function withContainer(
  image: string,
  script: string,
  use: (container: Docker.Container, folder: string) => Promise<number>,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const container = await new Docker().createContainer({
    Image: image,
    Cmd: ['sh', '-e', '-c', script],
    Labels: { 'sluice-bench': 'bytes' },
    HostConfig: { Mounts: [{ Type: 'volume', Source: '', Target: '/outputs' }] },
  });
  try {
    return await use(container, folder);
  } finally {
    await container.remove({ force: true, v: true });
    rmSync(folder, { recursive: true });
  }
}
