import { openStoreSettings, pipelineNames } from '../app/project/open-project.ts';
import { EXIT, usageError } from '../errors.ts';
import { systemClock } from '../clock.ts';
import { own } from '../model/own.ts';
import { parseInstanceId, type InstanceId } from '../model/partition.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { RunRecord } from '../model/records.ts';
import { attemptLines } from '../report/attempts.ts';
import { holeLines } from '../report/holes.ts';
import { failureLines } from '../report/open-failures.ts';
import { createPaint } from '../report/paint.ts';
import { retiredLines } from '../report/retired.ts';
import { runLines } from '../report/runs.ts';
import { waitLines } from '../report/waits.ts';
import { formatCount } from '../report/words.ts';
import { didYouMean } from '../language/suggest.ts';
import type { Output } from './cli/output.ts';
import { appOptions, type CommonFlags } from './cli/flags.ts';
import { readOwners, whoseIsIt } from '../app/owners.ts';
import { soundPipelines } from '../app/sound-pipelines.ts';
import { openStandingLedger } from '../app/standing-ledger.ts';
import { pastAttempts } from '../app/status/attempts.ts';
import { findHoles } from '../app/status/holes.ts';
import { sortRetired } from '../app/status/retired.ts';
import type { Target } from '../app/target.ts';
import { unclaimedResults } from '../app/unclaimed.ts';
import { parseTarget } from './cli/target.ts';

export interface StatusFlags extends CommonFlags {
  readonly runs?: string;
}

const RUNS_SHOWN = 5;

/** Of a task or an instance: enough for its past, and a request each. */
const RUNS_LOOKED_THROUGH = 100;

/** `sluice status`: what is open or waited for over all pipelines, and the last runs. */
export async function statusCommand(
  words: readonly string[],
  flags: StatusFlags,
  output: Output,
): Promise<number> {
  const target = parseTarget(words, flags.param);
  const options = appOptions(flags, output, target.file);
  const project = await openStoreSettings(options);
  const ledger = await openStandingLedger(project, options);
  const [named] = target.file === undefined ? [] : await pipelineNames(options);
  const pipeline = target.pipeline ?? named;
  const path = pathOf(
    pipeline,
    target.tasks[0] === named ? { ...target, tasks: target.tasks.slice(1) } : target,
  );
  const isMeant = ({ instance }: { readonly instance: InstanceId }) =>
    path === undefined || instance === path || instance.startsWith(`${path}/`);
  const [open, waiting, runs, attempts] = await Promise.all([
    ledger.openFailures(pipeline),
    ledger.openWaits(pipeline),
    ledger.listRuns({
      ...(pipeline === undefined ? {} : { pipeline }),
      limit: runsShown(flags.runs, RUNS_SHOWN),
    }),
    path === undefined || pipeline === undefined
      ? undefined
      : pastAttempts(ledger, { pipeline, path }, runsShown(flags.runs, RUNS_LOOKED_THROUGH)),
  ]);
  const recorded = { failures: open.filter(isMeant), waits: waiting.filter(isMeant) };
  if (pipeline !== undefined && recorded.failures.length + recorded.waits.length + runs.length === 0) {
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
  const sound = await soundPipelines(options);
  const isShown = (name: string): boolean => pipeline === undefined || name === pipeline;
  const shown = sound.filter(({ name }) => isShown(name));
  const [holes, unclaimed, ownership] = await Promise.all([
    findHoles(ledger, sound, systemClock.now(), isShown),
    unclaimedResults(ledger, shown),
    readOwners(
      ledger,
      project,
      shown.map(({ name }) => name),
    ),
  ]);
  const others = new Set(ownership.others.map((owner) => owner.pipeline));
  const { failures, waits, retired } = await sortRetired(
    ledger,
    sound,
    recorded,
    systemClock.now(),
    (name) => !others.has(name),
  );
  const notes = [...ownership.others.map(whoseIsIt), ...unclaimed.map(({ message }) => message)];
  const [, task] = path?.split('/') ?? [];
  const holesShown = task === undefined ? holes : holes.filter((one) => one.task === task);
  if (output.json) {
    await output.document({
      schema: 1,
      failures,
      waits,
      retired,
      holes: holesShown,
      ...(attempts !== undefined && { attempts }),
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
  if (failures.length > 0) output.say(failureLines(failures, paint, (id) => isHook(sound, id)));
  if (waits.length > 0) output.say(paint.yellow(`${waits.length.toLocaleString('en-US')} waiting`));
  for (const wait of waits) output.say(waitLines(wait, paint));
  if (retired.length > 0) output.say(retiredLines(retired, paint));
  if (holesShown.length > 0) output.say(holeLines(holesShown, paint));
  for (const note of notes) output.say(`${paint.dim('note')} ${note}`);
  output.say('');
  if (attempts !== undefined) {
    output.say(attempts.length === 0 ? 'no attempts in the last runs' : attemptLines(attempts, paint));
    return EXIT.ok;
  }
  if (states.length === 0) output.say('no runs yet');
  output.say(runLines(states, paint));
  return EXIT.ok;
}

async function runState(run: RunRecord, liveness: (run: string) => Promise<string>): Promise<string> {
  if (run.finishedAt !== undefined) return run.outcome ?? 'finished';
  return (await liveness(run.run)) === 'dead' ? 'died' : 'running';
}

function isHook(pipelines: readonly Pipeline[], id: InstanceId): boolean {
  const { pipeline, task } = parseInstanceId(id);
  const tasks = pipelines.find(({ name }) => name === pipeline)?.tasks ?? {};
  return own(tasks, task)?.kind === 'hook';
}

/** `sales/fetch`, or an instance; undefined where only a pipeline is named, or none. */
function pathOf(pipeline: string | undefined, { tasks, instance }: Target): string | undefined {
  const [task, more] = tasks;
  if (pipeline === undefined || task === undefined) return undefined;
  if (more !== undefined)
    throw usageError('too-many-words', `expected one task, found ${tasks.join(' and ')}`, 'name one of them');
  return instance ?? `${pipeline}/${task}`;
}

function runsShown(text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault;
  const runs = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(runs) && runs > 0) return runs;
  throw usageError(
    'bad-number',
    `expected a whole number from 1 for --runs, found "${text}"`,
    'write how many of the last runs are to be shown, for example --runs 20',
  );
}
