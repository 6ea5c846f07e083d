import { openSoundProject } from '../../app/project/open-project.ts';
import { unlessInterrupted } from '../../app/interrupted.ts';
import { systemClock } from '../../clock.ts';
import { EXIT } from '../../errors.ts';
import { fileMarks } from '../../serve/file-marks.ts';
import { parseAddress, startHealth } from '../../serve/health.ts';
import { startServing } from '../../serve/serve.ts';
import { appOptions, type CommonFlags } from '../cli/flags.ts';
import { listenForInterrupt } from '../cli/interrupt.ts';
import { framing, type Output } from '../cli/output.ts';
import { wholeNumber } from '../tick/flags.ts';
import { createTickReporters } from '../tick/reporters.ts';

export interface ServeFlags extends CommonFlags {
  readonly listen: string;
  readonly concurrency?: string;
  readonly envFile?: string;
  readonly logs?: boolean;
  readonly logFormat?: string;
}

/** `sluice serve`: ticks whatever is woken, until a signal ends it. */
export async function serveCommand(
  _words: readonly string[],
  flags: ServeFlags,
  output: Output,
): Promise<number> {
  const address = parseAddress(flags.listen);
  const concurrency = wholeNumber('--concurrency', flags.concurrency);
  const { formatProblems } = await import('../../report/frame.ts');
  const options = appOptions(flags, output);
  const open = () => openSoundProject(options);
  const interrupt = listenForInterrupt();
  try {
    const { opened } = await unlessInterrupted(open(), interrupt.soft);
    const reporters = await createTickReporters(flags, output, {
      options,
      opened,
      pipelines: [...opened.pipelines.values()],
      many: true,
    });
    const serving = await startServing({
      options,
      clock: systemClock,
      interrupt: { signal: interrupt.soft, hard: interrupt.hard },
      open,
      marksOf: fileMarks,
      reporterFor: (_opened, pipeline) => [reporters.of(pipeline)],
      say: (line) => output.say(`${new Date().toISOString().slice(11, 19)} ${line}`),
      sayProblems: (problems) => output.warn(formatProblems(problems, framing(output)).split('\n')),
      tick: {
        ...(flags.envFile === undefined ? {} : { envFile: flags.envFile }),
        ...(concurrency === undefined ? {} : { concurrency }),
        watched: flags.logs === true,
      },
    });
    const health = await startHealth(address, serving.standing, () => systemClock.now());
    output.say(`listening on http://${shown(health.address)}: /healthz, /readyz`);
    try {
      return (await serving.ended) ? EXIT.interrupted : EXIT.ok;
    } finally {
      await health.close();
    }
  } finally {
    interrupt.dispose();
  }
}

function shown({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
