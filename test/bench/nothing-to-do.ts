import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestOf, RUN } from '../ledger/sample.ts';
import { inTurn, measureProcess, type ProcessFigures, type Row } from './measure.ts';

const TASKS = 100;
const DATES = 1000;
const ROUNDS = 3;

export const INSTANCES = TASKS * DATES;

const dates = Array.from({ length: DATES }, (_, day) =>
  new Date(Date.UTC(2018, 0, 1 + day)).toISOString().slice(0, 10),
);
const tasks = Array.from({ length: TASKS }, (_, n) => `t${String(n).padStart(3, '0')}`);

export const MANIFEST_KEYS: readonly string[] = tasks.flatMap((task) =>
  dates.map((date) => `manifests/big/${task}/date=${date}.json`),
);

/** What makes an instance done: as a run would have written it, whoever reads more of it than its name. */
export function manifestUnder(key: string): string {
  const instance = key.slice('manifests/'.length, -'.json'.length);
  return JSON.stringify(manifestOf(`${RUN}-1`, { instance, files: { 'out.txt': 'hello\n' }, settings: {} }));
}

/** Nothing to do over 100,000 instances of a directory store, beside a bare listing of the same folders. */
export async function benchNothingToDo(cli: string): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    writeProject(folder);
    const store = join(folder, '.sluice', 'store');
    for (const task of tasks) mkdirSync(join(store, 'manifests', 'big', task), { recursive: true });
    for (const key of MANIFEST_KEYS) writeFileSync(join(store, key), manifestUnder(key));
    let peak = 0;
    const [bare = 0, ours = 0] = await inTurn(ROUNDS, [
      async () => listBare(join(store, 'manifests', 'big')),
      async () => {
        const { seconds, peakMegabytes } = await runNothing(cli, folder);
        peak = Math.max(peak, peakMegabytes);
        return seconds;
      },
    ]);
    return [
      {
        what: `nothing to do, ${INSTANCES.toLocaleString('en-US')} instances : bare listing`,
        ours: `${ours.toFixed(2)} s`,
        baseline: `${bare.toFixed(2)} s`,
        ratio: ours / bare,
        aim: '1 s, 400 MB',
        memoryMegabytes: peak,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The whole process: a run over everything, which finds that all of it is done. */
export async function runNothing(
  cli: string,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ProcessFigures> {
  const figures = await measureProcess(
    process.execPath,
    [cli, 'run', 'big', '--date', `${dates[0]}..${dates.at(-1)}`, '--json'],
    { cwd: folder, env },
  );
  const done = /"done": (\d+)/.exec(figures.stdout)?.[1];
  if (Number(done) !== INSTANCES) throw new Error(`expected ${INSTANCES} done, found ${done}`);
  return figures;
}

export function writeProject(folder: string): void {
  const yaml = tasks.map((task, n) => {
    const needs = n % 10 === 0 ? '' : `\n    needs: [${tasks[n - 1]}]`;
    return `  ${task}:\n    image: busybox\n    run: echo hello > /outputs/out.txt\n    outputs: [out.txt]${needs}\n`;
  });
  mkdirSync(join(folder, 'pipelines'));
  writeFileSync(
    join(folder, 'pipelines', 'big.yaml'),
    `name: big\nparams:\n  date: { type: date, start: ${dates[0]} }\ntasks:\n${yaml.join('')}`,
  );
}

function listBare(folder: string): number {
  const started = performance.now();
  let names = 0;
  for (const task of readdirSync(folder)) names += readdirSync(join(folder, task)).length;
  if (names !== INSTANCES) throw new Error(`expected ${INSTANCES} names, found ${names}`);
  return (performance.now() - started) / 1000;
}
