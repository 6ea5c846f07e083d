import { setMaxListeners } from 'node:events';
import { openEngine, randomHex } from '../../compose.ts';
import { createBackfills, type Backfills } from '../../ledger/backfills/backfills.ts';
import type { BackfillRecord } from '../../model/backfill.ts';
import { STORE_SCHEMA } from '../../model/records.ts';
import type { Report } from '../../model/report.ts';
import { runId } from '../../model/run-id.ts';
import { definitionOf } from '../../plan/kept/definition.ts';
import type { Clock, Engine, Reporter } from '../../ports.ts';
import { runOn, type RunOptions } from '../run.ts';
import type { PlannedBackfill } from './plan-backfill.ts';

export interface BackfillOptions extends Omit<RunOptions, 'concurrency' | 'paced' | 'reporters'> {
  /** Told what happens; `backfill` is its id. */
  readonly reporters?: (backfill: string) => readonly Reporter[];
  /** The one that goes on. */
  readonly resumed?: BackfillRecord;
  /** How often it looks whether it was cancelled. */
  readonly pollSeconds?: number;
}

/** A cancelled one stops its containers within 30 s, and stopping takes some of them. */
const POLL_SECONDS = 10;

/**
 * Runs a backfill to its end, to an interrupt, or until it is cancelled from anywhere. It is on record, so that others
 * see it, and so that it can go on.
 *
 * @throws ProblemsError, EngineError, StoreError or InterruptedError with nothing run.
 */
export async function runBackfill(backfill: PlannedBackfill, options: BackfillOptions = {}): Promise<Report> {
  const { asked } = backfill.planned;
  const engine = await openEngine(asked.opened.project, asked.options.env);
  try {
    return await runBackfillOn(engine, backfill, options);
  } finally {
    await engine.close();
  }
}

/** The same on an engine that is open, and that the caller closes. */
export async function runBackfillOn(
  engine: Engine,
  backfill: PlannedBackfill,
  options: BackfillOptions = {},
): Promise<Report> {
  const { resumed, pollSeconds = POLL_SECONDS, reporters, interrupt, ...rest } = options;
  const { planned, pacer, most } = backfill;
  const { clock } = planned.asked.opened;
  const run = runId(clock.now(), randomHex);
  const id = resumed?.backfill ?? run;
  const backfills = createBackfills(planned.ledger, randomHex);
  const ended = new AbortController();
  const cancelled = new AbortController();
  const signal = AbortSignal.any([cancelled.signal, ...(interrupt === undefined ? [] : [interrupt.signal])]);
  // Every container listens.
  setMaxListeners(0, signal);
  const { signal: never } = new AbortController();
  let watching: Promise<void> = Promise.resolve();
  try {
    const report = await runOn(engine, planned, {
      ...rest,
      concurrency: most,
      interrupt: { signal, hard: interrupt?.hard ?? never },
      reporters: reporters?.(id) ?? [],
      paced: {
        run,
        pacer,
        begin: async () => {
          await recordBeginning(backfills, backfill, run, resumed, clock);
          watching = watch({ backfills, id, run, clock, pollSeconds }, cancelled, ended.signal);
        },
      },
    });
    await recordEnd(backfills, id, run, report);
    return { ...report, backfill: id };
  } finally {
    ended.abort();
    await watching;
  }
}

async function recordBeginning(
  backfills: Backfills,
  { planned, rules }: PlannedBackfill,
  run: string,
  resumed: BackfillRecord | undefined,
  clock: Clock,
): Promise<void> {
  const { plan, pipelines } = planned;
  const definition = definitionOf(pipelines, plan);
  if (resumed !== undefined) {
    await backfills.update(resumed.backfill, (record) => {
      const { cancelled: _, finishedAt: __, outcome: ___, counts: ____, ...before } = record;
      return {
        ...before,
        rules,
        definition: { ...record.definition, ...definition },
        runs: [...record.runs, run],
      };
    });
    return;
  }
  await backfills.start({
    schema: STORE_SCHEMA,
    backfill: run,
    pipeline: plan.pipeline,
    request: plan.request,
    rules,
    definition,
    runs: [run],
    planned: plan.instances.filter(({ action }) => action !== 'none').length,
    startedAt: new Date(clock.now()).toISOString(),
  });
}

/** What the run came to is its own record's to say: that this could not be written changes nothing of it. */
async function recordEnd(backfills: Backfills, id: string, run: string, report: Report): Promise<void> {
  const { finishedAt, outcome, counts } = report;
  await backfills
    .update(id, (record) =>
      record.runs.at(-1) === run ? { ...record, finishedAt, outcome, counts } : undefined,
    )
    .catch(() => undefined);
}

interface Watched {
  readonly backfills: Backfills;
  readonly id: string;
  readonly run: string;
  readonly clock: Clock;
  readonly pollSeconds: number;
}

async function watch(
  { backfills, id, run, clock, pollSeconds }: Watched,
  cancelled: AbortController,
  ended: AbortSignal,
): Promise<void> {
  while (!ended.aborted && !cancelled.signal.aborted) {
    try {
      await clock.sleep(pollSeconds * 1000, ended);
    } catch {
      return;
    }
    try {
      const record = await backfills.read(id);
      const newest = record?.runs.at(-1);
      if (record?.cancelled !== undefined) cancelled.abort(`cancelled by ${record.cancelled.by}`);
      else if (newest !== undefined && newest !== run) cancelled.abort(`run ${newest} goes on with it`);
    } catch {
      // A store that is away is the run's to notice; a record that is broken cancels nothing.
    }
  }
}
