import type { Command } from 'commander';
import { action, collect, command, examples, withParams } from './declare.ts';

/** Commands by which a person does something to what is recorded, without running anything. */
export function addHandCommands(program: Command): void {
  byHand(
    command(program, 'skip <pipeline> [task...]', 'there is nothing for these partitions, and never will be'),
  )
    .action(action(async () => (await import('../hand/skip.ts')).skipCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice skip sales fetch --date 2021-01-29 --reason "the shop was closed"', ''],
        ['sluice skip sales/fetch/date=2021-01-29 --reason "lost for good"', ''],
      ]),
    );

  byHand(command(program, 'put <pipeline> [task-or-file...]', 'files that came another way are its outputs'))
    .option('--value <name=text>', 'a declared value; once for each', collect)
    .action(action(async () => (await import('../hand/put.ts')).putCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice put sales/fetch/date=2021-01-29 raw.csv --reason "by mail"', ''],
        ['sluice put sales fetch --date 2021-01-29 raw.csv=final-2.csv', 'under its declared name'],
        ['sluice put sales fetch --date 2021-01-29 out/ --value rows=7', 'a folder of them'],
      ]),
    );

  byHand(
    command(program, 'clear <pipeline> [task...]', 'take results, skips and failures away: missing again'),
  )
    .option('--downstream', 'and what depends on them')
    .option('--dry-run', 'only say what would go')
    .action(action(async () => (await import('../hand/clear.ts')).clearCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice clear sales fetch --date 2021-01-29 --downstream --dry-run', ''],
        ['sluice clear sales/fetch/date=2021-01-29', 'one, also to undo skip and put'],
      ]),
    );

  byHand(
    command(
      program,
      'publish <pipeline> [task...]',
      'copy results to their published paths again; runs nothing',
    ),
  )
    .action(action(async () => (await import('../hand/publish.ts')).publishCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice publish sales --date 2021-01-04..2021-01-29', 'also where publish was declared later'],
        ['sluice publish sales/clean/date=2021-01-29', ''],
      ]),
    );
}

function byHand(made: Command): Command {
  return withParams(made)
    .option('--from <date>', 'first last-day of a range')
    .option('--to <date>', 'last last-day of a range, included')
    .option('--last <count>', 'so many of each task’s newest that are due')
    .option('--by <name>', 'who does it; SLUICE_BY, GITHUB_ACTOR, git’s user.name')
    .option('--reason <text>', 'why');
}
