import { requestOfRun } from '../app/again.ts';
import { openPipeline, type AskedPipeline } from '../app/asked-pipeline.ts';
import { unlessInterrupted } from '../app/interrupted.ts';
import { olderMissing, type OlderMissing } from '../app/older-missing.ts';
import { planPipeline, type Planned, type PlanOptions } from '../app/planned.ts';
import { openStoreSettings } from '../app/project/open-project.ts';
import { runOn } from '../app/run.ts';
import { openStandingLedger } from '../app/standing-ledger.ts';
import { openEngine } from '../compose.ts';
import { ProblemsError, usageError } from '../errors.ts';
import { quoteWord } from '../model/quote-word.ts';
import type { Engine, Reporter } from '../ports.ts';
import { appOptions, type CommonFlags } from './cli/flags.ts';
import { closeWithin, listenForInterrupt } from './cli/interrupt.ts';
import type { Output } from './cli/output.ts';
import { surroundingsOf } from './cli/surroundings.ts';
import { isPipelineFile } from './cli/target.ts';
import { openTyped } from './cli/typed.ts';

export interface RunFlags
  extends CommonFlags, Omit<PlanOptions, 'ledger' | 'contents' | 'request' | 'pipelines'> {
  readonly concurrency?: string;
  readonly envFile?: string;
  readonly logs?: boolean;
  readonly logFormat?: string;
  readonly adopt?: boolean;
  /** A file that holds a plan: exactly that is run. */
  readonly plan?: string;
  /** A run: what it was asked for is asked for again. */
  readonly again?: string;
}

/** `sluice run`: runs what is missing or failed, to its end. */
export async function runCommand(words: readonly string[], flags: RunFlags, output: Output): Promise<number> {
  const concurrency = wholeNumber('--concurrency', flags.concurrency);
  const logs = flags.logs === true;
  const interrupt = listenForInterrupt();
  let engine: Engine | undefined;
  let reporter: Reporter | undefined;
  // Told when nothing is drawn over them any more.
  const defects: string[] = [];
  try {
    const open = async () =>
      flags.plan !== undefined
        ? openKept(flags.plan, words, flags, output)
        : flags.again !== undefined
          ? openAgain(flags.again, words, flags, output)
          : planPipeline(await openTyped(words, flags, output), flags);
    // A large plan over a distant store takes a while too.
    const planned = await unlessInterrupted(open(), interrupt.soft);
    const looksBack = flags.plan === undefined && flags.again === undefined;
    const older = looksBack ? await unlessInterrupted(olderMissing(planned), interrupt.soft) : [];
    const { asked, plan } = planned;
    for (const warning of plan.warnings) output.warn(`warning: ${warning}`);
    const reporting = await createReporter(flags, output, asked);
    reporter = reporting.reporter;
    engine = await openEngine(asked.opened.project, asked.options.env);
    const report = await runOn(engine, planned, {
      reporters: [reporter],
      ...(flags.envFile === undefined ? {} : { envFile: flags.envFile }),
      adopt: flags.adopt === true,
      ...(concurrency === undefined ? {} : { concurrency }),
      interrupt: { signal: interrupt.soft, hard: interrupt.hard },
      watched: reporting.live || logs,
      ...(output.debug && { onDefect: (stack: string) => void defects.push(stack) }),
    });
    if (report.outcome !== 'cancelled') await sayOlder(older, output);
    if (output.json) {
      const { reportDocument } = await import('../report/json.ts');
      await output.document(reportDocument(report));
    }
    return report.exitStatus;
  } finally {
    interrupt.dispose();
    await closeWithin(async () => engine?.close(), interrupt);
    await reporter?.close?.();
    for (const stack of defects) output.warn(stack.split('\n'));
  }
}

/** Flags that say what runs, which a kept plan says already. */
const SAY_WHAT_RUNS = ['from', 'to', 'last', 'rebuild', 'only', 'resume', 'downstream', 'now'] as const;

