import { systemClock } from '../../clock.ts';
import { openStoreSettings } from '../project/open-project.ts';
import { usageError } from '../../errors.ts';
import { placeOf } from '../../ledger/layout.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { own } from '../../model/own.ts';
import type { HandReport } from '../../model/hand.ts';
import { parseInstanceId, type InstanceId } from '../../model/partition.ts';
import { storedLastDay } from '../../plan/stored-day.ts';
import type { AppOptions } from '../asked-pipeline.ts';
import { openStandingLedger } from '../standing-ledger.ts';
import type { Target } from '../target.ts';
import { clearAll, clearedBy, type ClearOptions } from './clear.ts';

/**
 * Clears what the store alone knows: of tasks and pipelines that no file names any more, or whose file is broken.
 * Without a date all of the task's. Undefined: the store has nothing of it either.
 */
export async function clearStored(
  options: AppOptions,
  target: Target,
  { who, reason, from, to, last, dryRun = false, ledger: open = openStandingLedger }: ClearOptions,
): Promise<HandReport | undefined> {
  const { pipeline = '', tasks } = target;
  // Nobody knows what is due of it.
  if (last !== undefined) return undefined;
  const ledger = await open(await openStoreSettings(options), options);
  const isMeant = meaning(target, from, to);
  const ids = new Set<InstanceId>();
  for (const task of tasks)
    for (const id of await recordedIds(ledger, `${pipeline}/${task}/`)) if (isMeant(id)) ids.add(id);
  if (ids.size === 0) return undefined;
  const by = clearedBy(who, reason, systemClock.now());
  const work = {
    ledger,
    clock: systemClock,
    pipeline,
    by,
    request: { pipeline, tasks, params: target.params, keys: target.keys },
    warn: (message: string) => options.say?.(`warning: ${message}`),
  };
  const acted = await clearAll(
    work,
    [...ids].map((id) => ({ id })),
    dryRun,
  );
  return { ...acted, pipeline, by, dryRun, dependents: [] };
}

/** With a result, a skip, a failure or a wait. */
async function recordedIds({ store }: Ledger, path: string): Promise<readonly InstanceId[]> {
  const ids = new Set<InstanceId>();
  for (const kind of ['manifests', 'failures', 'waits']) {
    for await (const page of store.list(`${kind}/${path}`)) {
      for (const { key } of page) {
        const place = placeOf(key);
        if (place.kind === 'manifest' || place.kind === 'failure' || place.kind === 'wait') ids.add(place.id);
      }
    }
  }
  return [...ids];
}

/** By the values in its name alone: `date` and a range are of the last day of whatever key is a time. */
function meaning({ instance, params }: Target, from: string | undefined, to: string | undefined) {
  if (instance !== undefined) return (id: InstanceId): boolean => id === instance;
  const { date, ...keys } = params;
  const range = rangeOf(date, from, to);
  return (id: InstanceId): boolean => {
    const values = Object.fromEntries(parseInstanceId(id).keys.map(({ name, value }) => [name, value]));
    if (!Object.entries(keys).every(([name, value]) => own(values, name) === value)) return false;
    return range === undefined || Object.values(values).some((value) => isWithin(value, range));
  };
}

interface Days {
  readonly from: string;
  readonly to: string;
}

function rangeOf(
  date: string | undefined,
  from: string | undefined,
  to: string | undefined,
): Days | undefined {
  if (date === undefined && from === undefined && to === undefined) return undefined;
  const dots = date?.indexOf('..') ?? -1;
  const range =
    date === undefined
      ? { from: from ?? '', to: to ?? '' }
      : dots < 0
        ? { from: date, to: date }
        : { from: date.slice(0, dots), to: date.slice(dots + 2) };
  for (const day of [range.from, range.to]) {
    if (storedLastDay(day) !== undefined) continue;
    throw usageError(
      'bad-date',
      `expected a date, or a range of them as a..b, found "${day}"`,
      'no file names this task any more: write what stands in the names that sluice ls shows',
    );
  }
  return range;
}

function isWithin(value: string, { from, to }: Days): boolean {
  const day = storedLastDay(value);
  if (day === undefined) return false;
  return value === from || (day >= (storedLastDay(from) ?? from) && day <= (storedLastDay(to) ?? to));
}
