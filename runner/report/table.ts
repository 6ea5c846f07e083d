import { taskLine } from './harmless.ts';
import type { Paint } from './paint.ts';
import { estimateSeconds, type LiveView } from './live-view.ts';
import { shortNames } from './short-names.ts';
import { cutToWidth } from './width.ts';
import stringWidth from 'string-width';
import { formatCounts, formatDuration, oneLine, shortId } from './words.ts';

/** Lines of the live table, none wider than the terminal: counts, time and estimate, then what runs, oldest first. */
export function table(view: LiveView, now: number, columns: number, rows: number, paint: Paint): string {
  const images = [...view.images].map(
    ([image, message]) => `${paint.dim('image')} ${oneLine(image)}: ${taskLine(oneLine(message))}`,
  );
  const head = headOf(view, now, columns, paint);
  const running = [...view.running.values()];
  const waits = waitsOf(view, paint);
  const room = Math.max(1, rows - 2 - head.length - images.length - waits.length);
  const shown = running.slice(0, running.length > room ? Math.max(1, room - 1) : room);
  // Long names leave room for the time and for some of the last line.
  const longest = Math.max(0, ...shown.map((instance) => stringWidth(shortId(instance.id))));
  const width = Math.min(longest, Math.max(20, columns >> 1));
  const names = shortNames(
    shown.map((instance) => shortId(instance.id)),
    width,
  );
  const lines = shown.map((instance, at) => {
    const seconds = formatDuration((now - instance.startedAt) / 1000).padStart(TIME_WIDTH);
    const name = names[at] ?? '';
    return `  ${name}${' '.repeat(width - stringWidth(name))} ${seconds}  ${paint.dim(taskLine(instance.lastLine))}`;
  });
  if (running.length > shown.length)
    lines.push(paint.dim(`  … and ${running.length - shown.length} more running`));
  return [...head, ...images, ...lines, ...waits].map((line) => cutToWidth(line, columns - 1)).join('\n');
}

/** One line for each thing that is waited for, however many wait. */
function waitsOf({ waiting }: LiveView, paint: Paint): readonly string[] {
  const counts = new Map<string, number>();
  for (const what of waiting.values()) counts.set(what, (counts.get(what) ?? 0) + 1);
  return [...counts].slice(0, WAITS_SHOWN).map(([what, count]) => paint.dim(`  ${count} ${what}`));
}

const WAITS_SHOWN = 3;

/** `3 min 05 s` */
const TIME_WIDTH = 10;

/** One line, or two where a narrow terminal would cut the estimate off. */
function headOf(view: LiveView, now: number, columns: number, paint: Paint): readonly string[] {
  const left = view.toDo - view.finished - view.running.size;
  const estimate = estimateSeconds(view, now);
  const elapsed = formatDuration((now - view.startedAt) / 1000);
  // What was stopped or ends just now has nothing left that is worth a figure.
  const isOver = estimate === undefined || estimate < 1;
  const time = isOver ? elapsed : `${elapsed}, about ${formatDuration(estimate)} left`;
  const counts = [
    formatCounts(Object.fromEntries(view.counts), paint.state),
    paint.state('running', `${view.running.size} running`),
    `${Math.max(0, left).toLocaleString('en-US')} to do`,
  ].filter((part) => part !== 'nothing');
  const whole = [...counts, time].join(' · ');
  return stringWidth(whole) < columns ? [whole] : [counts.join(' · '), time];
}
