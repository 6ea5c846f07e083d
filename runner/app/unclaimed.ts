import type { Ledger } from '../ledger/ledger.ts';
import { findUnclaimed, type Legs, type Unclaimed } from '../ledger/check/unclaimed.ts';
import { encodeValue, keyText } from '../model/partition.ts';
import type { Pipeline, Task } from '../model/pipeline.ts';
import { own } from '../model/own.ts';

/** A page is a request: enough for what a person counts, little beside the plan itself. */
const MAX_PAGES = 20;

/** In words: results of tasks that are gone or renamed, and of matrix legs that are. `whole`: count them all. */
export async function unclaimedResults(
  { store }: Pick<Ledger, 'store'>,
  pipelines: Iterable<Pipeline>,
  options: { readonly whole?: boolean } = {},
): Promise<readonly { readonly key: string; readonly message: string }[]> {
  const limit = options.whole === true ? {} : { maxPages: MAX_PAGES };
  const found: Unclaimed[] = [];
  for (const { name, tasks } of pipelines) {
    const claims = new Map(Object.values(tasks).map((task) => [task.name, legsOf(task)]));
    found.push(...(await findUnclaimed(store, { pipeline: name, tasks: claims }, limit)));
  }
  return found.map((one) => ({ key: `manifests/${one.pipeline}/${one.task}/`, message: described(one) }));
}

const LEGS = 3;

function described({ pipeline, task, legs, count, atLeast }: Unclaimed): string {
  const counted = `${atLeast ? 'at least ' : ''}${count.toLocaleString('en-US')} result${count === 1 ? '' : 's'}`;
  const have = count === 1 ? 'has' : 'have';
  if (legs.length === 0)
    return `${counted} of \`${task}\` ${have} no task any more in pipeline ${pipeline} (renamed?)`;
  const more = legs.length > LEGS ? ` and ${legs.length - LEGS} more` : '';
  return `${counted} of \`${task}\` ${have} no leg any more in its matrix: ${legs.slice(0, LEGS).join(', ')}${more}`;
}

/** Undefined: its legs are not written down, or it has none. */
function legsOf({ matrix, keys }: Task): Legs | undefined {
  if (matrix?.kind !== 'static' || matrix.keys.length === 0) return undefined;
  const ordered = keys.filter((name) => matrix.keys.includes(name));
  const ends = matrix.legs.map((leg) =>
    ordered.map((name) => `${name}=${encodeValue(keyText(own(leg, name) ?? ''))}`).join('/'),
  );
  return { keys: ordered, ends: new Set(ends) };
}