async function openKept(
  path: string,
  words: readonly string[],
  flags: RunFlags,
  output: Output,
): Promise<Planned> {
  refuseBeside(`--plan ${path}`, flags, [...SAY_WHAT_RUNS, 'again']);
  const [{ readKeptPlan }, { planAsKept }] = await Promise.all([
    import('../app/kept-plan/file.ts'),
    import('../app/kept-plan/plan-as-kept.ts'),
  ]);
  const kept = await readKeptPlan(path, process.cwd());
  const asked =
    words.length > 0
      ? await openTyped(words, flags, output)
      : await openTyped([kept.pipeline], flags, output).catch((error: unknown) => {
          throw tellOfFile(error, path, kept.pipeline);
        });
  return planAsKept(asked, path, kept);
}

/** The plan of a lone file knows the pipeline's name alone. */
function tellOfFile(error: unknown, path: string, pipeline: string): unknown {
  if (!(error instanceof ProblemsError)) return error;
  const isMissing = error.problems.some(({ code }) => code === 'no-pipelines' || code === 'unknown-pipeline');
  if (!isMissing) return error;
  const named = `./${pipeline}.yaml`;
  return usageError(
    'no-pipeline',
    `the plan in ${path} is of pipeline ${pipeline}, and there is none of that name here`,
    `go to its project, or name that: --project FOLDER; the plan of a lone file is run with the file: sluice run ${quoteWord(named)} --plan ${quoteWord(path)}`,
  );
}

async function sayOlder(older: readonly OlderMissing[], output: Output): Promise<void> {
  if (older.length === 0) return;
  const { olderLines } = await import('../report/older-words.ts');
  output.warn(olderLines(older));
}

/** `sluice run --again <run>`: no word says what runs but the record of that run. */
async function openAgain(
  run: string,
  words: readonly string[],
  flags: RunFlags,
  output: Output,
): Promise<Planned> {
  refuseBeside(`--again ${run}`, flags, [...SAY_WHAT_RUNS.filter((flag) => flag !== 'now'), 'param']);
  const [file, ...more] = words.filter((word) => isPipelineFile(word));
  if (more.length > 0 || words.length > (file === undefined ? 0 : 1))
    throw usageError(
      'said-twice',
      `--again ${run} says what runs, and ${words.join(' ')} is given beside it`,
      'leave one of them out',
    );
  const options = appOptions(flags, output, file);
  const ledger = await openStandingLedger(await openStoreSettings(options), options);
  const request = await requestOfRun(ledger, run);
  const asked = await openPipeline(options, file === undefined ? { pipeline: request.pipeline } : { file });
  const { now } = flags;
  return planPipeline(asked, { request, ...(now !== undefined && { now }), ledger: async () => ledger });
}

function refuseBeside(what: string, flags: RunFlags, others: readonly (keyof RunFlags)[]): void {
  const given = others.filter((flag) => flags[flag] !== undefined);
  if (given.length === 0) return;
  const named = given.map((flag) => `--${flag}`).join(' and ');
  throw usageError(
    'said-twice',
    `${what} says what runs, and ${named} ${given.length === 1 ? 'is' : 'are'} given beside it`,
    'leave one of them out',
  );
}

interface Reporting {
  readonly reporter: Reporter;
  /** Somebody looks on: tasks' lines are wanted while they are written. */
  readonly live: boolean;
}

async function createReporter(flags: RunFlags, output: Output, asked: AskedPipeline): Promise<Reporting> {
  const logs = flags.logs === true;
  if (flags.logFormat === 'json') {
    const { createLogReporter } = await import('../report/log.ts');
    return { reporter: createLogReporter({ stream: process.stderr, logs }), live: false };
  }
  if (flags.logFormat !== 'text') {
    throw usageError('bad-log-format', `expected text or json for --log-format, found "${flags.logFormat}"`);
  }
  const { createPaint } = await import('../report/paint.ts');
  const paint = createPaint(output.color);
  const { clock } = asked.opened;
  const surroundings = surroundingsOf(flags, output, asked);
  const stream = output.json ? process.stderr : process.stdout;
  if (holdsTable(stream)) {
    const { createTerminalReporter } = await import('../report/terminal.ts');
    return { reporter: createTerminalReporter({ stream, paint, clock, surroundings, logs }), live: true };
  }
  const { createPlainReporter } = await import('../report/plain.ts');
  const write = (text: string) => void stream.write(text);
  return { reporter: createPlainReporter({ write, paint, clock, surroundings, logs }), live: false };
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
