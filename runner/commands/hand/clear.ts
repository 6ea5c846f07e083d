import { clearStored } from '../../app/hand/clear-stored.ts';
import { clearByHand, type ClearOptions } from '../../app/hand/clear.ts';
import { ProblemsError } from '../../errors.ts';
import type { HandReport } from '../../model/hand.ts';
import { appOptions } from '../cli/flags.ts';
import type { Output } from '../cli/output.ts';
import { parseTarget } from '../cli/target.ts';
import { openTyped } from '../cli/typed.ts';
import { handOptions, tellByHand, type HandFlags } from './by-hand.ts';

export interface ClearFlags extends HandFlags {
  readonly downstream?: boolean;
  readonly dryRun?: boolean;
}

/** `sluice clear`: takes results, skips and failures away. */
export async function clearCommand(
  words: readonly string[],
  flags: ClearFlags,
  output: Output,
): Promise<number> {
  const options = {
    ...(await handOptions(flags)),
    downstream: flags.downstream === true,
    dryRun: flags.dryRun === true,
  };
  return tellByHand(await clear(words, flags, options, output), output);
}

async function clear(
  words: readonly string[],
  flags: ClearFlags,
  options: ClearOptions,
  output: Output,
): Promise<HandReport> {
  try {
    return await clearByHand(await openTyped(words, flags, output), options);
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    const target = parseTarget(words, flags.param);
    // What no file names any more the store alone knows; and what is named whole needs no sound file.
    const isGone = error.problems.every(({ code }) => GONE.has(code));
    if (!isGone && target.instance === undefined) throw error;
    const report = await clearStored(appOptions(flags, output, target.file), target, options);
    if (report === undefined) throw error;
    return report;
  }
}

const GONE: ReadonlySet<string> = new Set(['unknown-pipeline', 'unknown-task']);
