import { STORE_SCHEMA, type HeartbeatRecord } from '../../model/records.ts';
import type { Context } from '../context.ts';
import { heartbeatKey } from '../keys.ts';
import type { Ledger } from '../ledger.ts';
import { recordKind } from '../records/record.ts';
import { heartbeatFields } from '../records/record-shapes.ts';

export const heartbeatRecords = recordKind('the heartbeat of a run', heartbeatFields, {
  remedy: 'delete it: the run stops then, as if it were dead',
  keyOf: ({ run }) => heartbeatKey(run),
});

export function createHeartbeats({ store, nonce }: Context): Pick<Ledger, 'beat'> {
  return {
    async beat(run, last, signal) {
      const key = heartbeatKey(run);
      const mine = last?.record ?? { schema: STORE_SCHEMA, run, beat: 0, nonce: nonce() };
      let over: { readonly beat: number; readonly etag?: string } =
        last === undefined ? { beat: 0 } : { beat: last.record.beat, etag: last.etag };
      for (;;) {
        const record: HeartbeatRecord = { ...mine, beat: over.beat + 1 };
        const etag = await heartbeatRecords.write(store, key, record, {
          condition: over.etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: over.etag },
          durable: false,
          ...(signal === undefined ? {} : { signal }),
        });
        if (etag !== undefined) return { record, etag };
        const found = await heartbeatRecords.look(store, key);
        if (found === undefined || 'broken' in found || found.record.nonce !== mine.nonce) return undefined;
        // A beat of ours whose answer was lost, nobody knows how long ago: it does not count as this one.
        over = { beat: found.record.beat, etag: found.etag };
      }
    },
  };
}
