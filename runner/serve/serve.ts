import type { AppOptions } from '../app/asked-pipeline.ts';
import type { OpenedProject, SoundProject } from '../app/project/open-project.ts';
import { openLedger } from '../app/open-ledger.ts';
import { openStandingLedger } from '../app/standing-ledger.ts';
import type { PipelineTick } from '../app/tick/pipeline-tick.ts';
import { createSharedPace } from '../app/tick/shared-pace.ts';
import { tickPipelines, type TickFault, type TickOptions } from '../app/tick/tick.ts';
import { EXIT, messageOf, ProblemsError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Pipeline, Project } from '../model/pipeline.ts';
import type { Problem } from '../model/problem.ts';
import type { Clock, Reporter } from '../ports.ts';
import type { Interrupt } from '../run/run-environment.ts';
import { createProjectReader, type KeptProject } from './kept-project.ts';
import { createOutages, partOf, type Outages, type Part } from './outage.ts';
import { wakeAfter } from './wake.ts';

export interface ServeOptions {
  readonly options: AppOptions;
  readonly clock: Clock;
  readonly interrupt: Interrupt;
  readonly open: () => Promise<SoundProject>;
  /** Changes when the project's files do. */
  readonly marksOf: (opened: OpenedProject) => Promise<string>;
  readonly reporterFor: (opened: OpenedProject, pipeline: string) => readonly Reporter[];
  readonly say: (line: string) => void;
  readonly sayProblems: (problems: readonly Problem[]) => void;
  readonly tick?: Pick<TickOptions, 'engine' | 'ledger' | 'envFile' | 'concurrency' | 'watched'>;
}

/** How it stands, for whoever asks. */
export interface Standing {
  /** When the loop last came round, by its clock. */
  readonly turnedAt: () => number;
  readonly out: () => readonly Part[];
  /** Pipelines whose turn it is. */
  readonly running: () => readonly string[];
}

export interface Serving {
  readonly standing: Standing;
  /** Ends after the first signal, when all that ran has been stopped. True: something was cut short. */
  readonly ended: Promise<boolean>;
}

/** So often is looked for changed files and for wakes. */
const TURN_MS = 2000;

/**
 * Ticks each pipeline when it is woken, side by side, never one twice at once. Nothing but a signal ends it: what is out
 * of reach is tried again until it is back, and what is broken in the files leaves the last that was sound.
 *
 * @throws ProblemsError where no pipeline is sound at its start.
 */
export async function startServing(given: ServeOptions): Promise<Serving> {
  const { clock, interrupt, say } = given;
  const reader = createProjectReader(given.open, say, given.sayProblems);
  const outages = createOutages(say);
  let kept: KeptProject = await reader.read();
  let marks = await given.marksOf(kept.opened);
  const { pipelines, project } = kept.opened;
  say(`serving ${[...pipelines.keys()].join(', ') || 'no pipeline'}`);
  const pace = createSharedPace(given.tick?.concurrency ?? project.concurrency);
  const ledgers = createLedgers(given);
  const wakes = new Map<string, number>();
  const running = new Set<string>();
  const batches = new Set<Promise<void>>();
  let turnedAt = clock.now();
  let cut = false;

  const reload = async (): Promise<boolean> => {
    try {
      kept = await reader.read();
      for (const name of kept.changed) wakes.set(name, clock.now());
      for (const name of wakes.keys()) if (!kept.opened.pipelines.has(name)) wakes.delete(name);
      outages.end('project');
      return true;
    } catch (error) {
      const reason = error instanceof ProblemsError ? error.problems[0]?.message : messageOf(error);
      outages.begin('project', reason ?? 'it cannot be read');
      return false;
    }
  };

  const begin = (due: readonly Pipeline[]): void => {
    const begunMs = clock.now();
    const { opened } = kept;
    for (const { name } of due) running.add(name);
    const finish = (pipeline: Pipeline, tick: PipelineTick | TickFault | undefined): void => {
      running.delete(pipeline.name);
      if (tick !== undefined && isCut(tick)) cut = true;
      wakes.set(pipeline.name, wakeOf(outages, opened, pipeline, begunMs, tick, clock.now()));
      tellTick(given, tick);
    };
    const batch = tickPipelines(
      { options: given.options, opened, pipelines: due },
      {
        ...given.tick,
        interrupt,
        pace,
        ledger: ledgers.open,
        reporterFor: (pipeline) => given.reporterFor(opened, pipeline),
        onEnd: finish,
      },
    ).then(
      () => undefined,
      (error: unknown) => {
        for (const pipeline of due) finish(pipeline, { pipeline: pipeline.name, error });
      },
    );
    batches.add(batch);
    void batch.finally(() => batches.delete(batch));
  };

  const turn = async (): Promise<void> => {
    turnedAt = clock.now();
    const now = await given.marksOf(kept.opened);
    const isChanged = now !== marks || outages.open().includes('project');
    const isAwake = (name: string): boolean =>
      !running.has(name) && (wakes.get(name) ?? Number.NEGATIVE_INFINITY) <= clock.now();
    if (!isChanged && ![...kept.opened.pipelines.keys()].some(isAwake)) return;
    marks = now;
    // Also before each tick: what it runs is what stands in the files then.
    if (!(await reload()) || interrupt.signal.aborted) return;
    const due = [...kept.opened.pipelines.values()].filter(({ name }) => isAwake(name));
    if (due.length > 0) begin(due);
  };

  const loop = async (): Promise<boolean> => {
    while (!interrupt.signal.aborted) {
      await turn();
      await clock.sleep(TURN_MS, interrupt.signal).catch(() => undefined);
    }
    say(
      `${String(interrupt.signal.reason)}: ${running.size === 0 ? 'ending' : `stopping ${[...running].join(', ')}`}`,
    );
    await Promise.all(batches);
    return cut;
  };

  return {
    standing: { turnedAt: () => turnedAt, out: outages.open, running: () => [...running] },
    ended: loop(),
  };
}

