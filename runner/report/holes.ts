import type { InstanceId } from '../model/partition.ts';
import { formatCount, shortId } from './words.ts';
import type { Paint } from './paint.ts';

/** What of a task is not there and is due; see `plan/holes.ts`. */
interface ToldHoles {
  readonly pipeline: string;
  readonly task: string;
  readonly count: number;
  readonly newest: readonly InstanceId[];
  readonly from: string;
  readonly to: string;
  readonly command: string;
}

/** A task a line, with the command that fills them. */
export function holeLines(holes: readonly ToldHoles[], paint: Paint): readonly string[] {
  const count = holes.reduce((sum, one) => sum + one.count, 0);
  return [
    paint.yellow(`${formatCount(count, 'hole')}: due, and not there`),
    ...holes.flatMap((one) => [
      `  ${paint.bold(`${one.pipeline}/${one.task}`)}: ${one.count.toLocaleString('en-US')}, newest ${shortId(one.newest[0] ?? '')}${one.from === one.to ? '' : `, back to ${one.from}`}`,
      `    ${paint.dim('to fill:')} ${one.command}`,
    ]),
  ];
}
