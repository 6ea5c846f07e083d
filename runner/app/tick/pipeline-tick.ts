import { evaluateCondition, evaluateTemplate, evaluateValue } from '../../language/expression/evaluate.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { InstanceId } from '../../model/partition.ts';
import { parseInstanceId } from '../../model/partition.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import { own } from '../../model/own.ts';
import type { Plan, PlannedInstance } from '../../model/plan.ts';
import type { ScheduledRebuild, TickRecord } from '../../model/records.ts';
import type { Report, TickReport } from '../../model/report.ts';
import { EXIT } from '../../errors.ts';
import { asksOf, rebuildsKnown, type TickAsk, type TickWords } from '../../plan/tick/asks.ts';
import { lateWords } from '../../plan/tick/late.ts';
import { tellDeadlines } from '../../run/deadlines.ts';
import type { Emit } from '../../run/events.ts';
import { idleReport } from '../../run/idle-report.ts';
import type { AskedPipeline } from '../asked-pipeline.ts';
import { readMoment } from '../moment.ts';
import { refuseOthers } from '../owners.ts';
import { planPipeline, type Planned } from '../planned.ts';
import { createRequest } from '../request.ts';
import { tickStatus } from './status.ts';

/** One run of a tick, or what there would have been to run. */
export interface TickPart {
  readonly plan: Plan;
  readonly report: TickReport;
  /** As `sluice tick` counts it: what waits, and what others have in hand, is well. */
  readonly exitStatus: number;
}

/** What a tick came to in one pipeline. */
export interface PipelineTick {
  readonly pipeline: string;
  readonly parts: readonly TickPart[];
  readonly warnings: readonly string[];
}

export interface PipelineTickOptions {
  readonly ledger: Ledger;
  /** With the hashes of the images that are built. */
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly words: TickWords;
  readonly now?: string;
  /** Told of what is known without a run, such as a deadline that has passed. */
  readonly emit: Emit;
  /** Absent: it is only said what would be done. */
  readonly run?: (planned: Planned) => Promise<Report>;
}

/**
 * Asks for all that is due of a pipeline and not done, and runs it. What that is follows from the store and the clock
 * alone: it does not matter how often, how late or by how many this is called.
 *
 * @throws ProblemsError for what is wrong in the pipeline or its secrets, StoreError and EngineError as a run does.
 */
export async function tickPipeline(
  asked: AskedPipeline,
  { ledger, pipelines, words, now, emit, run }: PipelineTickOptions,
): Promise<PipelineTick> {
  const { pipeline, opened } = asked;
  const begunMs = opened.clock.now();
  const nowMs = readMoment(opened.clock, pipeline.timezone, now)();
  const [last, failures] = await Promise.all([
    ledger.readTick(pipeline.name),
    ledger.openFailures(pipeline.name),
  ]);
  const failed = failures.map(({ instance }) => instance);
  const late = now === undefined && run !== undefined ? lateWords(pipeline, last, nowMs) : undefined;
  const warnings = new Set(late === undefined ? [] : [late]);
  const parts: TickPart[] = [];
  const answered: TickAsk[] = [];
  for (const ask of asksOf(pipeline, last, nowMs, words)) {
    const planned = await planAsk(asked, ask, failed, {
      ledger,
      pipelines,
      ...(now === undefined ? {} : { now }),
    });
    for (const warning of planned.plan.warnings) warnings.add(warning);
    const part = await doPart(planned, emit, run);
    parts.push(part);
    if (isAnswered(part)) answered.push(ask);
    if (part.exitStatus === EXIT.interrupted || part.exitStatus === EXIT.unreachable) break;
  }
  // What was asked as of another moment, or of some tasks only, says nothing of the rest.
  const isWhole = run !== undefined && now === undefined && Object.keys(words).length === 0;
  if (isWhole && parts.every(isComplete)) {
    await ledger.recordTick(recordOf(pipeline, last, begunMs, answered));
  }
  return { pipeline: pipeline.name, parts, warnings: [...warnings] };
}

async function planAsk(
  asked: AskedPipeline,
  ask: TickAsk,
  failed: readonly InstanceId[],
  options: {
    readonly ledger: Ledger;
    readonly pipelines: ReadonlyMap<string, Pipeline>;
    readonly now?: string;
  },
): Promise<Planned> {
  const { pipeline, target } = asked;
  const { ledger, ...rest } = options;
  const failures = failed.filter((id) => Object.hasOwn(ask.since, parseInstanceId(id).task));
  const request = {
    ...createRequest(pipeline, target, rest.now === undefined ? {} : { now: rest.now }),
    tasks: [],
    rebuild: ask.rebuild,
    due: { since: ask.since, failures },
  };
  const planned = await planPipeline(asked, { ...rest, request, ledger: () => Promise.resolve(ledger) });
  refuseOthers(planned, false);
  return planned;
}

async function doPart(planned: Planned, emit: Emit, run: PipelineTickOptions['run']): Promise<TickPart> {
  const { plan, pipelines, asked, ledger } = planned;
  if (run === undefined) return { plan, report: previewOf(plan), exitStatus: EXIT.ok };
  const isIdle = plan.instances.every(({ action }) => action === 'none');
  if (!isIdle) {
    const report = await run(planned);
    return { plan, report, exitStatus: tickStatus(report) };
  }
  // A run tells of those itself.
  const { tasks } = asked.pipeline;
  const standOf = (instance: PlannedInstance) =>
    own(tasks, instance.task)?.continueOnError === true ? undefined : instance;
  await tellDeadlines(plan, standOf, planned.nowMs(), { ledger, emit });
  const report = idleReport(plan, pipelines, asked.opened.project.pools, {
    template: evaluateTemplate,
    condition: evaluateCondition,
    value: evaluateValue,
  });
  return { plan, report, exitStatus: tickStatus(report) };
}

/** What there is to do, as a plan has it. */
function previewOf(plan: Plan): TickReport {
  return {
    pipeline: plan.pipeline,
    outcome: 'succeeded',
    startedAt: plan.at,
    finishedAt: plan.at,
    counts: plan.counts,
    instances: plan.instances.map(({ id, task, state, reason }) => ({ id, task, state, reason })),
    exitStatus: EXIT.ok,
    published: [],
  };
}

/** It came to its end, whatever became of what it ran. */
function isComplete({ exitStatus }: TickPart): boolean {
  return exitStatus !== EXIT.interrupted && exitStatus !== EXIT.unreachable;
}

/** What failed is on record and tried again for itself; what was not tried has to be asked for again. */
function isAnswered(part: TickPart): boolean {
  return (
    isComplete(part) &&
    part.report.instances.every(
      ({ state }) => state !== 'waiting' && state !== 'running' && state !== 'blocked',
    )
  );
}

function recordOf(
  pipeline: Pipeline,
  last: TickRecord | undefined,
  begunMs: number,
  answered: readonly TickAsk[],
): Omit<TickRecord, 'schema' | 'nonce'> {
  const rebuilds = rebuildsKnown(pipeline, last, begunMs).map((known): ScheduledRebuild => {
    const ask = answered.find(({ answers }) => answers?.id === known.schedule);
    return ask?.answers === undefined
      ? known
      : { ...known, served: new Date(ask.answers.wakeMs).toISOString() };
  });
  return { pipeline: pipeline.name, at: new Date(begunMs).toISOString(), rebuilds };
}
