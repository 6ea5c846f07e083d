import { listBackfills } from '../../app/backfill/recorded.ts';
import { openStoreSettings } from '../../app/project/open-project.ts';
import { openStandingLedger } from '../../app/standing-ledger.ts';
import { EXIT } from '../../errors.ts';
import { backfillDocument, backfillLine } from '../../report/backfill.ts';
import { createPaint } from '../../report/paint.ts';
import { appOptions, type CommonFlags } from '../cli/flags.ts';
import type { Output } from '../cli/output.ts';

const LISTED = 20;

/** `sluice backfill list`: the newest, and how they stand. */
export async function listBackfillsCommand(
  [pipeline]: readonly string[],
  flags: CommonFlags,
  output: Output,
): Promise<number> {
  const options = appOptions(flags, output);
  const ledger = await openStandingLedger(await openStoreSettings(options), options);
  const listed = await listBackfills(ledger, {
    ...(pipeline === undefined ? {} : { pipeline }),
    limit: LISTED,
  });
  if (output.json) {
    await output.document({ schema: 1, backfills: listed.map(backfillDocument) });
    return EXIT.ok;
  }
  const paint = createPaint(output.color);
  output.say(listed.length === 0 ? 'no backfills yet' : listed.map((one) => backfillLine(one, paint)));
  return EXIT.ok;
}
