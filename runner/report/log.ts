import type { Writable } from 'node:stream';
import { pino } from 'pino';
import type { RunEvent } from '../model/event.ts';
import type { Reporter } from '../ports.ts';
import { cleanedJson } from './cleaned.ts';

/** One JSON object a line (`--log-format json`), for log collectors. */
export function createLogReporter(options: { readonly stream: Writable; readonly logs: boolean }): Reporter {
  const { stream } = options;
  const log = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => void stream.write(cleanedJson(line)) },
  );
  return {
    on(event: RunEvent) {
      switch (event.type) {
        case 'run-started':
          log.info({
            event: event.type,
            run: event.run,
            pipeline: event.plan.pipeline,
            counts: event.plan.counts,
          });
          return;
        case 'log':
          if (options.logs) log.info(fields(event));
          return;
        case 'warning':
          log.warn(fields(event), event.message);
          return;
        case 'deadline-passed':
          log.error(fields(event), event.reason);
          return;
        case 'retry-scheduled':
        case 'put-back':
          log.warn(fields(event), event.cause.message);
          return;
        case 'instance-finished': {
          const { result } = event;
          const level = result.state === 'failed' ? 'error' : 'info';
          log[level]({ event: event.type, ...result }, result.reason);
          return;
        }
        case 'run-finished': {
          const { instances: _, ...report } = event.report;
          log[event.report.exitStatus === 0 ? 'info' : 'error']({ event: event.type, ...report });
          return;
        }
        case 'plan-grown':
          log.info({ event: event.type, added: event.added.map(({ id }) => id), replaced: event.replaced });
          return;
        case 'instance-started':
        case 'image-progress':
        case 'waiting-on-claim':
        case 'waiting-on-pool':
        case 'interrupted':
        case 'paced':
          log.info(fields(event));
          return;
      }
    },
  };
}

function fields(event: RunEvent): object {
  const { type, ...rest } = event;
  return { event: type, ...rest };
}
