import type { Command, Option } from 'commander';
import { ProblemsError } from '../../errors.ts';
import type { Problem } from '../../model/problem.ts';
import { createOutput, reportError, type Output, type OutputFlags } from './output.ts';
import { isPipelineFile } from './target.ts';
import { own } from '../../model/own.ts';

/** What a command does with its words and flags; the exit status. */
type Run<Flags> = (words: readonly string[], flags: Flags, output: Output) => Promise<number>;

/** A command with the flags that all have. Flags that it does not know are refused, and so are words too many. */
export function command(program: Command, usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .helpOption('-h, --help', 'show this help')
    .option('--json', 'print one JSON document on stdout, all else on stderr')
    .option('--project <folder>', 'the folder of sluice.yaml or pipelines/ (default: here or above)')
    .option('--store <where>', 'instead of the project’s; SLUICE_STORE')
    .option('--engine <host>', 'unix:///… or tcp://…; SLUICE_ENGINE, DOCKER_HOST')
    .option('--no-color', 'no colours; NO_COLOR')
    .option('--debug', 'stack traces')
    .allowExcessArguments(false);
}

/** Takes params as flags: words that commander does not know are read once the pipeline is known. */
export function withParams(made: Command): Command {
  return made
    .option('-p, --param <key=value>', 'a param, also one that a flag could not name', collect)
    .allowUnknownOption()
    .allowExcessArguments();
}

/** Flags that say which instances. */
export function planning(made: Command): Command {
  return withParams(made)
    .option('--from <date>', 'first last-day of a range; alone, to the newest that is due')
    .option('--to <date>', 'last last-day of a range, included')
    .option('--last <count>', 'so many of each task’s newest that are due')
    .option('--rebuild <what>', 'stale, all: what runs again, beside what is missing or failed')
    .option('--only <what>', 'of missing, failed, stale: what runs, and nothing else')
    .option('--resume <run>', 'of --rebuild all: what was made since that run began stays')
    .option('--downstream', 'take along what depends on it, as far as contents change')
    .addHelpText(
      'after',
      '\nA pipeline’s params are flags too: --date 2021-01-29, --date a..b, --date a..,\n--date latest|latest-3|today|yesterday, also as ends; --<param> <value>.',
    );
}

/** Lets what a plan says of time be asked as of another moment. */
export function asOfAnyMoment(made: Command): Command {
  return made.option('--now <instant>', 'as of that moment: what is due, ranges, what may still come');
}

/** Loads the command's code only when it is called, and gives the process its exit status. */
export function action<Flags extends OutputFlags>(load: () => Promise<Run<Flags>>) {
  return async function act(this: Command): Promise<void> {
    const swallowed = swallowedFlags(this);
    const flags = { ...this.opts<Flags>(), flagNames: flagsOf(this) };
    const [file] = this.args.filter((word) => isPipelineFile(word));
    const output = createOutput({
      ...flags,
      ...(file === undefined ? {} : { file }),
      ...(swallowed.some(({ found }) => found === '--json') ? { json: true } : {}),
    });
    try {
      if (swallowed.length > 0) throw new ProblemsError(swallowed.map(missingValue));
      const run = await load();
      process.exitCode = await run(this.args, flags, output);
    } catch (error) {
      process.exitCode = await reportError(error, output);
    }
  };
}

interface SwallowedFlag {
  readonly option: Option;
  readonly found: string;
}

/** `--from --to x`: commander takes `--to` for the value. */
function swallowedFlags(made: Command): readonly SwallowedFlag[] {
  const known = flagsOf(made);
  return made.options.flatMap((option) => {
    const value: unknown = own(made.opts<Record<string, unknown>>(), option.attributeName());
    const texts = (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
    return texts
      .filter((text) => known.includes(text.split('=')[0] ?? ''))
      .map((found) => ({ option, found }));
  });
}

function missingValue({ option, found }: SwallowedFlag): Problem {
  return {
    severity: 'error',
    code: 'missing-value',
    message: `expected a value after ${option.long}, found the flag ${found}`,
    fix: `write ${option.flags}`,
  };
}

/** `--json`, `--date`, …: the long flags that a command has. */
export function flagsOf(made: Command): readonly string[] {
  return [...made.options.flatMap((option) => option.long ?? []), '--help'];
}

/** What each is for stands beside it, or, where that would be wider than a usual terminal, above it. */
export function examples(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([line]) => line.length));
  const beside = rows.map(([line, why]) =>
    `  ${line.padEnd(width)}${why === '' ? '' : `  # ${why}`}`.trimEnd(),
  );
  const above = rows.flatMap(([line, why]) => [...(why === '' ? [] : [`  # ${why}`]), `  ${line}`]);
  const fits = beside.every((line) => line.length < USUAL_COLUMNS);
  return `\nExamples:\n${(fits ? beside : above).join('\n')}`;
}

const USUAL_COLUMNS = 80;

export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
