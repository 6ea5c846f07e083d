import { StoreError } from '../../errors.ts';
import type { InstanceId } from '../../model/partition.ts';
import { STORE_SCHEMA, type Manifest, type PublishedPathRecord } from '../../model/records.ts';
import { runOfAttempt } from '../../model/run-id.ts';
import { parsePublicationKey, publicationKey, publicationPrefix } from '../keys.ts';
import { goneMessage } from '../gc/gone.ts';
import type { Ledger, StoredManifest } from '../ledger.ts';
import type { Manifests } from '../manifests.ts';
import type { Context } from '../context.ts';
import { placeOf } from '../layout.ts';
import { recordKind } from '../records/record.ts';
import { timeOf } from './order.ts';
import { objectKeyOf, placePublished, type Holders } from './published-path.ts';
import { stillPublishes, takenMessage } from './taken.ts';
import { publicationFields } from '../records/record-shapes.ts';

export const publicationRecords = recordKind('the pending publication', publicationFields, {
  remedy: 'delete it',
  keyOf: ({ instance, attempt }) => publicationKey(instance, attempt),
});

export type Publications = Pick<Ledger, 'beginPublication' | 'publish'>;

export function createPublications(
  context: Context,
  manifests: Pick<Manifests, 'readManifest' | 'refreshManifest'> & Pick<Ledger, 'confirmGone'>,
  liveness: Ledger['liveness'],
): Publications {
  const { store, nonce } = context;

  return {
    async beginPublication(id, attempt) {
      const record = { schema: STORE_SCHEMA, instance: id, attempt, nonce: nonce() };
      await publicationRecords.write(store, publicationKey(id, attempt), record);
    },

    async publish(id, own, isRetired = () => false) {
      for (;;) {
        const manifest = (await manifests.readManifest(id))?.manifest;
        if (manifest?.outcome === 'succeeded' && !(await placeAll(manifest, isRetired))) continue;
        const stored = await manifests.readManifest(id);
        // Another attempt was committed while this one was copied: what it names must stand in the end.
        if (stored?.manifest.attempt !== manifest?.attempt) continue;
        await removePending(id, stored, own);
        return manifest?.outcome === 'succeeded' ? manifest.published.map(({ to }) => to) : [];
      }
    },
  };

  /** False: another attempt's result is to be published instead. Throws for a path that is another's, the others placed. */
  async function placeAll(manifest: Manifest, isRetired: (id: InstanceId) => boolean): Promise<boolean> {
    const { instance, attempt } = manifest;
    const holders: Holders = {
      counts: async () => (await manifests.readManifest(instance))?.manifest.attempt === attempt,
      holds: async (theirs) => !isRetired(theirs.instance) && (await stillPublishes(manifests, theirs)),
    };
    refuseTwice(manifest);
    const taken: StoreError[] = [];
    for (const file of manifest.published) {
      const owner = ownerOf(manifest, file, nonce());
      const placed = await placePublished(context, owner, holders);
      switch (placed.kind) {
        case 'placed':
          break;
        case 'superseded':
          return false;
        case 'taken':
          taken.push(
            new StoreError('path-taken', takenMessage(owner, placed.by), { key: `published/${owner.path}` }),
          );
          break;
        case 'missing':
          await refuseMissing(manifest, objectKeyOf(owner));
          return false;
      }
    }
    const [first] = taken;
    if (first !== undefined) throw first;
    return true;
  }

  /** Returns where another attempt's result is to be published instead. */
  async function refuseMissing({ instance, attempt }: Manifest, key: string): Promise<void> {
    switch (await manifests.confirmGone(instance, attempt)) {
      case 'gone':
        throw new StoreError('not-found', goneMessage(instance), { key });
      case 'there':
        throw new StoreError('store-unsuitable', `${key} is listed and then not found`, { key });
      case 'replaced':
    }
  }

  /** Those of attempts that can't be committed any more; never that of one that still may be. */
  async function removePending(
    id: InstanceId,
    stored: StoredManifest | undefined,
    own: string | undefined,
  ): Promise<void> {
    const decided: string[] = [];
    const others: string[] = [];
    for await (const page of store.list(publicationPrefix(id))) {
      for (const { key } of page) {
        if (placeOf(key).kind !== 'publication') continue;
        const pending = parsePublicationKey(key);
        // A longer partition that starts like this one.
        if (pending.id !== id) continue;
        const isDecided = pending.attempt === own || pending.attempt === stored?.manifest.attempt;
        if (isDecided) decided.push(key);
        else if ((await liveness(runOfAttempt(pending.attempt))) !== 'live') others.push(key);
      }
    }
    // One may have been committed since the manifest was read, or be by a run that is only thought dead and wakes up:
    // not over a manifest that is fresh.
    if (others.length > 0 && stored !== undefined) {
      const fence = await manifests.refreshManifest(stored);
      if (fence.kind === 'committed') decided.push(...others);
    }
    if (decided.length > 0) await store.delete(decided);
  }
}

function ownerOf(
  manifest: Manifest,
  file: Manifest['published'][number],
  nonce: string,
): PublishedPathRecord {
  const object = manifest.objects.find(({ path }) => path === file.path);
  if (object === undefined) {
    throw new StoreError(
      'store-corrupt',
      `the manifest of ${manifest.instance} publishes ${file.path}, which is not among its objects; rebuild it`,
    );
  }
  return {
    schema: STORE_SCHEMA,
    path: file.to,
    instance: manifest.instance,
    attempt: manifest.attempt,
    object: object.path,
    order: file.newest ? timeOf(manifest.partition) : '',
    bytes: object.bytes,
    sha256: object.sha256,
    ...(object.executable === true && { executable: true }),
    finishedAt: manifest.finishedAt,
    nonce,
  };
}

/** Two outputs of one instance under one name, or one in the other. */
function refuseTwice({ instance, published }: Manifest): void {
  const paths = new Map<string, string>();
  for (const { path, to } of published) {
    const other = paths.get(to);
    if (other !== undefined) {
      const message = `${instance} publishes ${other} and ${path} to published/${to}; let one of them publish to another path`;
      throw new StoreError('path-taken', message, { key: `published/${to}` });
    }
    paths.set(to, path);
  }
}
