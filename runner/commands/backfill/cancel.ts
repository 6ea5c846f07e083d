import { cancelBackfill } from '../../app/backfill/recorded.ts';
import { openStoreSettings } from '../../app/project/open-project.ts';
import { openStandingLedger } from '../../app/standing-ledger.ts';
import { EXIT } from '../../errors.ts';
import { backfillDocument } from '../../report/backfill.ts';
import { appOptions, type CommonFlags } from '../cli/flags.ts';
import type { Output } from '../cli/output.ts';
import { whoActs } from '../hand/by-hand.ts';
import { idIn } from './id.ts';

export interface CancelFlags extends CommonFlags {
  readonly by?: string;
}

/** `sluice backfill cancel`: stops one, wherever it runs. */
export async function cancelBackfillCommand(
  words: readonly string[],
  flags: CancelFlags,
  output: Output,
): Promise<number> {
  const options = appOptions(flags, output);
  const ledger = await openStandingLedger(await openStoreSettings(options), options);
  const id = idIn(words);
  const before = await cancelBackfill(ledger, id, await whoActs(flags), Date.now());
  const isAsked = before.state === 'running' || before.state === 'cancelling';
  if (output.json) {
    const state = isAsked ? 'cancelling' : before.state;
    await output.document({ schema: 1, ...backfillDocument({ ...before, state }) });
    return EXIT.ok;
  }
  output.say(
    isAsked
      ? `${id} stops within half a minute; what is made stays. Go on with: sluice backfill resume ${id}`
      : `${id} does not run: it is ${before.state}. Go on with: sluice backfill resume ${id}`,
  );
  return EXIT.ok;
}
