import { readBackfill } from '../../app/backfill/recorded.ts';
import { openStoreSettings } from '../../app/project/open-project.ts';
import { openStandingLedger } from '../../app/standing-ledger.ts';
import { EXIT } from '../../errors.ts';
import { backfillDocument, backfillShown } from '../../report/backfill.ts';
import { createPaint } from '../../report/paint.ts';
import { appOptions, type CommonFlags } from '../cli/flags.ts';
import type { Output } from '../cli/output.ts';
import { idIn } from './id.ts';

/** `sluice backfill show`: what one was asked, how it stands, and what to type next. */
export async function showBackfillCommand(
  words: readonly string[],
  flags: CommonFlags,
  output: Output,
): Promise<number> {
  const options = appOptions(flags, output);
  const ledger = await openStandingLedger(await openStoreSettings(options), options);
  const found = await readBackfill(ledger, idIn(words));
  if (output.json) await output.document({ schema: 1, ...backfillDocument(found) });
  else output.say(backfillShown(found, createPaint(output.color)));
  return EXIT.ok;
}
