import { createWriteStream } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StoreError } from '../../errors.ts';
import { verified } from '../../hash/hashed-body.ts';
import type { StoredObject } from '../../model/job.ts';
import { ownerOf } from '../../model/outputs/object-place.ts';
import type { ObjectStore } from '../../ports.ts';
import { makeFolder } from '../../machine/folder.ts';
import type { Partials } from './partials.ts';

/**
 * Copies an object out of the store; the file appears whole and verified, or not at all. `StoreError('not-found')`:
 * there is no such object.
 */
export async function downloadObject(
  store: ObjectStore,
  prefix: string,
  object: StoredObject,
  folder: string,
  partials: Pick<Partials, 'next'>,
): Promise<string> {
  return moveInto(folder, object, await downloadBeside(store, prefix, object, partials));
}

/** The file whole and verified where it is out of sight; it goes with the partials unless it is moved. */
export async function downloadBeside(
  store: ObjectStore,
  prefix: string,
  object: StoredObject,
  partials: Pick<Partials, 'next'>,
): Promise<string> {
  const key = `${prefix}${object.path}`;
  const found = await store.get(key);
  if (found === undefined) {
    throw new StoreError('not-found', `${key} is gone from the store, though its manifest names it`, {
      key,
    });
  }
  const partial = partials.next();
  const damaged = (sha256: string): StoreError =>
    new StoreError(
      'store-corrupt',
      `${key} is not what was committed: expected sha256 ${object.sha256}, found ${sha256}; it is not used; make it anew: sluice run ${ownerOf(prefix)} --rebuild all`,
      { key },
    );
  const mode = object.executable === true ? 0o777 : 0o666;
  const body = verified(found, object.sha256, damaged);
  try {
    if (found.sizeBytes <= SMALL_BYTES) await writeFile(partial, body, { mode });
    else await pipeline(Readable.from(body, { objectMode: false }), createWriteStream(partial, { mode }));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return partial;
}

/** Streams cost more than a small file itself. */
const SMALL_BYTES = 2 ** 20;

/** Takes the place of what had its name there. */
export async function moveInto(
  folder: string,
  { path }: Pick<StoredObject, 'path'>,
  partial: string,
): Promise<string> {
  const target = join(folder, path);
  makeFolder(dirname(target));
  await rename(partial, target);
  return target;
}
