import { putByHand } from '../../app/hand/put.ts';
import { usageError } from '../../errors.ts';
import type { Output } from '../cli/output.ts';
import { openTyped } from '../cli/typed.ts';
import { handOptions, tellByHand, type HandFlags } from './by-hand.ts';
import { splitFiles } from './split-files.ts';

export interface PutFlags extends HandFlags {
  readonly value?: readonly string[];
}

/** `sluice put`: files that came by another way are an instance's outputs. */
export async function putCommand(words: readonly string[], flags: PutFlags, output: Output): Promise<number> {
  const { rest, files } = splitFiles(words);
  const asked = await openTyped(rest, flags, output);
  const { value = [] } = flags;
  if (files.length + value.length === 0)
    throw usageError(
      'no-file',
      'expected files after the instance, or values by --value',
      'sluice put sales/fetch/date=2021-01-29 raw.csv',
    );
  return tellByHand(await putByHand(asked, { ...(await handOptions(flags)), files, values: value }), output);
}
