import { outsideWords } from '../plan/outside.ts';
import { mayExist, timeKeyOf } from '../plan/scope/time-keys.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { findUnclaimed, type Legs, type TimeClaim, type Unclaimed } from '../ledger/check/unclaimed.ts';
import { encodeValue, keyText } from '../model/partition.ts';
import type { Pipeline, Task } from '../model/pipeline.ts';
import { own } from '../model/own.ts';

/** A page is a request: enough for what a person counts, little beside the plan itself. */
const MAX_PAGES = 20;

/**
 * In words: results of tasks that are gone or renamed, of matrix legs that are, and of dates that their calendar has
 * no more. `whole`: count them all; `dates: false`: all but the last, for which each task must be listed.
 */
export async function unclaimedResults(
  { store }: Pick<Ledger, 'store'>,
  pipelines: Iterable<Pipeline>,
  options: { readonly whole?: boolean; readonly dates?: boolean } = {},
): Promise<readonly { readonly key: string; readonly message: string }[]> {
  const limit = options.whole === true ? {} : { maxPages: MAX_PAGES };
  const found: Unclaimed[] = [];
  for (const pipeline of pipelines) {
    const { name, tasks } = pipeline;
    const claims = new Map(
      Object.values(tasks).map((task) => {
        const claim = {
          legs: legsOf(task),
          time: options.dates === false ? undefined : timeOf(pipeline, task),
        };
        return [task.name, claim.legs === undefined && claim.time === undefined ? undefined : claim];
      }),
    );
    found.push(...(await findUnclaimed(store, { pipeline: name, tasks: claims }, limit)));
  }
  return found.map((one) => ({ key: `manifests/${one.pipeline}/${one.task}/`, message: described(one) }));
}

const LEGS = 3;

function described({ pipeline, task, legs, outside, count, atLeast }: Unclaimed): string {
  const counted = `${atLeast ? 'at least ' : ''}${count.toLocaleString('en-US')} result${count === 1 ? '' : 's'}`;
  const have = count === 1 ? 'has' : 'have';
  const [first] = outside;
  if (first !== undefined)
    return `${counted} of \`${task}\` ${have} no partition any more, by its calendar or start: ${outsideWords(outside)}`;
  if (legs.length === 0)
    return `${counted} of \`${task}\` ${have} no task any more in pipeline ${pipeline} (renamed?)`;
  const more = legs.length > LEGS ? ` and ${legs.length - LEGS} more` : '';
  return `${counted} of \`${task}\` ${have} no leg any more in its matrix: ${legs.slice(0, LEGS).join(', ')}${more}`;
}

function timeOf(pipeline: Pipeline, { timeKey }: Task): TimeClaim | undefined {
  const key = timeKey === undefined ? undefined : timeKeyOf(pipeline, timeKey);
  return key === undefined ? undefined : { key: key.name, exists: (value) => mayExist(key, value) };
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
