import type { RunEvent } from '../model/event.ts';
import type { ReportInstance } from '../model/report.ts';
import type { InstanceId } from '../model/partition.ts';
import type { Clock, Reporter } from '../ports.ts';
import { cleaned, cleanedLine } from './cleaned.ts';
import { taskLine } from './harmless.ts';
import type { Paint } from './paint.ts';
import { minute } from './runs.ts';
import { formatSummary } from './summary.ts';
import type { Surroundings } from './surroundings.ts';
import { formatCounts, formatDuration, reasonOf, shortId, oneLine } from './words.ts';

/** Plain lines, one an event, for pipes, cron mails and CI logs. */
export function createPlainReporter(options: {
  readonly write: (text: string) => void;
  readonly paint: Paint;
  readonly surroundings: Surroundings;
  readonly clock: Pick<Clock, 'now'>;
  /** Print the tasks' own lines too. */
  readonly logs: boolean;
}): Reporter {
  const { paint, surroundings } = options;
  const { complete } = surroundings;
  const say = (line: string) => {
    const time = new Date(options.clock.now()).toISOString().slice(11, 19);
    options.write(`${cleanedLine(`${paint.dim(time)} ${line}`)}\n`);
  };
  const toDo = new Set<InstanceId>();
  let finished = 0;
  return {
    on(event: RunEvent) {
      switch (event.type) {
        case 'run-started': {
          const ids = event.plan.instances.flatMap(({ id, action }) => (action === 'none' ? [] : [id]));
          for (const id of ids) toDo.add(id);
          if (toDo.size > 0)
            say(
              `${event.plan.pipeline} run ${event.run}: ${event.plan.atLeast ? 'at least ' : ''}${toDo.size.toLocaleString('en-US')} to run (${formatCounts(event.plan.counts)})`,
            );
          return;
        }
        case 'plan-grown': {
          const more = event.added.flatMap(({ id, action }) => (action === 'none' ? [] : [id]));
          for (const id of event.replaced) toDo.delete(id);
          for (const id of more) toDo.add(id);
          if (more.length > 0) say(`${more.length.toLocaleString('en-US')} more to run`);
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
        case 'deadline-passed':
        case 'put-back':
        case 'warning':
        case 'interrupted':
          say(complete(formatNotice(event, paint)));
          return;
        case 'paced':
          if (event.message !== undefined) say(`${paint.dim('pace  ')} ${oneLine(event.message)}`);
          return;
        case 'instance-finished':
          if (toDo.has(event.result.id)) finished += 1;
          if (event.result.state !== 'done') {
            const count = `${finished.toLocaleString('en-US')} of ${toDo.size.toLocaleString('en-US')}`;
            say(`${complete(formatFinished(event.result, paint))}${paint.dim(`, ${count}`)}`);
          }
          return;
        case 'run-finished':
          // Apart from what was told on the way.
          if (toDo.size > 0) options.write('\n');
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
  event: Extract<
    RunEvent,
    { type: 'retry-scheduled' | 'put-back' | 'deadline-passed' | 'warning' | 'interrupted' }
  >,
  paint: Paint,
): string {
  switch (event.type) {
    case 'retry-scheduled':
      return `${paint.yellow('retry ')} ${shortId(event.id)} in ${formatDuration(event.afterSeconds)}: ${oneLine(event.cause.message)}`;
    case 'deadline-passed':
      return `${paint.red('late  ')} ${shortId(event.id)}: its deadline ${minute(event.deadlineAt)} has passed: ${oneLine(event.reason)}`;
    case 'put-back':
      return `${paint.yellow('later ')} ${shortId(event.id)}: ${oneLine(event.cause.message)}`;
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
