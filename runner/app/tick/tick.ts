import { openEngine } from '../../compose.ts';
import { worstOf } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Pipeline, Project } from '../../model/pipeline.ts';
import type { Report } from '../../model/report.ts';
import type { TickWords } from '../../plan/tick/asks.ts';
import type { Engine, Reporter } from '../../ports.ts';
import type { AppOptions } from '../asked-pipeline.ts';
import { openLedger } from '../open-ledger.ts';
import type { Planned } from '../planned.ts';
import { withImageHashes } from '../project/image-hashes.ts';
import type { OpenedProject } from '../project/open-project.ts';
import { openReadingLedger } from '../reading-ledger.ts';
import { createEvents } from '../../run/events.ts';
import { runOn, type RunOptions } from '../run.ts';
import type { Target } from '../target.ts';
import { tickPipeline, type PipelineTick } from './pipeline-tick.ts';
import { createSharedPace, type SharedPace } from './shared-pace.ts';

/** Whose turn it is. */
export interface AskedTick {
  readonly options: AppOptions;
  readonly opened: OpenedProject;
  readonly pipelines: readonly Pipeline[];
  /** Params, where one pipeline is asked and they were typed. */
  readonly target?: Target;
}

export interface TickOptions extends Pick<RunOptions, 'envFile' | 'concurrency' | 'interrupt' | 'watched'> {
  /** What was typed of it; takes the place of what the schedules say. */
  readonly words?: TickWords;
  /** Only say what would be done. */
  readonly dryRun?: boolean;
  /** As of that moment; see `PlanOptions.now`. */
  readonly now?: string;
  /** Told what happens in the runs of a pipeline. */
  readonly reporterFor?: (pipeline: string) => readonly Reporter[];
  /** Told of each pipeline as soon as its turn is over. */
  readonly onEnd?: (pipeline: Pipeline, tick: PipelineTick | TickFault) => void;
  /** Of several ticks in one process together; default: its own. */
  readonly pace?: SharedPace;
  readonly engine?: (project: Project, env: AppOptions['env']) => Promise<Engine>;
  readonly ledger?: (project: Project, options: AppOptions) => Promise<Ledger>;
}

/** What a tick came to, over all pipelines that it was about. */
export interface Tick {
  readonly pipelines: readonly PipelineTick[];
  /** Why others were not asked to the end. */
  readonly faults: readonly TickFault[];
}

export interface TickFault {
  readonly pipeline: string;
  /** A ProblemsError, StoreError, EngineError or InterruptedError; anything else is a defect. */
  readonly error: unknown;
}

/**
 * Runs everything that is due and not done, of some pipelines side by side. One that can't be run stops none of the
 * others.
 *
 * @throws StoreError where the store does not answer at all.
 * @example
 * const options = { cwd: '/work/scores', env: process.env };
 * const { opened } = await openSoundProject(options);
 * const tick = await tickPipelines({ options, opened, pipelines: [...opened.pipelines.values()] });
 */
export async function tickPipelines(asked: AskedTick, tick: TickOptions = {}): Promise<Tick> {
  const { options, opened, target = NO_TARGET } = asked;
  const open = tick.ledger ?? (tick.dryRun === true ? openReadingLedger : openLedger);
  const ledger = await open(opened.project, options);
  const pipelines = await withImageHashes(opened);
  const run = tick.dryRun === true ? undefined : createRunner(asked, tick);
  const shared = {
    ledger,
    pipelines,
    words: tick.words ?? {},
    ...(tick.now === undefined ? {} : { now: tick.now }),
    ...(run === undefined ? {} : { run }),
  };
  const done: (PipelineTick | undefined)[] = [];
  const faults: TickFault[] = [];
  await Promise.all(
    asked.pipelines.map(async (pipeline, place) => {
      try {
        const emit = createEvents(tick.reporterFor?.(pipeline.name) ?? []);
        const asking = { options, opened, pipeline, target, mistakes: [] };
        const ended = await tickPipeline(asking, { ...shared, emit });
        done[place] = ended;
        tick.onEnd?.(pipeline, ended);
      } catch (error) {
        const fault = { pipeline: pipeline.name, error };
        faults.push(fault);
        tick.onEnd?.(pipeline, fault);
      }
    }),
  );
  return { pipelines: done.filter((one) => one !== undefined), faults };
}

/** 0 also where something waits. */
export function statusOf({ pipelines }: Tick): number {
  return worstOf(pipelines.flatMap(({ parts }) => parts.map(({ exitStatus }) => exitStatus)));
}

const NO_TARGET: Target = { tasks: [], keys: {}, params: {} };

function createRunner(
  { opened, options }: AskedTick,
  tick: TickOptions,
): (planned: Planned) => Promise<Report> {
  const { project } = opened;
  const { envFile, interrupt, watched } = tick;
  const { within } = tick.pace ?? createSharedPace(tick.concurrency ?? project.concurrency);
  return (planned) =>
    within(async (pace) => {
      const engine = await (tick.engine ?? openEngine)(project, options.env);
      try {
        return await runOn(engine, planned, {
          reporters: tick.reporterFor?.(planned.plan.pipeline) ?? [],
          ...(tick.concurrency === undefined ? {} : { concurrency: tick.concurrency }),
          ...(envFile === undefined ? {} : { envFile }),
          ...(interrupt === undefined ? {} : { interrupt }),
          ...(watched === undefined ? {} : { watched }),
          pace,
          onHeld: 'leave',
        });
      } finally {
        await engine.close();
      }
    });
}
