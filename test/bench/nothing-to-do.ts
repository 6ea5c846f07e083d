import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTurn, measureProcess, type Row } from './measure.ts';

const TASKS = 100;
const DATES = 1000;
const ROUNDS = 3;

/** Nothing to do over 100,000 instances of a directory store, beside a bare listing of the same folders. */
export async function benchNothingToDo(cli: string): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    const dates = Array.from({ length: DATES }, (_, day) =>
      new Date(Date.UTC(2018, 0, 1 + day)).toISOString().slice(0, 10),
    );
    writeProject(folder, dates);
    let peak = 0;
    const [bare = 0, ours = 0] = await inTurn(ROUNDS, [
      async () => listBare(join(folder, '.sluice', 'store', 'manifests', 'big')),
      async () => {
        const figures = await measureProcess(
          process.execPath,
          [cli, 'run', 'big', '--date', `${dates[0]}..${dates.at(-1)}`, '--json'],
          { cwd: folder },
        );
        peak = Math.max(peak, figures.peakMegabytes);
        const done = /"done": (\d+)/.exec(figures.stdout)?.[1];
        if (Number(done) !== TASKS * DATES) throw new Error(`expected ${TASKS * DATES} done, found ${done}`);
        return figures.seconds;
      },
    ]);
    return [
      {
        what: `nothing to do, ${(TASKS * DATES).toLocaleString('en-US')} instances : bare listing`,
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

function writeProject(folder: string, dates: readonly string[]): void {
  const tasks = Array.from({ length: TASKS }, (_, n) => `t${String(n).padStart(3, '0')}`);
  const yaml = tasks.map((task, n) => {
    const needs = n % 10 === 0 ? '' : `\n    needs: [${tasks[n - 1]}]`;
    return `  ${task}:\n    image: busybox\n    run: echo hello > /outputs/out.txt\n    outputs: [out.txt]${needs}\n`;
  });
  mkdirSync(join(folder, 'pipelines'));
  writeFileSync(
    join(folder, 'pipelines', 'big.yaml'),
    `name: big\nparams:\n  date: { type: date, start: ${dates[0]} }\ntasks:\n${yaml.join('')}`,
  );
  for (const task of tasks) {
    const place = join(folder, '.sluice', 'store', 'manifests', 'big', task);
    mkdirSync(place, { recursive: true });
    for (const date of dates) writeFileSync(join(place, `date=${date}.json`), '{"schema":1}');
  }
}

function listBare(folder: string): number {
  const started = performance.now();
  let names = 0;
  for (const task of readdirSync(folder)) names += readdirSync(join(folder, task)).length;
  if (names !== TASKS * DATES) throw new Error(`expected ${TASKS * DATES} names, found ${names}`);
  return (performance.now() - started) / 1000;
}
