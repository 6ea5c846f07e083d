import type { WaitRecord } from '../model/records.ts';
import { taskLine } from './harmless.ts';
import type { Paint } from './paint.ts';
import { minute } from './runs.ts';

const LINES_SHOWN = 3;

/** An instance that was asked for, and whose source was not there yet: since when, how often, and what it answers. */
export function waitLines({ instance, since, count, lastAsk }: WaitRecord, paint: Paint): readonly string[] {
  const asked =
    count === 1
      ? `asked once, ${minute(since)}`
      : `asked ${count.toLocaleString('en-US')} times since ${minute(since)}, last ${minute(lastAsk?.at ?? since)}`;
  return [
    `  ${paint.bold(instance)}: not ready yet ${paint.dim(`(${asked})`)}`,
    ...(lastAsk?.lastLines ?? [])
      .slice(-LINES_SHOWN)
      .map((line) => `    ${paint.dim('│')} ${taskLine(line)}`),
    `    ${paint.dim('log:')} sluice logs ${instance}`,
  ];
}
