import { setMaxListeners } from 'node:events';
import { upMilliseconds } from '../clock.ts';
import { openEngine, openSources, randomHex } from '../compose.ts';
import { evaluateCondition, evaluateTemplate, evaluateValue } from '../language/expression/evaluate.ts';
import { processIdentity } from '../ledger/runs/process.ts';
import type { Report } from '../model/report.ts';
import { runId } from '../model/run-id.ts';
import type { Engine, Reporter } from '../ports.ts';
import type { Interrupt, OnHeld, Pace } from '../run/run-environment.ts';
import type { Pacer } from '../run/pace/pacer.ts';
import { runPlan } from '../run/run.ts';
import { unlessInterrupted } from './interrupted.ts';
import type { Planned } from './planned.ts';
import { claimPipeline, refuseOthers } from './owners.ts';
import { prepareEngine } from './prepare-engine.ts';
import { readSecrets } from './secrets.ts';

export interface RunOptions {
  /** Told what happens, while it does. */
  readonly reporters?: readonly Reporter[];
  /** Secrets that are not in the environment; those of the file come after it. */
  readonly envFile?: string;
  /** Containers side by side; default: the project's. */
  readonly concurrency?: number;
  /** Where something outside says how fast to go. */
  readonly pace?: Pace;
  /** What becomes of an instance that another live run has in hand; default: it is waited for. */
  readonly onHeld?: OnHeld;
  /** Take the pipeline over where its results are another project's. */
  readonly adopt?: boolean;
  /** Without one, nothing ends the run but its end. */
  readonly interrupt?: Interrupt;
  /** Of a backfill: how fast it goes, and what is written once all is ready and before anything runs. */
  readonly paced?: { readonly run: string; readonly pacer: Pacer; readonly begin: () => Promise<void> };
  /** Someone looks on: tasks' lines are wanted while they are written. */
  readonly watched?: boolean;
  /** Told the stack where an instance fails by a defect of sluice. */
  readonly onDefect?: (stack: string) => void;
}

/**
 * From a plan to its report: reads the secrets, opens the engine, sweeps away what dead runs left, runs, closes.
 *
 * @throws ProblemsError for a secret that is not set and for a pipeline that is another project's; EngineError, StoreError or InterruptedError with nothing run.
 * @example
 * const report = await runPlanned(await planPipeline(asked), { concurrency: 2 });
 * console.log(report.outcome, report.counts);
 */
export async function runPlanned(planned: Planned, options: RunOptions = {}): Promise<Report> {
  const { asked } = planned;
  const engine = await openEngine(asked.opened.project, asked.options.env);
  try {
    return await runOn(engine, planned, options);
  } finally {
    await engine.close();
  }
}

/** The same on an engine that is open, and that the caller closes. */
export async function runOn(engine: Engine, planned: Planned, options: RunOptions = {}): Promise<Report> {
  const { asked, plan, pipelines, ledger } = planned;
  const { project, clock } = asked.opened;
  const interrupt = options.interrupt ?? neverInterrupted();
  const adopt = options.adopt ?? false;
  const { paced } = options;
  const run = paced?.run ?? runId(clock.now(), randomHex);
  refuseOthers(planned, adopt);
  const prepare = async () => {
    const secrets = await readSecrets(plan, pipelines, asked.options, options.envFile);
    await prepareEngine(engine, plan, ledger);
    await claimPipeline(planned, { run, since: new Date(clock.now()).toISOString(), adopt });
    await paced?.begin();
    return secrets;
  };
  return runPlan(plan, {
    run,
    process: await processIdentity(),
    pipelines,
    project: planned.ownership.project,
    projectRoot: project.root,
    pools: project.pools,
    concurrency: options.concurrency ?? project.concurrency,
    ...(options.pace === undefined ? {} : { pace: options.pace }),
    ...(options.onHeld === undefined ? {} : { onHeld: options.onHeld }),
    ...(paced === undefined ? {} : { pacer: paced.pacer }),
    ledger,
    engine,
    sources: await openSources(project, asked.options.env),
    clock,
    nowMs: planned.nowMs,
    expand: planned.expand,
    elapsed: upMilliseconds,
    random: Math.random,
    reporters: options.reporters ?? [],
    secrets: await unlessInterrupted(prepare(), interrupt.signal),
    interrupt,
    watched: options.watched ?? false,
    expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
    ...(options.onDefect !== undefined && { onDefect: options.onDefect }),
  });
}

function neverInterrupted(): Interrupt {
  const { signal } = new AbortController();
  // Every container listens.
  setMaxListeners(0, signal);
  return { signal, hard: signal };
}
