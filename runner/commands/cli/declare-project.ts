import type { Command } from 'commander';
import { action, command, examples } from './declare.ts';

/** Commands for the project and its surroundings. */
export function addProjectCommands(program: Command): void {
  command(program, 'check [pipeline]', 'find every mistake in the project’s files')
    .action(action(async () => (await import('../check.ts')).checkCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice check', 'all pipelines'],
        ['sluice check hello', 'one, and what it needs of others'],
        ['sluice check ./lone.yaml', 'one file'],
      ]),
    );

  command(program, 'init [folder]', 'write a small pipeline that runs at once')
    .option('--force', 'write over files that are there')
    .action(action(async () => (await import('../init.ts')).initCommand))
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
    .option('--keep <n>', 'of each instance keep so many replaced results, however old', '0')
    .action(action(async () => (await import('../store/gc.ts')).gcCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice gc --dry-run', ''],
        ['sluice gc --grace-hours 1', ''],
        ['sluice gc --keep 2', 'and keep the two results before the present one'],
      ]),
    );

  command(program, 'doctor', 'what is wrong with project, store, clock and engine, and what to do')
    .option('--fix', 'install and start what is missing, where that is possible (Debian or Ubuntu, as root)')
    .action(action(async () => (await import('../doctor.ts')).doctorCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice doctor', ''],
        ['sluice doctor --fix', ''],
      ]),
    );
}
