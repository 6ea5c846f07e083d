import { publishByHand } from '../../app/hand/publish.ts';
import type { Output } from '../cli/output.ts';
import { openTyped } from '../cli/typed.ts';
import { handOptions, tellByHand, type HandFlags } from './by-hand.ts';

/** `sluice publish`: copies again, and runs nothing. */
export async function publishCommand(
  words: readonly string[],
  flags: HandFlags,
  output: Output,
): Promise<number> {
  const asked = await openTyped(words, flags, output);
  return tellByHand(await publishByHand(asked, await handOptions(flags)), output);
}