/** The store that there was at first, and no other one that stands in its place for a while. */
function createLedgers({ tick }: ServeOptions): {
  readonly open: (project: Project, options: AppOptions) => Promise<Ledger>;
} {
  if (tick?.ledger !== undefined) return { open: tick.ledger };
  const opened = new Set<string>();
  return {
    async open(project, options) {
      const ledger = await (opened.has(project.store) ? openStandingLedger : openLedger)(project, options);
      opened.add(project.store);
      return ledger;
    },
  };
}

function wakeOf(
  outages: Outages,
  { pipelines }: OpenedProject,
  pipeline: Pipeline,
  begunMs: number,
  tick: PipelineTick | TickFault | undefined,
  nowMs: number,
): number {
  const lost = tick !== undefined && 'error' in tick ? partOf(tick.error) : lostIn(tick);
  if (lost !== undefined) return nowMs + outages.begin(lost.part, lost.reason);
  if (tick !== undefined && !('error' in tick)) {
    outages.end('store');
    if (tick.parts.some(({ report }) => report.run !== undefined)) outages.end('engine');
  }
  return wakeAfter(pipelines, pipeline, begunMs, tick !== undefined && 'error' in tick ? undefined : tick);
}

/** A run that lost its store or engine on the way. */
function lostIn(
  tick: PipelineTick | undefined,
): { readonly part: Part; readonly reason: string } | undefined {
  const part = tick?.parts.find(({ exitStatus }) => exitStatus === EXIT.unreachable);
  if (part === undefined) return undefined;
  const lost = part.report.instances.find(({ cause }) => cause?.kind === 'engine-lost');
  return lost === undefined
    ? { part: 'store', reason: 'it went in the middle of a run' }
    : { part: 'engine', reason: lost.reason };
}

function isCut(tick: PipelineTick | TickFault): boolean {
  if ('error' in tick) return false;
  return tick.parts.some(({ exitStatus }) => exitStatus === EXIT.interrupted);
}

function tellTick({ say, sayProblems }: ServeOptions, tick: PipelineTick | TickFault | undefined): void {
  if (tick === undefined) return;
  if (!('error' in tick)) {
    for (const warning of tick.warnings) say(`warning: ${warning}`);
    return;
  }
  const { error } = tick;
  if (partOf(error) !== undefined) return;
  if (error instanceof ProblemsError) sayProblems(error.problems);
  else if (!(error instanceof Error && error.name === 'InterruptedError'))
    say(`${tick.pipeline}: this is a defect of sluice: ${messageOf(error)}`);
}
