import { openStoreSettings, pipelineNames } from '../app/project/open-project.ts';
import { EXIT, usageError } from '../errors.ts';
import type { FailureRecord, RunRecord } from '../model/records.ts';
import { taskLine } from '../report/harmless.ts';
import { createPaint, type Paint } from '../report/paint.ts';
import { minute, runLines } from '../report/runs.ts';
import { waitLines } from '../report/waits.ts';
import { formatCount, oneLine } from '../report/words.ts';
import { didYouMean } from '../language/suggest.ts';
import type { Output } from './cli/output.ts';
import { appOptions, type CommonFlags } from './cli/flags.ts';
import { readOwners, whoseIsIt } from '../app/owners.ts';
import { soundPipelines } from '../app/sound-pipelines.ts';
import { openStandingLedger } from '../app/standing-ledger.ts';
import { unclaimedResults } from '../app/unclaimed.ts';
import { parseTarget } from './cli/target.ts';

export interface StatusFlags extends CommonFlags {
  readonly runs?: string;
}

const RUNS_SHOWN = 5;

/** `sluice status`: what is open or waited for over all pipelines, and the last runs. */
export async function statusCommand(
  words: readonly string[],
  flags: StatusFlags,
  output: Output,
): Promise<number> {
  const limit = runsShown(flags.runs);
  const target = parseTarget(words, flags.param);
  const options = appOptions(flags, output, target.file);
  const project = await openStoreSettings(options);
  const ledger = await openStandingLedger(project, options);
  const [named] = target.file === undefined ? [] : await pipelineNames(options);
  const pipeline = target.pipeline ?? named;
  const [failures, waits, runs] = await Promise.all([
    ledger.openFailures(pipeline),
    ledger.openWaits(pipeline),
    ledger.listRuns({ ...(pipeline === undefined ? {} : { pipeline }), limit }),
  ]);
  if (pipeline !== undefined && failures.length + waits.length + runs.length === 0) {
    const names = await pipelineNames(options);
    if (!names.includes(pipeline)) {
      throw usageError(
        'unknown-pipeline',
        `there is no pipeline "${pipeline}", and nothing in the store of one`,
        didYouMean(pipeline, names, 'pipelines'),
      );
    }
  }
  const states = await Promise.all(
    runs.map(async (run) => ({ run, state: await runState(run, (id) => ledger.liveness(id)) })),
  );
  const shown = (await soundPipelines(options)).filter(
    ({ name }) => pipeline === undefined || name === pipeline,
  );
  const [unclaimed, ownership] = await Promise.all([
    unclaimedResults(ledger, shown),
    readOwners(
      ledger,
      project,
      shown.map(({ name }) => name),
    ),
  ]);
  const notes = [...ownership.others.map(whoseIsIt), ...unclaimed.map(({ message }) => message)];
  if (output.json) {
    await output.document({
      schema: 1,
      failures,
      waits,
      notes,
      runs: states.map(({ run, state }) => ({
        run: run.run,
        pipeline: run.pipeline,
        state,
        startedAt: run.startedAt,
        finishedAt: run.finishedAt ?? null,
        counts: run.counts ?? null,
        ...(run.by !== undefined && { by: run.by }),
      })),
    });
    return EXIT.ok;
  }
  const paint = createPaint(output.color);
  output.say(
    failures.length === 0 ? 'no open failures' : paint.red(formatCount(failures.length, 'open failure')),
  );
  for (const failure of failures) output.say(describeFailure(failure, paint));
  if (waits.length > 0) output.say(paint.yellow(`${waits.length.toLocaleString('en-US')} waiting`));
  for (const wait of waits) output.say(waitLines(wait, paint));
  for (const note of notes) output.say(`${paint.dim('note')} ${note}`);
  output.say('');
  if (states.length === 0) output.say('no runs yet');
  output.say(runLines(states, paint));
  return EXIT.ok;
}

async function runState(run: RunRecord, liveness: (run: string) => Promise<string>): Promise<string> {
  if (run.finishedAt !== undefined) return run.outcome ?? 'finished';
  return (await liveness(run.run)) === 'dead' ? 'died' : 'running';
}

function describeFailure(failure: FailureRecord, paint: Paint): readonly string[] {
  const times =
    failure.count > 1
      ? `${failure.count} times since ${minute(failure.firstFailedAt)}, last ${minute(failure.finishedAt)}`
      : minute(failure.finishedAt);
  return [
    `  ${paint.bold(failure.instance)}: ${oneLine(failure.cause.message)} ${paint.dim(`(${times})`)}`,
    ...failure.lastLines.slice(-LINES_SHOWN).map((line) => `    ${paint.dim('│')} ${taskLine(line)}`),
    `    ${paint.dim('log:')} sluice logs ${failure.instance}`,
  ];
}

const LINES_SHOWN = 3;

function runsShown(text: string | undefined): number {
  if (text === undefined) return RUNS_SHOWN;
  const runs = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(runs) && runs > 0) return runs;
  throw usageError(
    'bad-number',
    `expected a whole number from 1 for --runs, found "${text}"`,
    'write how many of the last runs are to be shown, for example --runs 20',
  );
}
