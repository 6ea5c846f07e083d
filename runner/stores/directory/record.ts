import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError } from '../../errors.ts';
import type { PutCondition, StoredBody } from '../../ports.ts';
import { fileBody } from './body.ts';
import type { Context } from './context.ts';
import { systemCode } from './failure.ts';
import { inFolder, syncFolder } from './folder.ts';
import type { Body, Temporary } from './temporary.ts';
import { settledVersion } from './tombstone.ts';
import { MAX_VERSION, versionFile, type Version } from './version.ts';

export interface WriteOptions {
  readonly condition?: PutCondition;
  readonly durable: boolean;
  readonly executable?: boolean;
  readonly signal?: AbortSignal;
}

/** Where a mark of deletion points: it must lead nowhere, whatever the store holds. */
const NOWHERE = '/dev/null/deleted';

/** Larger ones (logs) are streamed. */
const READ_AT_ONCE_BYTES = 1 << 20;

/**
 * The next version is made by `link(2)`, which fails when the name is there: that is the conflict. The temporary
 * file announces the write before the newest version is looked up, and whoever prunes leaves announced keys
 * alone: so a number that a sleeping writer has in mind can't become free again.
 */
export async function writeRecord(
  context: Context,
  key: string,
  body: Body,
  options: WriteOptions,
): Promise<{ readonly etag: string }> {
  const file = join(context.root, key);
  const temporary = await context.temporaries.create(key, body, options);
  try {
    for (;;) {
      options.signal?.throwIfAborted();
      const found = await settledVersion(context, key);
      refuseUnless(options.condition, found, key);
      const number = nextNumber(found, key);
      if (
        !(await makeVersion(file, options.durable, () => linkSync(temporary.path, versionFile(file, number))))
      )
        continue;
      context.versions.suppose(file, number);
      if (options.durable) await syncFolder(dirname(file));
      return { etag: String(number) };
    }
  } finally {
    leave(context, key, file, temporary);
  }
}

/** An absent record is no error. */
export async function deleteRecord(context: Context, key: string): Promise<void> {
  const file = join(context.root, key);
  if (context.versions.find(file).kind !== 'value') return;
  const temporary = await context.temporaries.create(key);
  try {
    for (;;) {
      const found = await settledVersion(context, key);
      if (found.kind !== 'value') return;
      const number = nextNumber(found, key);
      if (await makeVersion(file, false, () => symlinkSync(NOWHERE, versionFile(file, number)))) return;
    }
  } finally {
    leave(context, key, file, temporary);
  }
}

export function readRecord(
  context: Context,
  key: string,
  range: { readonly from: number; readonly to: number } | undefined,
  signal: AbortSignal | undefined,
): StoredBody | undefined {
  const file = join(context.root, key);
  for (;;) {
    const version = context.versions.find(file);
    if (version.kind !== 'value') return undefined;
    const descriptor = openVersion(versionFile(file, version.number));
    // Pruned or deleted since: look again.
    if (descriptor === undefined) continue;
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) {
      closeSync(descriptor);
      throw new StoreError(
        'store-corrupt',
        `${key} is not a file, and stands where a record is kept; remove it, or move it elsewhere`,
        { key },
      );
    }
    const body =
      stats.size <= READ_AT_ONCE_BYTES
        ? once(readAndClose(descriptor, stats.size), range)
        : fileBody(descriptor, key, stats.size, range, signal);
    return {
      key,
      etag: String(version.number),
      sizeBytes: stats.size,
      modifiedAt: stats.mtime.toISOString(),
      answeredAt: new Date().toISOString(),
      body,
    };
  }
}

function nextNumber(found: Version, key: string): number {
  if (found.number < MAX_VERSION) return found.number + 1;
  throw new StoreError(
    'store-corrupt',
    `${key}@${found.number} has the last number that there is, which no writer has given it; remove that file`,
    { key },
  );
}

function refuseUnless(condition: PutCondition | undefined, found: Version, key: string): void {
  if (condition === undefined) return;
  if ('ifNoneMatch' in condition) {
    if (found.kind !== 'value') return;
    throw new StoreError('precondition-failed', `expected nothing under ${key}, found a value`, { key });
  }
  if (found.kind === 'value' && String(found.number) === condition.ifMatch) return;
  throw new StoreError('precondition-failed', `${key} was changed meanwhile`, { key });
}

/** False: another took the number. */
async function makeVersion(file: string, durable: boolean, make: () => void): Promise<boolean> {
  try {
    await inFolder(dirname(file), durable, make);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Ends a write, won or lost: the last one out removes the versions below the newest. From here on the file only
 * says that someone prunes.
 */
function leave({ temporaries, versions }: Context, key: string, file: string, temporary: Temporary): void {
  try {
    const newest = versions.find(file).number;
    if (newest > 1 && isThere(versionFile(file, newest - 1))) {
      temporary.retire();
      if (!temporaries.isAnnounced(key)) prune(file, newest);
    }
  } finally {
    temporary.remove();
  }
}

function prune(file: string, newest: number): void {
  let lowest = newest;
  while (lowest > 1 && isThere(versionFile(file, lowest - 1))) lowest -= 1;
  for (let number = lowest; number < newest; number += 1) {
    try {
      unlinkSync(versionFile(file, number));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function openVersion(path: string): number | undefined {
  try {
    // What is no file may keep whoever opens it waiting.
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}

function readAndClose(descriptor: number, size: number): Uint8Array {
  try {
    const bytes = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const read = readSync(descriptor, bytes, filled, size - filled, filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(descriptor);
  }
}

async function* once(
  bytes: Uint8Array,
  range: { readonly from: number; readonly to: number } | undefined,
): AsyncIterable<Uint8Array> {
  const asked = range === undefined ? bytes : bytes.subarray(range.from, range.to + 1);
  if (asked.length > 0) yield asked;
}
