import { STORE_SCHEMA } from '../../model/records.ts';
import { taskKey } from '../keys.ts';
import type { Ledger } from '../ledger.ts';
import type { Context } from '../context.ts';
import { recordKind } from './record.ts';
import { taskFields } from './record-shapes.ts';

export const taskRecords = recordKind('the record of key names', taskFields, {
  remedy: 'delete it: the next run writes it anew',
});

/** The names of a task's keys as they were when it last ran: an edit that changes them orphans what is done. */
export function createTaskKeys({ store, passBy }: Context): Pick<Ledger, 'readTaskKeys' | 'recordTaskKeys'> {
  async function readTaskKeys(pipeline: string, task: string) {
    return (await passBy(() => taskRecords.read(store, taskKey(pipeline, task))))?.record.keys;
  }
  return {
    readTaskKeys,
    async recordTaskKeys(pipeline, task, keys) {
      const known = await readTaskKeys(pipeline, task);
      if (known !== undefined && known.join('\n') === keys.join('\n')) return;
      await taskRecords.write(store, taskKey(pipeline, task), { schema: STORE_SCHEMA, keys });
    },
  };
}
