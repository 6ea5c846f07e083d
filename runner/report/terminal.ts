import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';
import type { RunEvent } from '../model/event.ts';
import type { Clock, Reporter } from '../ports.ts';
import { cleaned, cleanedLine } from './cleaned.ts';
import { taskLine } from './harmless.ts';
import type { Paint } from './paint.ts';
import { formatFinished, formatNotice } from './plain.ts';
import { applyEvent, createLiveView } from './live-view.ts';
import { formatSummary } from './summary.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { shortId } from './words.ts';

const REDRAW_MILLISECONDS = 100;
/** Of lines that wait for the next redraw: a task that prints fast must not be slowed by our drawing. */
const BUFFER_CHARACTERS = 64 * 1024;

/** A live table on a terminal; what must stay (failures, warnings) scrolls by above it. */
export function createTerminalReporter(options: {
  readonly stream: NodeJS.WriteStream;
  readonly paint: Paint;
  readonly clock: Clock;
  readonly surroundings: Surroundings;
  /** Print the tasks' own lines above the table. */
  readonly logs: boolean;
}): Reporter {
  const { stream, paint, clock, surroundings } = options;
  const { complete } = surroundings;
  const view = createLiveView();
  const update = createLogUpdate(stream, { showCursor: false });
  let timer: NodeJS.Timeout | undefined;
  let waiting = '';
  let drawn: readonly string[] = [];

  const draw = () => {
    if (waiting !== '') {
      update.clear();
      stream.write(waiting);
      waiting = '';
    }
    const text = cleaned(table(view, clock.now(), stream.columns ?? 80, stream.rows ?? 24, paint));
    drawn = text.split('\n');
    update(text);
  };
  const say = (line: string) => {
    waiting += `${cleanedLine(line)}\n`;
    if (waiting.length > BUFFER_CHARACTERS) draw();
  };
  /** Terminals wrap what stands there anew when they become narrower: then it takes more rows than were drawn. */
  const onResize = () => {
    const columns = stream.columns ?? 80;
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
    if (rows > 0) stream.write(`\u001b[${rows}A\r\u001b[J`);
    update.done();
    draw();
  };
  const stop = () => {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    stream.off('resize', onResize);
    update.clear();
    stream.write(waiting);
    waiting = '';
    update.done();
  };

  return {
    on(event: RunEvent) {
      applyEvent(view, event);
      switch (event.type) {
        case 'run-started':
          // Nothing runs: the end comes at once and says so.
          if (view.toDo === 0) return;
          timer = setInterval(draw, REDRAW_MILLISECONDS);
          timer.unref();
          stream.on('resize', onResize);
          draw();
          return;
        case 'instance-finished':
          if (event.result.state === 'failed') say(complete(formatFinished(event.result, paint)));
          return;
        case 'log':
          if (options.logs) say(`${paint.dim(`${shortId(event.id)} │`)} ${taskLine(event.line)}`);
          return;
        case 'retry-scheduled':
        case 'deadline-passed':
        case 'put-back':
        case 'warning':
          say(complete(formatNotice(event, paint)));
          return;
        case 'interrupted':
          say(complete(formatNotice(event, paint)));
          if (timer !== undefined) draw();
          return;
        case 'run-finished':
          stop();
          stream.write(`${cleaned(formatSummary(event.report, paint, surroundings))}\n`);
          return;
        case 'paced':
          if (event.message !== undefined) say(`${paint.dim('pace  ')} ${event.message}`);
          return;
        case 'plan-grown':
        case 'instance-started':
        case 'image-progress':
        case 'waiting-on-claim':
        case 'waiting-on-pool':
          return;
      }
    },
    async close() {
      stop();
    },
  };
}
