import { StoreError } from '../../errors.ts';
import { STORE_SCHEMA, type PipelineRecord } from '../../model/records.ts';
import { pipelineKey } from '../keys.ts';
import type { Ledger } from '../ledger.ts';
import type { Context } from '../context.ts';
import { recordKind } from './record.ts';
import { pipelineFields } from './record-shapes.ts';

export const pipelineRecords = recordKind('the record of a pipeline’s project', pipelineFields, {
  remedy: 'delete it: the next run of the pipeline makes it its project’s',
  keyOf: ({ pipeline }) => pipelineKey(pipeline),
});

/** Each time another one wrote in between. */
const TRIES = 5;

/** Whose pipelines are: two projects with one of the same name would take each other's results for their own. */
export function createOwners({
  store,
  nonce,
  tell,
  passBy,
}: Context): Pick<Ledger, 'readOwner' | 'claimPipeline'> {
  return {
    async readOwner(pipeline) {
      return (await passBy(() => pipelineRecords.read(store, pipelineKey(pipeline))))?.record;
    },
    async claimPipeline({ adopt, ...claim }) {
      const key = pipelineKey(claim.pipeline);
      const mine: PipelineRecord = { schema: STORE_SCHEMA, ...claim, nonce: nonce() };
      for (let tries = 0; tries < TRIES; tries += 1) {
        const found = await pipelineRecords.look(store, key);
        if (found === undefined) {
          if (await written(key, mine, { ifNoneMatch: '*' })) return mine;
          continue;
        }
        if ('broken' in found) {
          tell(found.broken);
          if (found.etag === undefined) return mine;
          if (await written(key, mine, { ifMatch: found.etag })) return mine;
          continue;
        }
        // Whoever took it over while we meant to was first.
        if (found.record.project === claim.project || !adopt || tries > 0) return found.record;
        const adopted = { ...mine, takenFrom: found.record.project };
        if (await written(key, adopted, { ifMatch: found.etag })) return adopted;
      }
      throw new StoreError('store-unsuitable', `${key} changes with every look at it: ask again`, { key });
    },
  };

  async function written(
    key: string,
    record: PipelineRecord,
    condition: { readonly ifNoneMatch: '*' } | { readonly ifMatch: string },
  ): Promise<boolean> {
    return (await pipelineRecords.write(store, key, record, { condition })) !== undefined;
  }
}
