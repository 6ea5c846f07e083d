import { StoreError } from '../errors.ts';
import type { RunRecord } from '../model/records.ts';
import { isRunId, runTime } from '../model/run-id.ts';
import { runKey } from './keys.ts';
import type { Ledger, Liveness } from './ledger.ts';
import type { Context } from './context.ts';
import { recordKind } from './record.ts';
import { runFields } from './record-shapes.ts';

export const runRecords = recordKind(
  'the record of a run',
  runFields,
  'delete it: the run then counts as dead, its results stay',
);

const HOUR = 3600 * 1000;

export type Runs = Pick<Ledger, 'startRun' | 'updateRun' | 'readRun' | 'listRuns' | 'liveness'>;

export function createRuns({ store, clock, processState }: Context): Runs {
  /** Neither ends again: no need to read such a run's record twice. */
  const over = new Map<string, Liveness>();

  async function readRun(run: string): Promise<RunRecord | undefined> {
    return (await runRecords.read(store, runKey(run)))?.record;
  }

  async function look(run: string): Promise<Liveness> {
    const record = await readRun(run);
    // The record comes before the first claim: without one there is no such run any more.
    if (record === undefined) return 'dead';
    if (record.finishedAt !== undefined) return 'finished';
    const state = processState(record.process);
    return state === 'alive' ? 'live' : state;
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
