import type { Command } from 'commander';
import { action, asOfAnyMoment, command, examples, planning } from './declare.ts';

/** A stretch of history at its own pace, and what is recorded of such. */
export function addBackfillCommands(program: Command): void {
  const backfill = asOfAnyMoment(
    planning(
      command(
        program,
        'backfill [pipeline] [task...]',
        'run a stretch of history at its own pace, and on record',
      ),
    ),
  );
  howToRun(backfill.enablePositionalOptions())
    .option('--order <order>', 'newest or oldest dates first', 'newest')
    .option('--concurrency <n>', 'at most so many at once; auto: one less than the project has', 'auto')
    .option('--canary <n>', 'so many dates before all others, 0 for none', '3')
    .option('--max-failures <n>', 'stop when so many instances have failed')
    .action(action(async () => (await import('../backfill/backfill.ts')).backfillCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice backfill short-score --from 2016-01-01 --to 2020-12-31', ''],
        ['sluice backfill short-score --from 2016-01-01 --dry-run --to 2020-12-31', ''],
        ['sluice backfill short-score prices --date 2020-01-01..2020-12-31', ''],
      ]),
    );

  command(backfill, 'list [pipeline]', 'the newest backfills, and how they stand')
    .action(action(async () => (await import('../backfill/list.ts')).listBackfillsCommand))
    .addHelpText('after', examples([['sluice backfill list', 'of all pipelines']]));
  command(backfill, 'show <id>', 'what one was asked, how it stands, and what to type next')
    .action(action(async () => (await import('../backfill/show.ts')).showBackfillCommand))
    .addHelpText('after', examples([[`sluice backfill show ${ID}`, '']]));
  command(backfill, 'cancel <id>', 'stop one, wherever it runs: within half a minute')
    .option('--by <name>', 'who does it; SLUICE_BY, GITHUB_ACTOR, git’s user.name')
    .action(action(async () => (await import('../backfill/cancel.ts')).cancelBackfillCommand))
    .addHelpText('after', examples([[`sluice backfill cancel ${ID}`, '']]));
  howToRun(command(backfill, 'resume <id> [file]', 'go on with one, with what the files say today'))
    .action(action(async () => (await import('../backfill/resume.ts')).resumeBackfillCommand))
    .addHelpText('after', examples([[`sluice backfill resume ${ID}`, '']]));
}

const ID = '20210129T220000Z-4f2a91';

function howToRun(made: Command): Command {
  return made
    .option('--dry-run', 'only show what it would do')
    .option('--adopt', 'take the pipeline over where its results are another project’s')
    .option('--env-file <file>', 'secrets that are not in the environment, NAME=value a line')
    .option('--log-format <format>', 'text, or json: one object a line', 'text');
}
