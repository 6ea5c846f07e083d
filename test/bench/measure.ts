import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One line of the table: ours beside a bare baseline that was measured in the same run. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly baseline: string;
  /** Ours through baseline; for rates, the other way round is said in `aim`. */
  readonly ratio: number;
  readonly aim: string;
  readonly memoryMegabytes?: number;
}

export interface ProcessFigures {
  readonly seconds: number;
  readonly peakMegabytes: number;
  readonly stdout: string;
}

/** Runs a whole process and watches its peak memory (`VmHWM`, Linux). Fails loudly unless it ends with 0. */
export async function measureProcess(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<ProcessFigures> {
  const started = performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let peak = 0;
  const look = () => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended between two looks.
    }
  };
  const timer = setInterval(look, 10);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(timer);
  const seconds = (performance.now() - started) / 1000;
  const stdout = Buffer.concat(out).toString('utf8');
  if (status !== 0) {
    throw new Error(
      `${command} ${args.join(' ')} ended with ${status}:\n${stdout}\n${Buffer.concat(err).toString('utf8')}`,
    );
  }
  return { seconds, peakMegabytes: peak / 1024, stdout };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The machines are noisy: both sides in turn, the median of each. */
export async function inTurn(
  rounds: number,
  sides: readonly (() => Promise<number>)[],
): Promise<readonly number[]> {
  const figures = sides.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, side] of sides.entries()) {
      const figure = await side();
      // The first round warms caches.
      if (round > 0) figures[index]?.push(figure);
    }
  }
  return figures.map(median);
}

export function formatTable(rows: readonly Row[]): string {
  const head = ['what', 'ours', 'baseline', 'ratio', 'aim', 'peak memory'];
  const cells = rows.map((row) => [
    row.what,
    row.ours,
    row.baseline,
    row.ratio.toFixed(2),
    row.aim,
    row.memoryMegabytes === undefined ? '' : `${Math.round(row.memoryMegabytes)} MB`,
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const line = (parts: readonly string[]) =>
    `| ${parts.map((part, column) => part.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}
