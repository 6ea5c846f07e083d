import { StoreError } from '../../errors.ts';
import { verified } from '../../hash/hashed-body.ts';
import type { PublishedPathRecord } from '../../model/records.ts';
import type { ObjectInfo, ObjectStore, PutCondition } from '../../ports.ts';
import { attemptPrefix } from '../../model/key.ts';
import { listedAt } from '../knowledge/listing.ts';
import { besidePath, type PathContext } from './beside.ts';
import { pathKey, publishedPathRecords } from './path-record.ts';
import { orderOf, type Order } from './order.ts';
import { wrongContent } from '../records/wrong-content.ts';

/** In a row, of a file that stays as it is listed. */
const MAX_REFUSALS = 5;

export type Placed =
  | { readonly kind: 'placed' }
  /** Our own object is not there. */
  | { readonly kind: 'missing' }
  /** Our attempt does not count any more. */
  | { readonly kind: 'superseded' }
  /** It is another instance's path, or one in which ours would be a folder, or the other way round. */
  | { readonly kind: 'taken'; readonly by: PublishedPathRecord };

/** What only manifests know. */
export interface Holders {
  /** Whether our attempt is still the one that counts. */
  readonly counts: () => Promise<boolean>;
  /** Whether the instance that a record names still publishes to its path. */
  readonly holds: (theirs: PublishedPathRecord) => Promise<boolean>;
}

/**
 * The path's record says first whose file is to stand there; the copy follows; and the record is read again. A
 * publisher that slept meanwhile, or that comes with an older partition of the newest, finds another's name in it and
 * puts back that one's file. Should it die before it looks: the file is only ever put over what stood there before the
 * record was read. Who has written a later record puts its own file after that, equal or not, and so refuses every
 * earlier one. A path that is another instance's is left alone.
 */
export async function placePublished(
  within: PathContext,
  mine: PublishedPathRecord,
  { counts, holds }: Holders,
): Promise<Placed> {
  const { store } = within;
  const key = pathKey(mine.path);
  let refused: string | undefined;
  let refusals = 0;
  for (;;) {
    const over = await listedAt(store, `published/${mine.path}`);
    const found = await lookAt(within, key);
    const theirs = found?.record;
    // Which of one instance's attempts is the right one its manifest says, read after the record.
    const isRival = theirs?.instance === mine.instance && theirs.attempt !== mine.attempt;
    if (isRival && !(await counts())) return { kind: 'superseded' };
    const order = theirs === undefined ? 'free' : orderOf(mine, theirs.instance);
    // One that is taken already has nothing beside it.
    const inTheWay =
      order === 'free' ? await besidePath(within, mine.path) : order === 'none' ? theirs : undefined;
    if (inTheWay !== undefined && (await holds(inTheWay))) return { kind: 'taken', by: inTheWay };
    const owner = order === 'behind' && theirs !== undefined ? theirs : mine;
    const isNew = owner === mine && (theirs === undefined || !isSame(mine, theirs));
    const etag = isNew
      ? await publishedPathRecords.write(
          store,
          key,
          { ...mine, ...takenOver(mine, theirs, order) },
          {
            condition: found === undefined ? { ifNoneMatch: '*' } : { ifMatch: found.etag },
          },
        )
      : found?.etag;
    if (etag === undefined) continue;
    const copied = await copyOver(store, owner, over, isNew);
    if (copied === 'changed') {
      // What has changed is listed with another version.
      refusals = refused === (over?.etag ?? '') ? refusals + 1 : 0;
      refused = over?.etag ?? '';
      if (refusals < MAX_REFUSALS) continue;
      throw unlisted(mine.path, over);
    }
    if (copied === 'missing' && owner === mine) return { kind: 'missing' };
    if ((await publishedPathRecords.read(store, key))?.etag === etag) return { kind: 'placed' };
  }
}

/** One that is broken is written over, so that what was published there is whole again. */
async function lookAt(
  { store, tell }: PathContext,
  key: string,
): Promise<{ readonly record?: PublishedPathRecord; readonly etag: string } | undefined> {
  const found = await publishedPathRecords.look(store, key);
  if (found === undefined || !('broken' in found)) return found;
  if (found.etag === undefined) throw found.broken;
  tell(found.broken);
  return { etag: found.etag };
}

/** The key of what is to stand at a path. */
export function objectKeyOf(owner: PublishedPathRecord): string {
  return attemptPrefix(owner.instance, owner.attempt) + owner.object;
}

/** Whose path it was, so that their manifests, which still name it, are not called wrong. */
function takenOver(
  mine: PublishedPathRecord,
  theirs: PublishedPathRecord | undefined,
  order: 'free' | Order,
): Pick<PublishedPathRecord, 'takenOver'> {
  const before = [...(theirs?.takenOver ?? []), ...(order === 'none' ? [theirs?.instance ?? []].flat() : [])];
  const others = [...new Set(before)].filter((instance) => instance !== mine.instance);
  return others.length === 0 ? {} : { takenOver: others };
}

function isSame(a: PublishedPathRecord, b: PublishedPathRecord): boolean {
  return a.instance === b.instance && a.attempt === b.attempt && a.object === b.object && a.order === b.order;
}

/** Copies only bytes with the right sha256, only over that version, and where the record is old only what is not there. */
async function copyOver(
  store: ObjectStore,
  owner: PublishedPathRecord,
  over: ObjectInfo | undefined,
  isNew: boolean,
): Promise<'copied' | 'missing' | 'changed'> {
  const to = `published/${owner.path}`;
  if (!isNew && over !== undefined && (over.sizeBytes === undefined || over.sizeBytes === owner.bytes)) {
    if ((await wrongContent(store, to, owner.sha256, undefined)) === undefined) return 'copied';
  }
  const from = objectKeyOf(owner);
  const source = await store.get(from);
  if (source === undefined) return 'missing';
  const condition: PutCondition = over === undefined ? { ifNoneMatch: '*' } : { ifMatch: over.etag };
  const body = verified(source, owner.sha256, (found) => otherBytes(from, owner, found));
  try {
    await store.put(to, body, { condition, executable: owner.executable === true });
  } catch (error) {
    if (error instanceof StoreError && error.code === 'precondition-failed') return 'changed';
    throw error;
  }
  return 'copied';
}

function unlisted(path: string, over: ObjectInfo | undefined): StoreError {
  const key = `published/${path}`;
  const listed = over === undefined ? 'nothing is listed there' : `it is listed as version ${over.etag}`;
  return new StoreError(
    'store-unsuitable',
    `${key} cannot be written: ${listed}, and the store says that it has changed; remove what stands there, or see sluice doctor`,
    { key },
  );
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
