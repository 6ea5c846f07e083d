import type { Command } from 'commander';
import { action, command, examples, planning, withParams } from './declare.ts';

/** Commands that show what runs left in the store. */
export function addResultCommands(program: Command): void {
  withParams(
    command(program, 'get <instance> [task...]', 'download outputs, each verified against its sha256'),
  )
    .option('--to <folder>', 'where to', '.')
    .action(action(async () => (await import('../results/get.ts')).getCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice get short-score/score/date=2021-01-29 --to out', ''],
        ['sluice get short-score score --date 2021-01-04..2021-01-29 --to out', 'a folder an instance'],
      ]),
    );

  command(program, 'ls [path...]', 'what is committed')
    .option('--uris', 'the objects’ own addresses, one a line')
    .action(action(async () => (await import('../results/ls.ts')).lsCommand))
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
    .action(action(async () => (await import('../results/logs.ts')).logsCommand))
    .addHelpText('after', examples([['sluice logs short-score/score/date=2021-01-29', '']]));

  command(program, 'status [pipeline] [task...]', 'what is open, holes, and the last runs or attempts')
    .option('--runs <number>', 'how many of the last runs (default: 5)')
    .action(action(async () => (await import('../status.ts')).statusCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice status', ''],
        ['sluice status short-score --runs 20', 'its last twenty runs'],
        ['sluice status short-score/score', 'a task’s attempts over time'],
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
    .action(action(async () => (await import('../repro/repro.ts')).reproCommand))
    .addHelpText(
      'after',
      examples([['sluice repro short-score/score/date=2021-01-29 --exec', 'see it fail again']]),
    );
}
