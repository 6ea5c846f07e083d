import { resumeBackfill } from '../../app/backfill/resume.ts';
import { openReadingLedger } from '../../app/reading-ledger.ts';
import { appOptions } from '../cli/flags.ts';
import type { Output } from '../cli/output.ts';
import { isPipelineFile } from '../cli/target.ts';
import { runShown, type HowToBackfill } from './backfill.ts';
import { idIn } from './id.ts';

/** `sluice backfill resume`: what is left of it, with what the files say today. */
export async function resumeBackfillCommand(
  words: readonly string[],
  flags: HowToBackfill,
  output: Output,
): Promise<number> {
  const file = words.find(isPipelineFile);
  const id = idIn(words.filter((word) => word !== file));
  return runShown(
    flags,
    output,
    async () => {
      const ledger = flags.dryRun === true ? { ledger: openReadingLedger } : {};
      const resumed = await resumeBackfill(appOptions(flags, output, file), id, ledger);
      for (const change of resumed.changes) output.warn(`since it was planned: ${change}`);
      return resumed;
    },
    ({ record }) => ({ resumed: record }),
  );
}
