import type { InstanceId } from '../model/partition.ts';
import type { FailureRecord } from '../model/records.ts';
import { taskLine } from './harmless.ts';
import type { Paint } from './paint.ts';
import { minute } from './runs.ts';
import { formatNames, oneLine } from './words.ts';

const LINES_SHOWN = 3;

/** What is open, by first cause: a line for all of a task that failed in the same way, newest first. */
export function failureLines(
  failures: readonly FailureRecord[],
  paint: Paint,
  /** A hook follows a run and is not run again by itself. */
  isHook: (instance: InstanceId) => boolean = () => false,
): readonly string[] {
  const causes = new Map<string, FailureRecord[]>();
  for (const failure of failures.toSorted((a, b) => Date.parse(b.finishedAt) - Date.parse(a.finishedAt))) {
    const task = failure.instance.split('/', 2).join('/');
    const key = `${task}\n${failure.cause.kind}\n${failure.cause.message}`;
    const known = causes.get(key);
    if (known === undefined) causes.set(key, [failure]);
    else known.push(failure);
  }
  const lines = [...causes.values()].flatMap((same) => causeLines(same, paint));
  const rerun = failures.filter(({ instance }) => !isHook(instance));
  const pipelines = [...new Set(rerun.map(({ instance }) => instance.split('/')[0] ?? ''))];
  return [
    ...lines,
    ...pipelines.map((pipeline) => `  ${paint.dim('again:')} sluice run ${pipeline} --only failed`),
  ];
}

function causeLines(same: readonly FailureRecord[], paint: Paint): readonly string[] {
  const [newest, ...others] = same;
  if (newest === undefined) return [];
  return [
    `  ${paint.bold(newest.instance)}: ${oneLine(newest.cause.message)} ${paint.dim(`(${times(newest)})`)}`,
    ...(others.length === 0
      ? []
      : [`    ${paint.dim('likewise:')} ${formatNames(others.map(({ instance }) => instance))}`]),
    ...newest.lastLines.slice(-LINES_SHOWN).map((line) => `    ${paint.dim('│')} ${taskLine(line)}`),
    `    ${paint.dim('log:')} sluice logs ${newest.instance}`,
  ];
}

function times({ count, firstFailedAt, finishedAt }: FailureRecord): string {
  return count > 1
    ? `${count} times since ${minute(firstFailedAt)}, last ${minute(finishedAt)}`
    : minute(finishedAt);
}
