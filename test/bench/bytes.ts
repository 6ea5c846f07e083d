import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import Docker from 'dockerode';
import { inTurn, measureProcess, type Row } from './measure.ts';

const BYTES = 2 ** 30;
const ROUNDS = 2;

/** One GiB out of a container and into another through a folder store, beside the engine's bare archives. */
export async function benchBytes(cli: string, image: string): Promise<readonly Row[]> {
  const library = join(dirname(cli), 'index.js');
  const peaks: number[] = [];
  const into: number[] = [];
  const [bareOut = 0, bareIn = 0, out = 0] = await inTurn(ROUNDS, [
    () => archiveOut(image),
    () => archiveIn(image),
    async () => {
      const figures = await ours(library, image);
      peaks.push(figures.peakMegabytes);
      into.push(figures.inSeconds);
      return figures.outSeconds;
    },
  ]);
  const rate = (seconds: number) => BYTES / 2 ** 20 / seconds;
  const row = (what: string, seconds: number, bare: number): Row => ({
    what,
    ours: `${Math.round(rate(seconds))} MiB/s`,
    baseline: `${Math.round(rate(bare))} MiB/s`,
    ratio: rate(seconds) / rate(bare),
    aim: '≥ 0.9, 250 MB',
    memoryMegabytes: Math.max(...peaks),
  });
  return [
    row('1 GiB out : bare archive to a flushed file', out, bareOut),
    row('1 GiB in : bare archive', Math.min(...into), bareIn),
  ];
}

interface Figures {
  readonly outSeconds: number;
  readonly inSeconds: number;
  readonly peakMegabytes: number;
}

async function ours(library: string, image: string): Promise<Figures> {
  const root = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    mkdirSync(join(root, 'store'));
    const script = fileURLToPath(new URL('bytes-ours.mjs', import.meta.url));
    const { stdout } = await measureProcess(process.execPath, [script, library, join(root, 'store'), image]);
    return JSON.parse(stdout) as Figures;
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** As ours is measured: from making the container to its removal, without its own time. */
async function archiveOut(image: string): Promise<number> {
  const started = performance.now();
  let ownSeconds = 0;
  await withContainer(image, `head -c ${BYTES} /dev/zero > /outputs/big`, async (container, folder) => {
    await container.start();
    await container.wait();
    const { StartedAt, FinishedAt } = (await container.inspect()).State;
    ownSeconds = (Date.parse(FinishedAt) - Date.parse(StartedAt)) / 1000;
    const target = join(folder, 'big.tar');
    // Flushed, as a result has to be before it counts.
    await pipeline(
      await container.getArchive({ path: '/outputs/big' }),
      createWriteStream(target, { flush: true }),
    );
    if (statSync(target).size < BYTES) throw new Error('the bare archive is not whole');
  });
  return (performance.now() - started) / 1000 - ownSeconds;
}

async function archiveIn(image: string): Promise<number> {
  let seconds = 0;
  await withContainer(image, 'true', async (container) => {
    const started = performance.now();
    await container.putArchive(Readable.from(bigArchive()), { path: '/' });
    seconds = (performance.now() - started) / 1000;
  });
  return seconds;
}

/** A tar of one file of zeros, made without a library so that nothing but the engine is measured. */
function* bigArchive(): Generator<Buffer> {
  const header = Buffer.alloc(512);
  header.write('big', 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${BYTES.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        0', 148);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  yield header;
  const block = Buffer.alloc(2 ** 20);
  for (let written = 0; written < BYTES; written += block.length) yield block;
  yield Buffer.alloc(1024);
}

async function withContainer(
  image: string,
  script: string,
  use: (container: Docker.Container, folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const container = await new Docker().createContainer({
    Image: image,
    Cmd: ['sh', '-e', '-c', script],
    Labels: { 'sluice-bench': 'bytes' },
    HostConfig: { Mounts: [{ Type: 'volume', Source: '', Target: '/outputs' }] },
  });
  try {
    await use(container, folder);
  } finally {
    await container.remove({ force: true, v: true });
    rmSync(folder, { recursive: true });
  }
}
