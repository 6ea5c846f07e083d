import { StoreError } from '../../errors.ts';
import type { ProcessIdentity, RunRecord } from '../../model/records.ts';
import { isRunId, runTime } from '../../model/run-id.ts';
import { oldestLiveSeconds } from '../../model/heartbeat.ts';
import { heartbeatRecords } from './heartbeats.ts';
import { heartbeatKey, runKey } from '../keys.ts';
import type { Ledger, Liveness } from '../ledger.ts';
import type { Context } from '../context.ts';
import { recordKind, type Broken, type Stored } from '../records/record.ts';
import { runFields } from '../records/record-shapes.ts';

export const runRecords = recordKind('the record of a run', runFields, {
  remedy: 'delete it: the run then counts as dead, its results stay',
  keyOf: ({ run }) => runKey(run),
});

const HOUR = 3600 * 1000;

export type Runs = Pick<Ledger, 'startRun' | 'updateRun' | 'readRun' | 'listRuns' | 'liveness'>;

/** So long a run that was seen alive is not read again; whether its process runs is looked at each time. */
const SEEN_SECONDS = 5;

export function createRuns({ store, clock, heartbeat, processState, tell, passBy }: Context): Runs {
  /** Neither ends again: no need to read such a run's record twice. */
  const over = new Map<string, Liveness>();
  /** Many instances may wait for one run: it is read once for all of them. */
  const seen = new Map<string, Seen>();

  async function readRun(run: string): Promise<RunRecord | undefined> {
    return (await passBy(() => runRecords.read(store, runKey(run))))?.record;
  }

  async function look(run: string): Promise<Liveness> {
    const known = seen.get(run);
    if (known !== undefined && clock.now() < known.until) {
      return processState(known.process) === 'dead' ? 'dead' : 'live';
    }
    seen.delete(run);
    const askedAt = clock.now();
    const found = await runRecords.look(store, runKey(run));
    // The record comes before the first claim: without one there is no such run any more.
    if (found === undefined) return 'dead';
    const process = processIn(found);
    if (process === 'finished') return 'finished';
    if (process !== undefined && processState(process) === 'dead') return 'dead';
    // A process may be there and yet be dead to the world: stopped, or cut off from the store. Its beat counts
    // whatever it says.
    const beat = await heartbeatRecords.look(store, heartbeatKey(run));
    const leftSeconds = oldestLiveSeconds(heartbeat) - (beat ?? found).ageSeconds;
    if (leftSeconds < 0) return 'dead';
    if (process === undefined) return 'live';
    seen.set(run, { process, until: askedAt + Math.min(SEEN_SECONDS, leftSeconds) * 1000 });
    return 'live';
  }

  /** Undefined: the record is broken, and only the heartbeat tells. */
  function processIn(found: Stored<RunRecord> | Broken): ProcessIdentity | 'finished' | undefined {
    if ('broken' in found) {
      tell(found.broken);
      return undefined;
    }
    return found.record.finishedAt === undefined ? found.record.process : 'finished';
  }

  return {
    async startRun(record) {
      const etag = await runRecords.write(store, runKey(record.run), record, {
        condition: { ifNoneMatch: '*' },
      });
      if (etag !== undefined) return;
      const found = await readRun(record.run);
      if (found?.nonce === record.nonce) return;
      throw new StoreError('precondition-failed', `a run ${record.run} is already recorded`, {
        key: runKey(record.run),
      });
    },

    async updateRun(record) {
      seen.delete(record.run);
      await runRecords.write(store, runKey(record.run), record);
    },

    readRun,

    /** Looks back in windows that grow fourfold, so that the newest few of very many cost few look-ups. */
    async listRuns({ pipeline, limit }) {
      const found: RunRecord[] = [];
      let end: string | undefined;
      for (let age = HOUR; found.length < limit; age *= 4) {
        const start = clock.now() - age;
        const from = start > 0 ? runTime(start) : '';
        const ids = await runIds(from, end);
        for (const id of ids.reverse()) {
          const record = await readRun(id);
          if (record === undefined || (pipeline !== undefined && record.pipeline !== pipeline)) continue;
          found.push(record);
          if (found.length >= limit) break;
        }
        if (from === '') break;
        end = from;
      }
      return found;
    },

    async liveness(run) {
      const known = over.get(run);
      if (known !== undefined) return known;
      const liveness = await look(run);
      if (liveness === 'finished' || liveness === 'dead') over.set(run, liveness);
      return liveness;
    },
  };

  /** Skips from run to run: each may have thousands of logs below it. Both bounds are times; `end` is exclusive. */
  async function runIds(from: string, end: string | undefined): Promise<string[]> {
    const ids: string[] = [];
    let after = `runs/${from}`;
    for (;;) {
      const key = await firstKey(after, end === undefined ? undefined : `runs/${end}`);
      if (key === undefined) return ids;
      const id = key.split('/')[1] ?? '';
      if (isRunId(id)) ids.push(id);
      // Just above every key of this run.
      after = `runs/${id}0`;
    }
  }

  async function firstKey(after: string, to: string | undefined): Promise<string | undefined> {
    for await (const page of store.list('runs/', { after, ...(to === undefined ? {} : { to }) })) {
      return page[0]?.key;
    }
    return undefined;
  }
}

interface Seen {
  readonly process: ProcessIdentity;
  /** By our clock; both ends of the span are ours. */
  readonly until: number;
}
