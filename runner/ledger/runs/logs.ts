import { logKey } from '../keys.ts';
import type { Ledger } from '../ledger.ts';
import type { Context } from '../context.ts';

/** What a task printed, as text: one object an attempt, below its run. */
export function createLogs({ store }: Context): Pick<Ledger, 'writeLog' | 'readLog'> {
  return {
    async writeLog(run, id, attempt, log) {
      // A log lost with the power proves nothing wrong: not worth waiting for the disk.
      await store.put(logKey(run, id, attempt), log, { durable: false });
    },
    async readLog(run, id, attempt) {
      return (await store.get(logKey(run, id, attempt)))?.body;
    },
  };
}
