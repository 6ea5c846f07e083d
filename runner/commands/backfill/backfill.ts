import { estimatePlanned } from '../../app/estimate.ts';
import { unlessInterrupted } from '../../app/interrupted.ts';
import type { PlanOptions } from '../../app/planned.ts';
import { openReadingLedger } from '../../app/reading-ledger.ts';
import { planBackfill, type BackfillAsked, type PlannedBackfill } from '../../app/backfill/plan-backfill.ts';
import { runBackfillOn, type BackfillOptions } from '../../app/backfill/run-backfill.ts';
import { openEngine } from '../../compose.ts';
import { EXIT, usageError } from '../../errors.ts';
import type { Engine, Reporter } from '../../ports.ts';
import { backfillLines, backfillPlanDocument, type ShownBackfill } from '../../report/backfill.ts';
import { createPaint } from '../../report/paint.ts';
import type { CommonFlags } from '../cli/flags.ts';
import { closeWithin, listenForInterrupt, type Interrupt } from '../cli/interrupt.ts';
import type { Output } from '../cli/output.ts';
import { surroundingsOf } from '../cli/surroundings.ts';
import { openTyped } from '../cli/typed.ts';

export interface HowToBackfill extends CommonFlags {
  readonly envFile?: string;
  readonly adopt?: boolean;
  readonly logFormat?: string;
  readonly dryRun?: boolean;
}

export interface BackfillFlags extends HowToBackfill, Omit<PlanOptions, 'ledger' | 'contents' | 'request'> {
  readonly order?: string;
  readonly concurrency?: string;
  readonly canary?: string;
  readonly maxFailures?: string;
}

/** `sluice backfill`: a stretch of history, shown first and run at its own pace. */
export async function backfillCommand(
  words: readonly string[],
  flags: BackfillFlags,
  output: Output,
): Promise<number> {
  const rules = rulesOf(flags);
  return runShown(flags, output, async () => {
    const asked = await openTyped(words, flags, output);
    const ledger = flags.dryRun === true ? { ledger: openReadingLedger } : {};
    return planBackfill(asked, { ...flags, ...ledger }, rules);
  });
}

/** Shows what there is to do and does it, unless it was only to be shown. */
export async function runShown<Planned extends PlannedBackfill>(
  flags: HowToBackfill,
  output: Output,
  plan: () => Promise<Planned>,
  more: (planned: Planned) => BackfillOptions = () => ({}),
): Promise<number> {
  const interrupt = listenForInterrupt();
  let engine: Engine | undefined;
  let reporters: readonly Reporter[] = [];
  try {
    const backfill = await unlessInterrupted(plan(), interrupt.soft);
    const shown = await unlessInterrupted(show(backfill, flags, output), interrupt.soft);
    if (shown === 'all') return EXIT.ok;
    const { asked } = backfill.planned;
    const createReporter = await reporterFor(backfill, flags, output);
    engine = await openEngine(asked.opened.project, asked.options.env);
    const report = await runBackfillOn(engine, backfill, {
      ...more(backfill),
      ...(flags.envFile === undefined ? {} : { envFile: flags.envFile }),
      adopt: flags.adopt === true,
      interrupt: { signal: interrupt.soft, hard: interrupt.hard },
      reporters: (id) => (reporters = [createReporter(id)]),
    });
    if (output.json) {
      const { reportDocument } = await import('../../report/json.ts');
      await output.document(reportDocument(report));
    }
    return report.exitStatus;
  } finally {
    await end(interrupt, engine, reporters);
  }
}

async function end(
  interrupt: Interrupt,
  engine: Engine | undefined,
  reporters: readonly Reporter[],
): Promise<void> {
  interrupt.dispose();
  await closeWithin(async () => engine?.close(), interrupt);
  for (const reporter of reporters) await reporter.close?.();
}

async function show(
  { planned, rules, most, pacer }: PlannedBackfill,
  { dryRun }: HowToBackfill,
  output: Output,
): Promise<'all' | 'before'> {
  for (const warning of planned.plan.warnings) output.warn(`warning: ${warning}`);
  const shown: ShownBackfill = {
    plan: planned.plan,
    rules,
    most,
    forced: pacer.forced,
    estimate: await estimatePlanned(planned, most),
  };
  if (dryRun === true && output.json) {
    await output.document(backfillPlanDocument(shown));
    return 'all';
  }
  output.say(backfillLines(shown, createPaint(output.color), planned.asked.opened.clock.now()));
  return dryRun === true ? 'all' : 'before';
}

async function reporterFor(
  { planned }: PlannedBackfill,
  { logFormat }: HowToBackfill,
  output: Output,
): Promise<(id: string) => Reporter> {
  const { asked } = planned;
  if (logFormat === 'json') {
    const { createLogReporter } = await import('../../report/log.ts');
    return () => createLogReporter({ stream: process.stderr, logs: false });
  }
  if (logFormat !== 'text') {
    throw usageError('bad-log-format', `expected text or json for --log-format, found "${logFormat}"`);
  }
  const { createBackfillReporter } = await import('../../report/backfill-reporter.ts');
  const stream = output.json ? process.stderr : process.stdout;
  const surroundings = surroundingsOf({}, output, asked);
  const isLive = stream.isTTY && process.env['TERM'] !== 'dumb' && stream.columns > 0;
  return (id) =>
    createBackfillReporter({
      write: (text) => void stream.write(text),
      paint: createPaint(output.color),
      clock: asked.opened.clock,
      surroundings: { ...surroundings, resume: () => output.complete(`sluice backfill resume ${id}`) },
      every(milliseconds, act) {
        const timer = setInterval(act, milliseconds);
        timer.unref();
        return () => clearInterval(timer);
      },
      ...(isLive ? { columns: () => stream.columns } : {}),
    });
}

function rulesOf(flags: BackfillFlags): BackfillAsked {
  const { order } = flags;
  if (order !== undefined && order !== 'newest' && order !== 'oldest') {
    throw usageError('bad-order', `expected newest or oldest for --order, found "${order}"`);
  }
  const concurrency =
    flags.concurrency === 'auto' ? undefined : wholeNumber('--concurrency', flags.concurrency, 1);
  const canary = wholeNumber('--canary', flags.canary, 0);
  const maxFailures = wholeNumber('--max-failures', flags.maxFailures, 1);
  return {
    ...(order === undefined ? {} : { order }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(canary === undefined ? {} : { canary }),
    ...(maxFailures === undefined ? {} : { maxFailures }),
  };
}

function wholeNumber(flag: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least) return number;
  const also = flag === '--concurrency' ? ', or auto' : '';
  throw usageError('bad-number', `expected a whole number from ${least}${also} for ${flag}, found "${text}"`);
}
