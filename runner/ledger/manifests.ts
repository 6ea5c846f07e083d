import { StoreError } from '../errors.ts';
import { contentDigest } from '../model/outputs/content-digest.ts';
import type { InstanceId } from '../model/partition.ts';
import { STORE_SCHEMA, type Manifest } from '../model/records.ts';
import { parseInstanceId } from '../model/partition.ts';
import { attemptId } from '../model/run-id.ts';
import type { PutCondition } from '../ports.ts';
import { exceptionKey, exceptionPrefix, instanceKey } from './keys.ts';
import type { CommitResult, Ledger, StoredManifest } from './ledger.ts';
import { keysBelow } from './knowledge/listing.ts';
import type { Context } from './context.ts';
import { recordKind } from './records/record.ts';
import { manifestFields } from './records/record-shapes.ts';
import { sha256 } from './sha256.ts';
import { supersede } from './gc/superseded.ts';

export const manifestRecords = recordKind('the manifest', manifestFields, {
  remedy: 'its outputs are not used; delete it, and the instance runs again',
  keyOf: ({ instance }) => instanceKey('manifests', instance),
  problem: digestProblem,
});

export type Manifests = Pick<
  Ledger,
  'readManifest' | 'commitManifest' | 'refreshManifest' | 'voidManifest'
> & {
  /** As it stands, whatever its supersession: gc's fence is a commit that supersedes nothing. */
  readonly replaceManifest: (manifest: Manifest, over: string | null) => Promise<CommitResult>;
};

/** As many refreshes as happen at the most between a plan and its last instance's turn. */
const REFRESHES_KEPT = 16;

export function createManifests({
  store,
  clock,
  nonce,
}: Pick<Context, 'store' | 'clock' | 'nonce'>): Manifests {
  async function readManifest(id: InstanceId): Promise<StoredManifest | undefined> {
    const key = instanceKey('manifests', id);
    const found = await manifestRecords.read(store, key);
    if (found === undefined) return undefined;
    return { manifest: found.record, etag: found.etag, modifiedAt: found.modifiedAt };
  }

  /**
   * The listing alone must never make a void or skipped one look done, so the mark comes first. Marks that were
   * seen before the write belong to manifests that this one has replaced, or to writers that have lost against it.
   */
  async function replaceManifest(manifest: Manifest, over: string | null): Promise<CommitResult> {
    const id = manifest.instance;
    const key = instanceKey('manifests', id);
    const mark = exceptionKey(id, manifest.nonce);
    const marksBefore = over === null ? [] : await keysBelow(store, exceptionPrefix(id));
    if (manifest.outcome !== 'succeeded') await store.put(mark, new Uint8Array());
    const condition: PutCondition = over === null ? { ifNoneMatch: '*' } : { ifMatch: over };
    const etag = await manifestRecords.write(store, key, manifest, { condition });
    if (etag !== undefined) {
      await store.delete(marksBefore);
      return { kind: 'committed', etag };
    }
    const winner = await readManifest(id);
    // A write that was repeated after a lost answer meets itself.
    if (winner?.manifest.nonce === manifest.nonce) return { kind: 'committed', etag: winner.etag };
    if (manifest.outcome !== 'succeeded') await store.delete([mark]);
    if (winner !== undefined) return { kind: 'lost', winner };
    throw new StoreError(
      'store-corrupt',
      `the manifest ${key} was there when the attempt started and is gone; manifests are voided, never deleted: run again`,
      { key },
    );
  }

  async function refreshManifest(
    { manifest, etag }: StoredManifest,
    changes: Parameters<Ledger['refreshManifest']>[1] = {},
  ): Promise<CommitResult> {
    const refreshed = [...(manifest.refreshed ?? []), etag].slice(-REFRESHES_KEPT);
    return replaceManifest({ ...manifest, ...changes, refreshed, nonce: nonce() }, etag);
  }

  /** Names what it supersedes, since when: gc counts its grace from there. */
  async function commitManifest(manifest: Manifest, over: string | null): Promise<CommitResult> {
    const previous = over === null ? undefined : await readManifest(manifest.instance);
    const supersession =
      previous === undefined || previous.etag !== over
        ? {}
        : supersede(previous, new Date(clock.now()).toISOString());
    const result = await replaceManifest({ ...manifest, ...supersession }, over);
    if (result.kind === 'lost' && isRefreshed(manifest, result.winner.manifest)) {
      return { kind: 'committed', etag: result.winner.etag };
    }
    return result;
  }

  return {
    readManifest,
    commitManifest,
    replaceManifest,
    refreshManifest,
    async voidManifest(id, over, reason, run, by) {
      const manifest = voidManifest(id, reason, run, new Date(clock.now()).toISOString(), nonce());
      return commitManifest({ ...manifest, ...(by !== undefined && { by }) }, over?.etag ?? null);
    },
  };
}

/** Ours, though its answer was lost: gc's fence has given it a fresh nonce before we asked. */
function isRefreshed(ours: Manifest, theirs: Manifest): boolean {
  return ours.outcome !== 'void' && theirs.outcome === ours.outcome && theirs.attempt === ours.attempt;
}

/** Nothing is there, on purpose: not done, and whoever holds an older etag can't commit any more. */
function voidManifest(id: InstanceId, reason: string, run: string, at: string, nonce: string): Manifest {
  return {
    schema: STORE_SCHEMA,
    instance: id,
    partition: parseInstanceId(id).keys,
    outcome: 'void',
    reason,
    attempt: attemptId(run, 0),
    run,
    fingerprint: {
      script: '',
      image: '',
      files: '',
      env: '',
      settings: '',
      shell: '',
      user: '',
      outputs: '',
      needs: '',
    },
    settings: {},
    inputs: [],
    objects: [],
    values: {},
    contentDigest: contentDigest([], {}, sha256),
    omitted: [],
    published: [],
    startedAt: at,
    finishedAt: at,
    nonce,
  };
}

function digestProblem({ objects, external, values, contentDigest: expected }: Manifest): string | undefined {
  const found = contentDigest([...objects, ...(external?.objects ?? [])], values, sha256);
  return found === expected
    ? undefined
    : `expected content digest ${expected}, found ${found} of its objects and values: it was edited or damaged`;
}
