import { Command } from 'commander';
import { EXIT } from '../errors.ts';
import { createOutput, reportError, type Output, type OutputFlags } from './output.ts';

type Run<Flags> = (words: readonly string[], flags: Flags, output: Output) => Promise<number>;

/** Every command; each loads its own code only when it is called. */
export function createProgram(version: string): Command {
  const program = new Command('sluice')
    .description(
      'Runs data pipelines: each task in its own container, outputs all or nothing, only what is missing.',
    )
    .version(version, '--version')
    .helpOption('--help', 'show this help')
    .addHelpText(
      'after',
      examples([
        ['sluice init', 'make a small pipeline that runs at once'],
        ['sluice plan short-score', 'what would run, and why'],
        ['sluice run short-score --date 2021-01-04..2021-01-29', 'run what is missing of four weeks'],
        ['sluice why short-score/score/date=2021-01-29', 'why one instance is as it is'],
        ['sluice get short-score/score/date=2021-01-29 --to out', 'its outputs, verified'],
      ]),
    )
    .showSuggestionAfterError()
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
    });

  planning(command(program, 'run [pipeline] [task...]', 'run what is missing or failed'))
    .option('--concurrency <n>', 'containers side by side (default: the project’s, else 4)')
    .option('--env-file <file>', 'secrets that are not in the environment, NAME=value a line')
    .option('--logs', 'print the tasks’ own lines as they come')
    .option('--log-format <format>', 'text, or json: one object a line', 'text')
    .action(action(async () => (await import('./run.ts')).runCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice run short-score', 'each task’s newest partition that is due'],
        ['sluice run short-score score --date 2021-01-29', 'one task of one day, and what it is missing'],
        ['sluice run short-score --from 2021-01-04 --to 2021-01-29', 'a range, both ends included'],
        [
          'sluice run short-score momentum --rebuild stale --downstream --date 2021-01-04..2021-01-29',
          'after a fix',
        ],
        ['sluice run ./lone.yaml', 'a file without a project'],
      ]),
    );

  planning(
    command(
      program,
      'plan [pipeline] [task...]',
      'every instance with its state and reason; changes nothing',
    ),
  )
    .option('--graph', 'a Mermaid flowchart of the tasks')
    .option('--all', 'list the finished ones too')
    .action(action(async () => (await import('./plan.ts')).planCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice plan short-score --date 2021-01-04..2021-01-29', 'what a run over the range would do'],
        [
          'sluice plan short-score --rebuild stale --date 2021-01-04..2021-01-29',
          'what changed since it was made',
        ],
        ['sluice plan short-score --graph > graph.mmd', 'a picture'],
      ]),
    );

  planning(command(program, 'why <instance> [task...]', 'the chain of reasons behind one instance’s state'))
    .action(action(async () => (await import('./why.ts')).whyCommand))
    .addHelpText('after', examples([['sluice why short-score/score/date=2021-01-29', '']]));

  command(program, 'check [pipeline-file]', 'find every mistake in the project’s files')
    .action(action(async () => (await import('./check.ts')).checkCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice check', 'all pipelines'],
        ['sluice check ./lone.yaml', 'one file'],
      ]),
    );

  command(program, 'get <instance> [task...]', 'download outputs, each verified against its sha256')
    .option('--to <folder>', 'where to', '.')
    .action(action(async () => (await import('./get.ts')).getCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice get short-score/score/date=2021-01-29 --to out', ''],
        ['sluice get short-score score --date 2021-01-04..2021-01-29 --to out', 'a folder an instance'],
      ]),
    );

  command(program, 'ls [path...]', 'what is committed')
    .option('--uris', 'the objects’ own addresses, one a line')
    .action(action(async () => (await import('./ls.ts')).lsCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice ls', 'tasks'],
        ['sluice ls short-score/score', 'its instances'],
      ]),
    );

  planning(
    command(program, 'logs <instance> [task...]', 'what an attempt printed, by default the newest one’s'),
  )
    .option('--run <run>', 'of that run')
    .option('--attempt <attempt>', 'of that attempt')
    .action(action(async () => (await import('./logs.ts')).logsCommand))
    .addHelpText('after', examples([['sluice logs short-score/score/date=2021-01-29', '']]));

  command(program, 'status [pipeline]', 'open failures and the last runs')
    .action(action(async () => (await import('./status.ts')).statusCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice status', ''],
        ['sluice status short-score --json', ''],
      ]),
    );

  planning(
    command(
      program,
      'repro <instance> [task...]',
      'lay an instance’s inputs and files into a folder and print the equal docker run',
    ),
  )
    .option('--into <folder>', 'where to (default: ./repro-<task>)')
    .option('--exec', 'run it')
    .option('--env-file <file>', 'secrets that are not in the environment, NAME=value a line')
    .action(action(async () => (await import('./repro.ts')).reproCommand))
    .addHelpText(
      'after',
      examples([['sluice repro short-score/score/date=2021-01-29 --exec', 'see it fail again']]),
    );

  command(program, 'init [folder]', 'write a small pipeline that runs at once')
    .option('--force', 'write over files that are there')
    .action(action(async () => (await import('./init.ts')).initCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice init', 'here'],
        ['sluice init etl && cd etl && sluice run hello', ''],
      ]),
    );

  command(program, 'gc', 'remove what no manifest names and no live run can need')
    .option('--dry-run', 'only say what would go')
    .option('--grace-hours <hours>', 'keep what was superseded since', '24')
    .action(action(async () => (await import('./gc.ts')).gcCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice gc --dry-run', ''],
        ['sluice gc --grace-hours 1', ''],
      ]),
    );

  command(program, 'doctor', 'what is wrong with project, store, clock and engine, and what to do')
    .option('--fix', 'install and start what is missing, where that is possible (Debian or Ubuntu, as root)')
    .action(action(async () => (await import('./doctor.ts')).doctorCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice doctor', ''],
        ['sluice doctor --fix', ''],
      ]),
    );

  return program;
}

