import { createLogUpdate } from 'log-update';
import type { RunEvent } from '../model/event.ts';
import type { Clock, Reporter } from '../ports.ts';
import type { Paint } from './paint.ts';
import { formatFinished, formatNotice } from './plain.ts';
import { applyEvent, createProgress, estimateSeconds, type Progress } from './progress.ts';
import { formatSummary } from './summary.ts';
import { formatCounts, formatDuration, shortId } from './words.ts';
import { cutToWidth } from './width.ts';

const REDRAW_MILLISECONDS = 100;

/** A live table on a terminal; what must stay (failures, warnings) scrolls by above it. */
export function createTerminalReporter(options: {
  readonly stream: NodeJS.WriteStream;
  readonly paint: Paint;
  readonly clock: Clock;
  /** Print the tasks' own lines above the table. */
  readonly logs: boolean;
}): Reporter {
  const { stream, paint, clock } = options;
  const progress = createProgress();
  const update = createLogUpdate(stream, { showCursor: false });
  let timer: NodeJS.Timeout | undefined;
  const draw = () => update(table(progress, clock.now(), stream.columns ?? 80, stream.rows ?? 24, paint));
  const say = (line: string) => {
    update.clear();
    stream.write(`${line}\n`);
    draw();
  };
  const stop = () => {
    if (timer !== undefined) clearInterval(timer);
    timer = undefined;
    update.clear();
    update.done();
  };
  return {
    on(event: RunEvent) {
      applyEvent(progress, event);
      switch (event.type) {
        case 'run-started':
          timer = setInterval(draw, REDRAW_MILLISECONDS);
          timer.unref();
          draw();
          return;
        case 'instance-finished':
          if (event.result.state !== 'done') {
            const line = formatFinished(event.result, paint);
            if (event.result.state === 'failed') say(line);
          }
          return;
        case 'log':
          if (options.logs) say(`${paint.dim(`${shortId(event.id)} │`)} ${event.line}`);
          return;
        case 'retry-scheduled':
        case 'warning':
        case 'interrupted':
          say(formatNotice(event, paint));
          return;
        case 'run-finished':
          stop();
          stream.write(`${formatSummary(event.report, paint)}\n`);
          return;
        case 'instance-started':
        case 'image-progress':
        case 'waiting-on-claim':
          return;
      }
    },
    async close() {
      stop();
    },
  };
}

/** The table as text: one line of counts, then what runs, oldest first, as many as fit. */
export function table(progress: Progress, now: number, columns: number, rows: number, paint: Paint): string {
  const left = progress.toDo - progress.finished - progress.running.size;
  const estimate = estimateSeconds(progress, now);
  const head = [
    formatCounts(Object.fromEntries(progress.counts), paint.state),
    paint.state('running', `${progress.running.size} running`),
    `${Math.max(0, left).toLocaleString('en-US')} to do`,
    `${formatDuration((now - progress.startedAt) / 1000)}${estimate === undefined ? '' : `, about ${formatDuration(estimate)} left`}`,
  ].filter((part) => part !== 'nothing');
  const images = [...progress.images].map(([image, message]) => `${paint.dim('image')} ${image}: ${message}`);
  const running = [...progress.running.values()];
  const room = Math.max(1, rows - 3 - images.length);
  const shown = running.slice(0, room);
  const width = Math.max(0, ...shown.map((instance) => shortId(instance.id).length));
  const lines = shown.map((instance) => {
    const seconds = formatDuration((now - instance.startedAt) / 1000).padStart(12);
    return `  ${shortId(instance.id).padEnd(width)} ${seconds}  ${paint.dim(instance.lastLine)}`;
  });
  if (running.length > shown.length)
    lines.push(paint.dim(`  … and ${running.length - shown.length} more running`));
  return [head.join(' · '), ...images, ...lines].map((line) => cutToWidth(line, columns - 1)).join('\n');
}
