import { upMilliseconds } from '../clock.ts';
import { openEngine, randomHex } from '../compose.ts';
import { EngineError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { processIdentity } from '../ledger/runs/process.ts';
import type { Plan } from '../model/plan.ts';
import { runId } from '../model/run-id.ts';
import type { Engine, Reporter } from '../ports.ts';
import { runPlan } from '../run/run.ts';
import { evaluateCondition, evaluateTemplate } from '../language/expression/evaluate.ts';
import { closeWithin, listenForInterrupt, unlessInterrupted } from './cli/interrupt.ts';
import { usageError, type Output } from './cli/output.ts';
import { makeSessionPlan, openSession, type CommonFlags, type Planned, type Session } from './planning.ts';
import type { RequestFlags } from './request.ts';
import { surroundingsOf } from './cli/surroundings.ts';
import { readSecrets } from './secrets.ts';

export interface RunFlags extends CommonFlags, RequestFlags {
  readonly concurrency?: string;
  readonly envFile?: string;
  readonly logs?: boolean;
  readonly logFormat?: string;
}

/** `sluice run`: runs what is missing or failed, to its end. */
export async function runCommand(words: readonly string[], flags: RunFlags, output: Output): Promise<number> {
  const concurrency = wholeNumber('--concurrency', flags.concurrency);
  const interrupt = listenForInterrupt();
  const opened: Opened = { reporters: [] };
  try {
    // A large plan over a distant store takes a while too.
    const prepared = await unlessInterrupted(prepare(words, flags, output, opened), interrupt.soft);
    const { session, plan, pipelines, ledger, secrets, engine, live } = prepared;
    const { project, clock } = session.opened;
    const { reporters } = opened;
    const report = await runPlan(plan, {
      run: runId(clock.now(), randomHex),
      process: await processIdentity(),
      pipelines,
      projectRoot: project.root,
      pools: project.pools,
      concurrency: concurrency ?? project.concurrency,
      ledger,
      engine,
      clock,
      elapsed: upMilliseconds,
      random: Math.random,
      reporters,
      secrets,
      interrupt: { signal: interrupt.soft, hard: interrupt.hard },
      watched: live || flags.logs === true,
      expressions: { template: evaluateTemplate, condition: evaluateCondition },
    });
    if (output.json) {
      const { reportDocument } = await import('../report/json.ts');
      await output.document(reportDocument(report));
    }
    return report.exitStatus;
  } finally {
    interrupt.dispose();
    await closeWithin(async () => opened.engine?.close(), interrupt);
    for (const reporter of opened.reporters) await reporter.close?.();
  }
}

/** What is to be closed, however far the preparation came. */
interface Opened {
  engine?: Engine;
  reporters: readonly Reporter[];
}

interface Prepared extends Planned {
  readonly session: Session;
  readonly secrets: Readonly<Record<string, string>>;
  readonly engine: Engine;
  /** Somebody looks on: tasks' lines are wanted while they are written. */
  readonly live: boolean;
}

/** All that comes before the run itself. */
async function prepare(
  words: readonly string[],
  flags: RunFlags,
  output: Output,
  opened: Opened,
): Promise<Prepared> {
  const session = await openSession(words, flags, output);
  const planned = await makeSessionPlan(session, flags);
  const { plan, pipelines, ledger } = planned;
  for (const warning of plan.warnings) output.warn(`warning: ${warning}`);
  const secrets = await readSecrets(plan, pipelines, process.env, flags.envFile);
  const { reporters, live } = await createReporters(flags, output, session);
  opened.reporters = reporters;
  const engine = await openEngine(session.opened.project, process.env);
  opened.engine = engine;
  await prepareEngine(engine, plan, ledger);
  return { ...planned, session, secrets, engine, live };
}

/** An engine is needed only where something is to run, or where a dead run may have left containers. */
async function prepareEngine(engine: Engine, plan: Plan, ledger: Ledger): Promise<void> {
  const needed = plan.instances.some(({ action }) => action === 'run' || action === 'compare');
  if (!needed && !(await anyRunDied(ledger))) return;
  try {
    await engine.check();
    await engine.sweep({
      storeId: ledger.storeId,
      // One that is not recorded here is another's: a copy of a store's files has the same id.
      isLive: async (run) =>
        (await ledger.liveness(run)) === 'live' || (await ledger.readRun(run)) === undefined,
    });
  } catch (error) {
    if (needed || !(error instanceof EngineError)) throw error;
  }
}

const RECENT_RUNS = 5;

async function anyRunDied(ledger: Ledger): Promise<boolean> {
  for (const run of await ledger.listRuns({ limit: RECENT_RUNS })) {
    if (run.finishedAt === undefined && (await ledger.liveness(run.run)) === 'dead') return true;
  }
  return false;
}

interface Reporting {
  readonly reporters: readonly Reporter[];
  /** Somebody looks on: tasks' lines are wanted while they are written. */
  readonly live: boolean;
}

async function createReporters(flags: RunFlags, output: Output, session: Session): Promise<Reporting> {
  const logs = flags.logs === true;
  if (flags.logFormat === 'json') {
    const { createLogReporter } = await import('../report/log.ts');
    return { reporters: [createLogReporter({ stream: process.stderr, logs })], live: false };
  }
  if (flags.logFormat !== 'text') {
    throw usageError('bad-log-format', `expected text or json for --log-format, found "${flags.logFormat}"`);
  }
  const { createPaint } = await import('../report/paint.ts');
  const paint = createPaint(output.color);
  const surroundings = surroundingsOf(flags, session);
  const stream = output.json ? process.stderr : process.stdout;
  if (holdsTable(stream)) {
    const { createTerminalReporter } = await import('../report/terminal.ts');
    const { clock } = session.opened;
    const reporter = createTerminalReporter({ stream, paint, clock, surroundings, logs });
    return { reporters: [reporter], live: true };
  }
  const { createPlainReporter } = await import('../report/plain.ts');
  const reporter = createPlainReporter({
    write: (text) => void stream.write(text),
    paint,
    surroundings,
    logs,
  });
  return { reporters: [reporter], live: false };
}

function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9][0-9]*$/.test(text)) return Number(text);
  throw usageError('bad-number', `expected a whole number from 1 for ${flag}, found "${text}"`);
}

/** A terminal may know no size, as a container's before it is told one: nothing drawn there would be seen. */
function holdsTable(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env['TERM'] !== 'dumb' && stream.columns > 0 && stream.rows > 0;
}
