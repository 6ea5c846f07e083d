import { StoreError } from '../../errors.ts';
import type { ProcessIdentity, RunRecord } from '../../model/records.ts';
import { isRunId, runTime } from '../../model/run-id.ts';
import { oldestLiveSeconds } from '../../model/heartbeat.ts';
import { heartbeatRecords } from './heartbeats.ts';
import { heartbeatKey, runKey } from '../keys.ts';
import type { Ledger, Liveness } from '../ledger.ts';
import type { Context } from '../context.ts';
import { recordKind } from '../records/record.ts';
import { runFields } from '../records/record-shapes.ts';

export const runRecords = recordKind(
  'the record of a run',
  runFields,
  'delete it: the run then counts as dead, its results stay',
);

const HOUR = 3600 * 1000;

export type Runs = Pick<Ledger, 'startRun' | 'updateRun' | 'readRun' | 'listRuns' | 'liveness'>;

/** So long a run that was seen alive is not read again; whether its process runs is looked at each time. */
const SEEN_SECONDS = 5;

export function createRuns({ store, clock, heartbeat, processState }: Context): Runs {
  /** Neither ends again: no need to read such a run's record twice. */
  const over = new Map<string, Liveness>();
  /** Many instances may wait for one run: it is read once for all of them. */
  const seen = new Map<string, Seen>();

  async function readRun(run: string): Promise<RunRecord | undefined> {
    return (await runRecords.read(store, runKey(run)))?.record;
  }

  async function look(run: string): Promise<Liveness> {
    const known = seen.get(run);
    if (known !== undefined && clock.now() < known.until) {
      return processState(known.process) === 'dead' ? 'dead' : 'live';
    }
    seen.delete(run);
    const askedAt = clock.now();
    const found = await runRecords.read(store, runKey(run));
    // The record comes before the first claim: without one there is no such run any more.
    if (found === undefined) return 'dead';
    const { process, finishedAt } = found.record;
    if (finishedAt !== undefined) return 'finished';
    if (processState(process) === 'dead') return 'dead';
    // A process may be there and yet be dead to the world: stopped, or cut off from the store.
    const beat = await heartbeatRecords.read(store, heartbeatKey(run));
    const leftSeconds = oldestLiveSeconds(heartbeat) - (beat ?? found).ageSeconds;
    if (leftSeconds < 0) return 'dead';
    seen.set(run, { process, until: askedAt + Math.min(SEEN_SECONDS, leftSeconds) * 1000 });
    return 'live';
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
