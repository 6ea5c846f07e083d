import { StoreError } from '../errors.ts';
import type { InstanceId } from '../model/partition.ts';
import { STORE_SCHEMA, type Manifest, type PublishedPathRecord } from '../model/records.ts';
import { runOfAttempt } from '../model/run-id.ts';
import {
  attemptPrefix,
  parsePublicationKey,
  publicationKey,
  publicationPrefix,
  publishedPathKey,
} from './keys.ts';
import { goneMessage } from './gone.ts';
import type { Ledger, StoredManifest } from './ledger.ts';
import type { Manifests } from './manifests.ts';
import type { Context } from './context.ts';
import { recordKind } from './record.ts';
import { publicationFields, publishedPathFields } from './record-shapes.ts';
import { sha256, verified } from './sha256.ts';
import { wrongContent } from './wrong-content.ts';

export const publicationRecords = recordKind('the pending publication', publicationFields, 'delete it');

export const publishedPathRecords = recordKind(
  'the record of a published path',
  publishedPathFields,
  'delete it: the next publication writes it anew',
);

export type Publications = Pick<Ledger, 'beginPublication' | 'publish'>;

export function createPublications(
  context: Context,
  manifests: Pick<Manifests, 'readManifest' | 'replaceManifest'> & Pick<Ledger, 'confirmGone'>,
  liveness: Ledger['liveness'],
): Publications {
  const { store, nonce } = context;

  return {
    async beginPublication(id, attempt) {
      const record = { schema: STORE_SCHEMA, instance: id, attempt, nonce: nonce() };
      await publicationRecords.write(store, publicationKey(id, attempt), record);
    },

    async publish(id, own) {
      for (;;) {
        const manifest = (await manifests.readManifest(id))?.manifest;
        if (manifest?.outcome === 'succeeded') {
          const missing = await placeAll(manifest);
          if (missing !== undefined) {
            await refuseMissing(manifest, missing);
            continue;
          }
        }
        const stored = await manifests.readManifest(id);
        // Another attempt was committed while this one was copied: what it names must stand in the end.
        if (stored?.manifest.attempt !== manifest?.attempt) continue;
        await removePending(id, stored, own);
        return manifest?.outcome === 'succeeded' ? manifest.published.map(({ to }) => to) : [];
      }
    },
  };

  /** The key of the first object that is not there. */
  async function placeAll(manifest: Manifest): Promise<string | undefined> {
    for (const file of manifest.published) {
      const owner = ownerOf(manifest, file, nonce());
      if (!(await placePublished(context, owner))) return objectKeyOf(owner);
    }
    return undefined;
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
      const fence = await manifests.replaceManifest({ ...stored.manifest, nonce: nonce() }, stored.etag);
      if (fence.kind === 'committed') decided.push(...others);
    }
    if (decided.length > 0) await store.delete(decided);
  }
}

/**
 * The path's record says first whose file is to stand there; the copy follows; and the record is read again. A
 * publisher that slept meanwhile, or that comes with an older partition, finds another's name in it and puts back
 * that one's file. False: our own object is not there.
 */
export async function placePublished(
  { store }: Pick<Context, 'store'>,
  mine: PublishedPathRecord,
): Promise<boolean> {
  const key = publishedPathKey(pathHash(mine.path));
  for (;;) {
    const found = await publishedPathRecords.read(store, key);
    const owner = found !== undefined && !replaces(mine, found.record) ? found.record : mine;
    const isNew = owner === mine && (found === undefined || !isSame(mine, found.record));
    const etag = isNew
      ? await publishedPathRecords.write(store, key, mine, {
          condition: found === undefined ? { ifNoneMatch: '*' } : { ifMatch: found.etag },
        })
      : found?.etag;
    if (etag === undefined) continue;
    const isThere = await copyTo(store, owner);
    if (!isThere && owner === mine) return false;
    if ((await publishedPathRecords.read(store, key))?.etag === etag) return true;
  }
}

function replaces(mine: PublishedPathRecord, theirs: PublishedPathRecord): boolean {
  // The manifest was just read: of one instance's attempts it names the right one.
  if (mine.instance === theirs.instance) return true;
  if (mine.order !== theirs.order) return mine.order > theirs.order;
  if (mine.finishedAt !== theirs.finishedAt) return mine.finishedAt > theirs.finishedAt;
  return mine.instance > theirs.instance;
}

function isSame(a: PublishedPathRecord, b: PublishedPathRecord): boolean {
  return a.instance === b.instance && a.attempt === b.attempt && a.object === b.object && a.order === b.order;
}

/** False: there is no such object. Copies only what is not there already, and only bytes with the right sha256. */
async function copyTo(store: Context['store'], owner: PublishedPathRecord): Promise<boolean> {
  const to = `published/${owner.path}`;
  if ((await wrongContent(store, to, owner.sha256, undefined)) === undefined) return true;
  const from = objectKeyOf(owner);
  const source = await store.get(from);
  if (source === undefined) return false;
  await store.put(
    to,
    verified(source.body, owner.sha256, (found) => otherBytes(from, owner, found)),
  );
  return true;
}

function objectKeyOf(owner: PublishedPathRecord): string {
  return attemptPrefix(owner.instance, owner.attempt) + owner.object;
}

function otherBytes(
  key: string,
  { sha256: expected, instance }: PublishedPathRecord,
  found: string,
): StoreError {
  return new StoreError(
    'store-corrupt',
    `${key} is not published: expected sha256 ${expected}, found ${found}; rebuild ${instance}`,
    { key },
  );
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
    order: file.newest ? timeOf(manifest) : '',
    bytes: object.bytes,
    sha256: object.sha256,
    finishedAt: manifest.finishedAt,
    nonce,
  };
}

/** The time key comes first in a partition, and its canonical text sorts in time order. */
function timeOf(manifest: Manifest): string {
  const first = manifest.partition[0]?.value ?? '';
  return /^\d{4}(-\d\d(-\d\d(T\d\d)?)?)?$/.test(first) ? first : '';
}

/** Names the record of a published path. */
export function pathHash(path: string): string {
  return sha256(path);
}
