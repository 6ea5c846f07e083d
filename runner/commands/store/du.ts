import { systemClock } from '../../clock.ts';
import { openStoreSettings } from '../../app/project/open-project.ts';
import { EXIT, usageError } from '../../errors.ts';
import { usageByTask, type Usage } from '../../ledger/gc/usage.ts';
import { formatBytes } from '../../report/words.ts';
import type { Output } from '../cli/output.ts';
import { appOptions, type CommonFlags } from '../cli/flags.ts';
import { refuseUnknown } from '../../app/refuse-unknown.ts';
import { openStandingLedger } from '../../app/standing-ledger.ts';

const PARTS = ['committed', 'superseded', 'logs', 'published'] as const;

/** `sluice store du`: what takes the room, by task. */
export async function storeDuCommand(
  words: readonly string[],
  flags: CommonFlags,
  output: Output,
): Promise<number> {
  const path = (words[0] ?? '').replace(/^\/+|\/+$/g, '');
  if (path.split('/').length > 2) {
    throw usageError('bad-path', `expected pipeline or pipeline/task, found "${path}"`);
  }
  const options = appOptions(flags, output);
  const ledger = await openStandingLedger(await openStoreSettings(options), options);
  if (path !== '') await refuseUnknown(path, ledger, options);
  const usages = await usageByTask(ledger, path, systemClock.now());
  if (output.json) {
    await output.document({ schema: 1, tasks: Object.fromEntries(usages) });
    return EXIT.ok;
  }
  if (usages.size === 0) output.say(path === '' ? 'the store is empty' : `there is nothing of ${path}`);
  else for (const line of tableOf(usages)) output.say(line);
  return EXIT.ok;
}

/** Names stand last: a long one then moves no figure. */
function tableOf(usages: ReadonlyMap<string, Usage>): readonly string[] {
  const rows = [
    [...PARTS, ''],
    ...[...usages].map(([task, usage]) => [...PARTS.map((part) => formatBytes(usage[part].bytes)), task]),
    [...PARTS.map((part) => formatBytes(total(usages, part))), 'total'],
  ];
  const widths = PARTS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padStart(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function total(usages: ReadonlyMap<string, Usage>, part: (typeof PARTS)[number]): number {
  return [...usages.values()].reduce((sum, usage) => sum + usage[part].bytes, 0);
}
