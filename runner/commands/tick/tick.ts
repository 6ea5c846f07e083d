import type { PipelineTick } from '../../app/tick/pipeline-tick.ts';
import { unlessInterrupted } from '../../app/interrupted.ts';
import { statusOf, tickPipelines, type Tick } from '../../app/tick/tick.ts';
import { EXIT, worstOf } from '../../errors.ts';
import type { Problem } from '../../model/problem.ts';
import type { Reporter } from '../../ports.ts';
import { asProblems } from '../cli/as-problems.ts';
import { listenForInterrupt } from '../cli/interrupt.ts';
import { framing, type Output } from '../cli/output.ts';
import { rebuildStale } from '../cli/surroundings.ts';
import { openAsked } from './asked.ts';
import { readWords, wholeNumber, type TickFlags } from './flags.ts';
import { createTickReporters } from './reporters.ts';

/** `sluice tick`: runs everything that is due and not done, of one pipeline or of all there are. */
export async function tickCommand(
  words: readonly string[],
  flags: TickFlags,
  output: Output,
): Promise<number> {
  const told = readWords(flags);
  const concurrency = wholeNumber('--concurrency', flags.concurrency);
  const interrupt = listenForInterrupt();
  try {
    const { asked, problems, tasks } = await unlessInterrupted(
      openAsked(words, flags, output),
      interrupt.soft,
    );
    const reporters = await createTickReporters(flags, output, asked);
    const tick = await tickPipelines(asked, {
      words: { ...told, ...(tasks.length === 0 ? {} : { tasks }) },
      dryRun: flags.dryRun === true,
      ...(flags.now === undefined ? {} : { now: flags.now }),
      ...(flags.envFile === undefined ? {} : { envFile: flags.envFile }),
      ...(concurrency === undefined ? {} : { concurrency }),
      interrupt: { signal: interrupt.soft, hard: interrupt.hard },
      watched: flags.logs === true,
      reporterFor: (pipeline): readonly Reporter[] => [reporters.of(pipeline)],
    });
    const faults = tick.faults.map(({ error }) => asProblems(error));
    const wrong = [...problems, ...faults.flatMap((fault) => fault.problems)];
    await tell(tick, wrong, flags, output);
    const statuses = [statusOf(tick), ...faults.map(({ status }) => status)];
    return worstOf(problems.length > 0 ? [...statuses, EXIT.usage] : statuses);
  } finally {
    interrupt.dispose();
  }
}

async function tell(
  tick: Tick,
  problems: readonly Problem[],
  flags: TickFlags,
  output: Output,
): Promise<void> {
  for (const { warnings } of tick.pipelines)
    for (const warning of warnings) output.warn(`warning: ${warning}`);
  if (output.json) {
    const [{ tickDocument }, { unreachable }] = await Promise.all([
      import('../../report/tick-json.ts'),
      import('../../report/json.ts'),
    ]);
    const reports = tick.pipelines.flatMap(({ parts }) => parts.map(({ report }) => report));
    const lost = reports.flatMap((report) =>
      report.exitStatus === EXIT.unreachable ? unreachable(report) : [],
    );
    await output.document(tickDocument(reports, [...problems, ...lost], flags.dryRun === true));
    return;
  }
  for (const one of tick.pipelines) await tellPipeline(one, flags, output);
  if (problems.length === 0) return;
  const { formatProblems } = await import('../../report/frame.ts');
  output.warn(formatProblems(problems, framing(output)).split('\n'));
}

async function tellPipeline({ parts }: PipelineTick, flags: TickFlags, output: Output): Promise<void> {
  const { createPaint } = await import('../../report/paint.ts');
  const paint = createPaint(output.color);
  for (const { plan, report } of parts) {
    if (flags.dryRun === true && plan.instances.some(({ action }) => action !== 'none')) {
      const { formatPlan } = await import('../../report/plan-table.ts');
      const columns = process.stdout.isTTY ? { columns: process.stdout.columns } : {};
      output.say(
        formatPlan(plan, paint, { all: false, rebuildStale: rebuildStale(), ...columns }).split('\n'),
      );
    } else if (report.run === undefined) {
      const { formatIdleTick } = await import('../../report/tick.ts');
      output.say(formatIdleTick(report, paint));
    }
  }
}
