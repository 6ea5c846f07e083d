import { Command } from 'commander';
import { addBackfillCommands } from './declare-backfill.ts';
import { addHandCommands } from './declare-hand.ts';
import { addPlanningCommands } from './declare-planning.ts';
import { addProjectCommands } from './declare-project.ts';
import { addResultCommands } from './declare-results.ts';
import { addStoreCommands } from './declare-store.ts';
import { addTimeCommands } from './declare-time.ts';
import { examples } from './declare.ts';

/** Every command; each loads its own code only when it is called. */
export function createProgram(version: string): Command {
  const program = new Command('sluice')
    .description(
      'Runs data pipelines: each task in its own container, outputs all or nothing, only what is missing.',
    )
    .version(version, '--version')
    .helpOption('-h, --help', 'show this help')
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
    // Told by `main`, in the form asked for.
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError(false)
    // What stands after a command is that command's, for those too that have some of their own.
    .enablePositionalOptions()
    .exitOverride();

  addPlanningCommands(program);
  addTimeCommands(program);
  addBackfillCommands(program);
  addResultCommands(program);
  addHandCommands(program);
  addProjectCommands(program);
  addStoreCommands(program);
  for (const command of program.commands) for (const one of [command, ...command.commands]) refuseTwice(one);
  return program;
}

/** Of two values only the last would count, and in silence. */
function refuseTwice(command: Command): void {
  for (const option of command.options) {
    const takesOne = option.required && option.parseArg === undefined;
    if (!takesOne) continue;
    let before: string | undefined;
    command.on(`option:${option.name()}`, (value: string) => {
      if (before === undefined) before = value;
      else command.error(`'${option.long} ${before}' and '${value}'`, { code: FLAG_TWICE });
    });
  }
}

/** The code of the parser's error, as if it knew this mistake itself. */
export const FLAG_TWICE = 'sluice.flagTwice';
