import type { Command } from 'commander';
import { action, command, examples } from './declare.ts';

/** Commands for the store as a whole. */
export function addStoreCommands(program: Command): void {
  const store = program
    .command('store')
    .description('look through the store, measure it, copy it')
    .helpOption('-h, --help', 'show this help')
    .addHelpText(
      'after',
      examples([
        ['sluice store check --deep', 'is all there, and as it was committed?'],
        ['sluice store du', 'what takes the room'],
        ['sluice store copy .sluice/store s3://bucket/etl', 'move from a folder to a bucket'],
      ]),
    );

  command(store, 'check', 'whether all that the records promise is there; changes nothing')
    .option('--deep', 'read and hash every object too')
    .action(action(async () => (await import('../store/check.ts')).storeCheckCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice store check', 'by listing'],
        ['sluice store check --deep --json', 'every byte is read'],
      ]),
    );

  command(store, 'du [path]', 'bytes and counts by task: committed, superseded, logs, published')
    .action(action(async () => (await import('../store/du.ts')).storeDuCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice store du', ''],
        ['sluice store du short-score/score', 'one task'],
      ]),
    );

  command(store, 'copy <from> <to>', 'a whole store to another place; a second call takes what is missing')
    .option('--dry-run', 'only say what would be copied')
    .option('--force', 'also while runs are at work in one of them')
    .action(action(async () => (await import('../store/copy.ts')).storeCopyCommand))
    .addHelpText(
      'after',
      examples([
        ['sluice store copy .sluice/store s3://bucket/etl', 'from a folder to a bucket'],
        ['sluice store copy s3://bucket/etl /mnt/copy --dry-run', ''],
      ]),
    );
}
