import type { AskedTick } from '../../app/tick/tick.ts';
import { storeRef } from '../../compose.ts';
import { usageError } from '../../errors.ts';
import type { Reporter } from '../../ports.ts';
import type { Output } from '../cli/output.ts';
import { publishedAt } from '../cli/surroundings.ts';
import type { TickFlags } from './flags.ts';

/** Who tells of the run of a pipeline. */
export interface TickReporters {
  readonly of: (pipeline: string) => Reporter;
}

/** Several runs may go on at once: plain lines then, each with its pipeline's name before it. */
export async function createTickReporters(
  flags: Pick<TickFlags, 'logs' | 'logFormat'>,
  output: Output,
  { opened, pipelines, many = pipelines.length > 1 }: AskedTick & { readonly many?: boolean },
): Promise<TickReporters> {
  const logs = flags.logs === true;
  if (flags.logFormat === 'json') {
    const { createLogReporter } = await import('../../report/log.ts');
    const reporter = createLogReporter({ stream: process.stderr, logs });
    return { of: () => reporter };
  }
  if (flags.logFormat !== undefined && flags.logFormat !== 'text')
    throw usageError('bad-log-format', `expected text or json for --log-format, found "${flags.logFormat}"`);
  const [{ createPaint }, { createPlainReporter }] = await Promise.all([
    import('../../report/paint.ts'),
    import('../../report/plain.ts'),
  ]);
  const paint = createPaint(output.color);
  const { clock, project } = opened;
  const stream = output.json ? process.stderr : process.stdout;
  const surroundings = { complete: output.complete, publishedAt: publishedAt(storeRef(project)) };
  return {
    of(pipeline) {
      const before = many ? `${pipeline} ` : '';
      const write = (text: string): void => void stream.write(text.replaceAll(/^(?=.)/gm, before));
      return createPlainReporter({ write, paint, clock, surroundings, logs });
    },
  };
}
