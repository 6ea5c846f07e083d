import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  type BigIntStats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError } from '../../errors.ts';
import { isBlob, isImmutable } from '../../model/key.ts';
import type { ObjectInfo, StoredBody } from '../../ports.ts';
import { fileBody } from './body.ts';
import type { Context } from './context.ts';
import { systemCode } from './failure.ts';
import { inFolder, removeEmptyFolders, syncFolder } from './folder.ts';
import { readRecord, writeRecord, type WriteOptions } from './record.ts';
import type { Body } from './temporary.ts';

/** A plain file at the key's path, put in place whole. */
export async function writeBlob(
  context: Context,
  key: string,
  body: Body,
  { condition, durable, executable = false, signal }: WriteOptions,
): Promise<{ readonly etag: string }> {
  const over = condition !== undefined && 'ifMatch' in condition ? condition.ifMatch : undefined;
  if (over !== undefined && isImmutable(key)) {
    throw new StoreError('bad-key', `${key}: objects are not written over a version; use a new key`, { key });
  }
  const path = join(context.root, key);
  const temporary = await context.temporaries.create(key, body, {
    durable,
    executable,
    ...(signal && { signal }),
  });
  try {
    signal?.throwIfAborted();
    const etag = blobEtag(statSync(temporary.path, { bigint: true }));
    await inFolder(dirname(path), durable, () => {
      if (over !== undefined) refuseChanged(path, key, over);
      if (condition === undefined || over !== undefined || !isObject(path)) renameSync(temporary.path, path);
      else linkSync(temporary.path, path);
    });
    if (durable) await syncFolder(dirname(path));
    return { etag };
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    throw new StoreError('precondition-failed', `expected nothing under ${key}, found an object`, { key });
  } finally {
    temporary.remove();
  }
}

/** What is no file is no object, and is replaced as if nothing were there; a folder refuses that itself. */
function isObject(path: string): boolean {
  return statsAt(path)?.isFile() ?? true;
}

/** Looked at right before the file is moved over it: no file system moves on a condition. */
function refuseChanged(path: string, key: string, over: string): void {
  const stats = statsAt(path);
  if (stats !== undefined && blobEtag(stats) === over) return;
  throw new StoreError('precondition-failed', `${key} was changed meanwhile`, { key });
}

export function readBlob(
  { root }: Context,
  key: string,
  range: { readonly from: number; readonly to: number } | undefined,
  signal: AbortSignal | undefined,
): StoredBody | undefined {
  const descriptor = openBlob(join(root, key));
  if (descriptor === undefined) return undefined;
  const stats = fstatSync(descriptor, { bigint: true });
  if (!stats.isFile()) {
    closeSync(descriptor);
    return undefined;
  }
  return {
    key,
    etag: blobEtag(stats),
    sizeBytes: Number(stats.size),
    modifiedAt: stats.mtime.toISOString(),
    answeredAt: new Date().toISOString(),
    body: fileBody(descriptor, key, Number(stats.size), range, signal),
  };
}

/** Reads and writes anew: a link would let whoever edits a published file edit the object behind it. */
export async function copyBlob(context: Context, from: string, to: string): Promise<void> {
  const read = isBlob(from) ? readBlob : readRecord;
  const source = read(context, from, undefined, undefined);
  if (source === undefined) {
    throw new StoreError('not-found', `expected an object to copy under ${from}, found none`, { key: from });
  }
  await (isBlob(to) ? writeBlob : writeRecord)(context, to, source.body, { durable: true });
}

/** Takes folders along that became empty. */
export function deleteBlob({ root }: Context, key: string): void {
  const path = join(root, key);
  try {
    unlinkSync(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EISDIR' || code === 'EPERM') {
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
    }
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
  }
  removeEmptyFolders(dirname(path), join(root, key.slice(0, key.indexOf('/'))));
}

/** Of whatever stands there, without following a link; undefined where nothing can. */
export function statsAt(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

export function blobInfo(key: string, stats: BigIntStats): ObjectInfo {
  return {
    key,
    etag: blobEtag(stats),
    sizeBytes: Number(stats.size),
    modifiedAt: stats.mtime.toISOString(),
  };
}

export function blobEtag(stats: BigIntStats): string {
  return `${stats.mtimeNs.toString(36)}-${stats.ino.toString(36)}-${stats.size.toString(36)}`;
}

/** A link in its place is not an object: nothing of sluice makes one, and it could lead out of the store. */
function openBlob(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}
