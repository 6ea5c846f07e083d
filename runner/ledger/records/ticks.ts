import { StoreError } from '../../errors.ts';
import { STORE_SCHEMA, type ScheduledRebuild, type TickRecord } from '../../model/records.ts';
import type { Context } from '../context.ts';
import { tickKey } from '../keys.ts';
import type { Ledger } from '../ledger.ts';
import { conditionOver, recordKind } from './record.ts';
import { tickFields } from './record-shapes.ts';

export const tickRecords = recordKind('the record of the last tick', tickFields, {
  remedy: 'delete it: the next tick looks back as far as its schedules do, and no further',
  keyOf: ({ pipeline }) => tickKey(pipeline),
});

/** Two ticks that end at once meet once or twice. */
const TRIES = 20;

/** No two clocks that are set differ by more. */
const AHEAD_MS = 3_600_000;

export function createTicks({
  store,
  clock,
  nonce,
  passBy,
  tell,
}: Context): Pick<Ledger, 'readTick' | 'recordTick'> {
  /** Left by a clock that was wrong: believed, no tick would look back over a gap any more. */
  const isAhead = ({ at }: TickRecord): boolean => Date.parse(at) > clock.now() + AHEAD_MS;

  return {
    async readTick(pipeline) {
      const key = tickKey(pipeline);
      const record = (await passBy(() => tickRecords.read(store, key)))?.record;
      if (record === undefined || !isAhead(record)) return record;
      const message = `${key} says that the last tick was at ${record.at}, which is still to come: the clock was wrong there; this tick looks back as far as its schedules do, and writes it anew`;
      tell(new StoreError('store-corrupt', message, { key }));
      return undefined;
    },
    async recordTick(tick) {
      const key = tickKey(tick.pipeline);
      for (let tries = 0; tries < TRIES; tries += 1) {
        const found = await tickRecords.look(store, key);
        if (found !== undefined && 'broken' in found) tell(found.broken);
        const known = found === undefined || 'broken' in found ? undefined : found.record;
        const before = known === undefined || isAhead(known) ? undefined : known;
        const record = { schema: STORE_SCHEMA, ...merged(tick, before), nonce: nonce() };
        // Lost with the power it only makes the next one look further back.
        const options = { durable: false, ...conditionOver(found) };
        if ((await tickRecords.write(store, key, record, options)) !== undefined) return;
      }
      throw new StoreError('store-unsuitable', `${key} changes with every look at it: ask again`, { key });
    },
  };
}

/** Of two that ended in whatever order, what the later one has asked for counts. */
function merged(
  mine: Omit<TickRecord, 'schema' | 'nonce'>,
  before: TickRecord | undefined,
): Omit<TickRecord, 'schema' | 'nonce'> {
  if (before === undefined) return mine;
  const rebuilds = mine.rebuilds.map((one): ScheduledRebuild => {
    const known = before.rebuilds.find(({ schedule }) => schedule === one.schedule);
    if (known === undefined) return one;
    const served = [known.served, one.served]
      .filter((at) => at !== undefined)
      .sort()
      .at(-1);
    const since = known.since < one.since ? known.since : one.since;
    return { schedule: one.schedule, since, ...(served === undefined ? {} : { served }) };
  });
  return { ...mine, at: mine.at > before.at ? mine.at : before.at, rebuilds };
}
