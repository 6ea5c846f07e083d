import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import Docker from 'dockerode';
import PQueue from 'p-queue';
import { inTurn, measureProcess, type Row } from './measure.ts';

const TASKS = 40;
const ROUNDS = 3;

/** The cost of a container task, beside a plain create-attach-start-wait-remove loop on the same engine. */
export async function benchTasks(cli: string, image: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const concurrency of [1, 4]) {
    const [bare = 0, empty = 0, small = 0] = await inTurn(ROUNDS, [
      () => plainLoop(image, concurrency),
      () => sluiceRun(cli, emptyTasks(image), concurrency),
      () => sluiceRun(cli, smallTasks(image), concurrency),
    ]);
    const each = (seconds: number) => `${Math.round((seconds / TASKS) * 1000)} ms`;
    const baseline = each(bare);
    rows.push(
      {
        what: `task \`true\`, ${concurrency} wide : plain loop`,
        ours: each(empty),
        baseline,
        ratio: empty / bare,
        aim: '≤ 0.5',
      },
      {
        what: `task with input and output, ${concurrency} wide : plain loop`,
        ours: each(small),
        baseline,
        ratio: small / bare,
        aim: '≤ 0.8',
      },
    );
  }
  return rows;
}

async function plainLoop(image: string, concurrency: number): Promise<number> {
  const docker = new Docker();
  const queue = new PQueue({ concurrency });
  const started = performance.now();
  await Promise.all(
    Array.from({ length: TASKS }, () =>
      queue.add(async () => {
        const container = await docker.createContainer({
          Image: image,
          Cmd: ['sh', '-e', '-c', 'true'],
          Labels: { 'sluice-bench': 'plain' },
          AttachStdout: true,
          AttachStderr: true,
        });
        const stream = await container.attach({ stream: true, stdout: true, stderr: true });
        container.modem.demuxStream(stream, new PassThrough().resume(), new PassThrough().resume());
        await container.start();
        const { StatusCode: status } = await container.wait();
        await container.remove();
        if (status !== 0) throw new Error(`the plain loop's container ended with ${status}`);
      }),
    ),
  );
  return (performance.now() - started) / 1000;
}

async function sluiceRun(cli: string, pipeline: string, concurrency: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    mkdirSync(join(folder, 'pipelines'));
    writeFileSync(join(folder, 'pipelines', 'bench.yaml'), pipeline);
    const args = [cli, 'run', 'bench', '--concurrency', String(concurrency), '--json'];
    return (await measureProcess(process.execPath, args, { cwd: folder })).seconds;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const LEGS = `strategy: { matrix: { n: [${Array.from({ length: TASKS }, (_, n) => n).join(', ')}] } }`;

function emptyTasks(image: string): string {
  return `name: bench
tasks:
  work:
    image: ${image}
    pull: never
    ${LEGS}
    run: 'true'
`;
}

function smallTasks(image: string): string {
  return `name: bench
tasks:
  source:
    image: ${image}
    pull: never
    run: echo hello > /outputs/in.txt
    outputs: [in.txt]
  work:
    image: ${image}
    pull: never
    needs: [source]
    ${LEGS}
    run: cp /inputs/source/in.txt /outputs/out.txt
    outputs: [out.txt]
`;
}
