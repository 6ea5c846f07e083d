import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { inTurn, measureProcess, type Row } from './measure.ts';

const LINE = 'x'.repeat(999);
const LINES = 2_000_000;

/** A task that prints 2 GB, to its stored log, beside reading the same log of the engine to nowhere. Once: it takes minutes. */
export async function benchLog(cli: string, image: string): Promise<Row> {
  const script = `echo the first line; yes "${LINE}" | head -n ${LINES}; echo the last line`;
  const bare = await plainSeconds(image, script);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    mkdirSync(join(folder, 'pipelines'));
    writeFileSync(
      join(folder, 'pipelines', 'loud.yaml'),
      `name: loud\ntasks:\n  shout: { image: '${image}', pull: never, network: none, run: '${script}' }\n`,
    );
    const figures = await measureProcess(process.execPath, [cli, 'run', 'loud', '--json'], { cwd: folder });
    const runs = join(folder, '.sluice', 'store', 'runs');
    const name = readdirSync(runs, { recursive: true, encoding: 'utf8' }).find((path) =>
      path.endsWith('.log'),
    );
    const log = readFileSync(join(runs, name ?? ''), 'utf8')
      .trimEnd()
      .split('\n');
    const isWhole = log[0] === 'the first line' && log.at(-1) === 'the last line';
    if (!isWhole || log.filter((line) => line.includes('bytes cut here')).length !== 1)
      throw new Error('the stored log has no head, no tail or no cut');
    return {
      what: 'a task that prints 2 GB : reading its log from the engine',
      ours: `${figures.seconds.toFixed(0)} s`,
      baseline: `${bare.toFixed(0)} s`,
      ratio: figures.seconds / bare,
      aim: '250 MB',
      memoryMegabytes: figures.peakMegabytes,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const USUAL = `yes "2026-11-28 12:00:00 INFO row 123 read, 45 columns, 0 bad" | head -n 880000`;
const SECRETS = { BENCH_TOKEN: 'a-token-of-some-length-1234567890', BENCH_PASSWORD: 'a password, & more' };
const ROUNDS = 2;

/** A task that prints 50 MB in lines as people write them, without secrets and with two to look for. */
export async function benchUsualLog(cli: string, image: string): Promise<readonly Row[]> {
  const [bare = 0, open = 0, masked = 0] = await inTurn(ROUNDS, [
    () => plainSeconds(image, USUAL),
    () => usualSeconds(cli, image, []),
    () => usualSeconds(cli, image, Object.keys(SECRETS)),
  ]);
  const row = (what: string, seconds: number): Row => ({
    what: `a task that prints 50 MB, ${what} : reading its log from the engine`,
    ours: `${seconds.toFixed(1)} s`,
    baseline: `${bare.toFixed(1)} s`,
    ratio: seconds / bare,
    aim: '≤ 2',
  });
  return [row('no secrets', open), row('two secrets', masked)];
}

async function usualSeconds(cli: string, image: string, secrets: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    mkdirSync(join(folder, 'pipelines'));
    const task = `{ image: '${image}', pull: never, network: none, secrets: [${secrets.join(', ')}], run: '${USUAL}' }`;
    writeFileSync(join(folder, 'pipelines', 'usual.yaml'), `name: usual\ntasks:\n  print: ${task}\n`);
    const args = [cli, 'run', 'usual', '--json'];
    return (await measureProcess(process.execPath, args, { cwd: folder, env: SECRETS })).seconds;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function plainSeconds(image: string, script: string): Promise<number> {
  const started = performance.now();
  const container = await new Docker().createContainer({
    Image: image,
    Cmd: ['sh', '-e', '-c', script],
    Labels: { 'sluice-bench': 'log' },
    HostConfig: { NetworkMode: 'none' },
  });
  try {
    await container.start();
    await container.wait();
    const stream = await container.logs({ follow: true, stdout: true, stderr: true });
    for await (const _ of stream) void _;
    return (performance.now() - started) / 1000;
  } finally {
    await container.remove({ force: true });
  }
}
