import { paramFlag } from '../../model/flags.ts';
import type { InstanceId } from '../../model/partition.ts';
import { quoteWord } from '../../model/quote-word.ts';
import type { AskedPipeline } from '../asked-pipeline.ts';
import type { RangeOptions } from '../range.ts';

/** The command that makes anew what is missing of the same instances, and takes along what depends on them. */
export function nextCommand(
  { pipeline, target }: AskedPipeline,
  ids: readonly InstanceId[],
  { from, to, last }: RangeOptions,
): string {
  const [only, more] = ids;
  if (only !== undefined && more === undefined) return `sluice run ${quoteWord(only)} --downstream`;
  const range = Object.entries({ from, to, last }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${quoteWord(value)}`],
  );
  const params = Object.entries({ ...target.params, ...target.keys }).map(([name, value]) =>
    paramFlag(name, quoteWord(value)),
  );
  return ['sluice run', pipeline.name, ...target.tasks, ...params, ...range, '--downstream'].join(' ');
}
