import { skipByHand } from '../../app/hand/skip.ts';
import type { Output } from '../cli/output.ts';
import { openTyped } from '../cli/typed.ts';
import { handOptions, tellByHand, type HandFlags } from './by-hand.ts';

/** `sluice skip`: there is nothing for these partitions, and never will be. */
export async function skipCommand(
  words: readonly string[],
  flags: HandFlags,
  output: Output,
): Promise<number> {
  const asked = await openTyped(words, flags, output);
  return tellByHand(await skipByHand(asked, await handOptions(flags)), output);
}
