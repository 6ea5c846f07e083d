import { openProject, openProjectLedger } from '../compose.ts';
import { EXIT } from '../errors.ts';
import type { FailureRecord, RunRecord } from '../model/records.ts';
import { createPaint, type Paint } from '../report/paint.ts';
import { formatCounts, formatDuration } from '../report/words.ts';
import type { Output } from './output.ts';
import { composeOptions, type CommonFlags } from './planning.ts';
import { parseTarget } from './target.ts';

const RUNS_SHOWN = 5;

/** `sluice status`: what is open over all pipelines, and the last runs. */
export async function statusCommand(
  words: readonly string[],
  flags: CommonFlags,
  output: Output,
): Promise<number> {
  const target = parseTarget(words, flags.param);
  const opened = await openProject(composeOptions(flags, target));
  const ledger = await openProjectLedger(opened.project);
  const pipeline = target.pipeline ?? opened.named;
  const [failures, runs] = await Promise.all([
    ledger.openFailures(pipeline),
    ledger.listRuns({ ...(pipeline === undefined ? {} : { pipeline }), limit: RUNS_SHOWN }),
  ]);
  const states = await Promise.all(
    runs.map(async (run) => ({ run, state: await runState(run, (id) => ledger.liveness(id)) })),
  );
  if (output.json) {
    output.document({
      schema: 1,
      failures,
      runs: states.map(({ run, state }) => ({
        run: run.run,
        pipeline: run.pipeline,
        state,
        startedAt: run.startedAt,
        finishedAt: run.finishedAt ?? null,
        counts: run.counts ?? null,
      })),
    });
    return EXIT.ok;
  }
  const paint = createPaint(output.color);
  output.say(failures.length === 0 ? 'no open failures' : paint.red(`${failures.length} open failures`));
  for (const failure of failures) output.say(describeFailure(failure, paint));
  if (states.length > 0) output.say('');
  for (const { run, state } of states) output.say(describeRun(run, state, paint));
  if (states.length === 0) output.say('no runs yet');
  return EXIT.ok;
}

async function runState(run: RunRecord, liveness: (run: string) => Promise<string>): Promise<string> {
  if (run.finishedAt !== undefined) return run.outcome ?? 'finished';
  const found = await liveness(run.run);
  return found === 'dead' ? 'died' : found === 'unknown' ? 'running elsewhere, or died' : 'running';
}

function describeFailure(failure: FailureRecord, paint: Paint): string {
  const times =
    failure.count > 1 ? `, ${failure.count} times since ${failure.firstFailedAt}` : `, ${failure.finishedAt}`;
  const last = failure.lastLines.at(-1);
  return [
    `  ${paint.bold(failure.instance)}: ${failure.cause.message}${paint.dim(times)}`,
    ...(last === undefined ? [] : [`    ${paint.dim('│')} ${last}`]),
  ].join('\n');
}

function describeRun(run: RunRecord, state: string, paint: Paint): string {
  const seconds =
    run.finishedAt === undefined
      ? undefined
      : (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000;
  return [
    `${paint.dim(run.run)} ${run.pipeline} ${state}`,
    seconds === undefined ? '' : `in ${formatDuration(seconds)}`,
    run.counts === undefined ? '' : paint.dim(formatCounts(run.counts)),
  ]
    .filter((part) => part !== '')
    .join(' ');
}