function command(program: Command, usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .helpOption('--help', 'show this help')
    .option('--json', 'print one JSON document on stdout, all else on stderr')
    .option('--project <folder>', 'the folder of sluice.yaml or pipelines/ (default: here or above)')
    .option('--store <where>', 'instead of the project’s; SLUICE_STORE')
    .option('--engine <host>', 'unix:///… or tcp://…; SLUICE_ENGINE, DOCKER_HOST')
    .option('-p, --param <key=value>', 'a param, also one that a flag could not name', collect)
    .option('--no-color', 'no colours; NO_COLOR')
    .option('--debug', 'stack traces')
    .allowUnknownOption()
    .allowExcessArguments();
}

/** Flags that say which instances. */
function planning(command: Command): Command {
  return command
    .option('--from <date>', 'first last-day of a range')
    .option('--to <date>', 'last last-day of a range, included')
    .option('--rebuild <what>', 'of missing, failed, stale, all: what runs again (default: missing,failed)')
    .option('--downstream', 'take along what depends on it, as far as contents change')
    .addHelpText(
      'after',
      '\nA pipeline’s params are flags too: --date 2021-01-29, --date a..b, --date latest|today, --<param> <value>.',
    );
}

function action<Flags extends OutputFlags>(load: () => Promise<Run<Flags>>) {
  return async function act(this: Command): Promise<void> {
    const flags = this.opts<Flags>();
    const output = createOutput(flags);
    try {
      const run = await load();
      process.exitCode = await run(this.args, flags, output);
    } catch (error) {
      process.exitCode = await reportError(error, output);
    }
  };
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function examples(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([line]) => line.length));
  const lines = rows.map(([line, why]) =>
    `  ${line.padEnd(width)}${why === '' ? '' : `  # ${why}`}`.trimEnd(),
  );
  return `\nExamples:\n${lines.join('\n')}`;
}
