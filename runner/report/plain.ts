import type { RunEvent } from '../model/event.ts';
import type { ReportInstance } from '../model/report.ts';
import type { Reporter } from '../ports.ts';
import { cleaned, cleanedLine } from './cleaned.ts';
import { taskLine } from './harmless.ts';
import type { Paint } from './paint.ts';
import { formatSummary } from './summary.ts';
import type { Surroundings } from './surroundings.ts';
import { formatCounts, formatDuration, reasonOf, shortId, oneLine } from './words.ts';

/** Plain lines, one an event, for pipes, cron mails and CI logs. */
export function createPlainReporter(options: {
  readonly write: (text: string) => void;
  readonly paint: Paint;
  readonly surroundings: Surroundings;
  /** Print the tasks' own lines too. */
  readonly logs: boolean;
}): Reporter {
  const { paint, surroundings } = options;
  const { complete } = surroundings;
  const say = (line: string) => options.write(`${cleanedLine(line)}\n`);
  let toDo = 0;
  return {
    on(event: RunEvent) {
      switch (event.type) {
        case 'run-started': {
          toDo = event.plan.instances.filter((instance) => instance.action !== 'none').length;
          if (toDo > 0)
            say(
              `${event.plan.pipeline} run ${event.run}: ${toDo} to run (${formatCounts(event.plan.counts)})`,
            );
          return;
        }
        case 'instance-started':
          say(`${paint.state('running', 'start')}  ${shortId(event.id)}`);
          return;
        case 'image-progress':
          if (event.done || event.fraction === undefined)
            say(`image  ${oneLine(event.image)}: ${oneLine(event.message)}`);
          return;
        case 'log':
          if (options.logs) say(`${paint.dim(`${shortId(event.id)} │`)} ${taskLine(event.line)}`);
          return;
        case 'waiting-on-claim':
          say(`wait   ${shortId(event.id)}: run ${event.run} has it in hand`);
          return;
        case 'waiting-on-pool':
          say(
            `wait   ${shortId(event.id)}: waiting on ${event.kind} ${event.name}${event.by === undefined ? '' : `, which run ${event.by} has`}`,
          );
          return;
        case 'retry-scheduled':
        case 'warning':
        case 'interrupted':
          say(complete(formatNotice(event, paint)));
          return;
        case 'instance-finished':
          if (event.result.state !== 'done') say(complete(formatFinished(event.result, paint)));
          return;
        case 'run-finished':
          // Apart from what was told on the way.
          if (toDo > 0) say('');
          options.write(`${cleaned(formatSummary(event.report, paint, surroundings))}\n`);
          return;
      }
    },
  };
}

export function formatFinished(result: ReportInstance, paint: Paint): string {
  const word = result.state === 'succeeded' ? 'ok' : result.state;
  const seconds = result.seconds === undefined ? '' : paint.dim(` (${formatDuration(result.seconds)})`);
  const reason =
    result.state === 'succeeded' || reasonOf(result) === '' ? '' : `: ${oneLine(reasonOf(result))}`;
  return `${paint.state(result.state, word.padEnd(6))} ${shortId(result.id)}${reason}${seconds}`;
}

export function formatNotice(
  event: Extract<RunEvent, { type: 'retry-scheduled' | 'warning' | 'interrupted' }>,
  paint: Paint,
): string {
  switch (event.type) {
    case 'retry-scheduled':
      return `${paint.yellow('retry ')} ${shortId(event.id)} in ${formatDuration(event.afterSeconds)}: ${oneLine(event.cause.message)}`;
    case 'warning':
      return `${paint.yellow('warning')} ${event.id === undefined ? '' : `${shortId(event.id)}: `}${oneLine(event.message)}`;
    case 'interrupted':
      return paint.yellow(
        event.stage === 1
          ? `${event.signal}: stopping the containers; once more ends at once`
          : `${event.signal} again: ending at once`,
      );
  }
}
