import { existsSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../../errors.ts';
import { identify, ownerName } from '../../machine/process.ts';
import type { Context } from './context.ts';
import { storeError } from './failure.ts';
import { makeFolder } from '../../machine/folder.ts';
import { deleteRecord, readRecord, writeRecord } from './record.ts';

/** What a file system is asked; replaced in tests by ones that are hard to come by. */
export interface FileSystemProbe {
  /** Both names lead to one file. */
  foldsCase(folder: string): boolean;
  keepsLinks(folder: string): boolean;
}

/** Tries each promise that the store builds on, in its own folder, and leaves nothing behind. */
export async function checkFolder(context: Context, probe: FileSystemProbe = fileSystemProbe): Promise<void> {
  const { root } = context;
  // Named like an unfinished file, so that it goes when this process dies on the way.
  const folder = join(root, 'tmp', `check.c.${ownerName(identify())}.${Date.now()}`);
  try {
    makeFolder(folder);
    if (probe.foldsCase(folder)) {
      throw unsuitable(root, 'the file system takes ABRpA and ABRPA for one name, which are two symbols');
    }
    if (!probe.keepsLinks(folder)) throw unsuitable(root, 'the file system has no symbolic links');
    await checkConditions(context);
  } catch (error) {
    throw storeError(error, root, 'write');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of writers that all expect the same version exactly one may win. */
async function checkConditions(context: Context): Promise<void> {
  const key = `runs/check-${process.pid}-${Date.now()}/race.json`;
  const bytes = new TextEncoder().encode('{}');
  try {
    const { etag } = await writeRecord(context, key, bytes, {
      condition: { ifNoneMatch: '*' },
      durable: true,
    });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        writeRecord(context, key, bytes, { condition: { ifMatch: etag }, durable: false }),
      ),
    );
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
    const broken = outcomes.find(
      (outcome) =>
        outcome.status === 'rejected' &&
        !(outcome.reason instanceof StoreError && outcome.reason.code === 'precondition-failed'),
    );
    if (broken?.status === 'rejected') throw broken.reason;
    // Of a write that was done a file system over a network may lose the answer; what stands there tells.
    const isReplaced = won === 0 && readRecord(context, key, undefined, undefined)?.etag !== etag;
    if (won !== 1 && !isReplaced) {
      throw unsuitable(context.root, `expected one winner of eight conditional writes, found ${won}`);
    }
  } finally {
    await deleteRecord(context, key);
    rmSync(join(context.root, key, '..'), { recursive: true, force: true });
  }
}

function unsuitable(root: string, reason: string): StoreError {
  return new StoreError(
    'store-unsuitable',
    `${root} cannot hold a store: ${reason}; use a folder on another file system`,
  );
}

const fileSystemProbe: FileSystemProbe = {
  foldsCase(folder) {
    writeFileSync(join(folder, 'ABRpA'), '');
    return existsSync(join(folder, 'ABRPA'));
  },
  keepsLinks(folder) {
    try {
      symlinkSync('/dev/null/deleted', join(folder, 'link'));
      return readlinkSync(join(folder, 'link')) === '/dev/null/deleted';
    } catch {
      return false;
    }
  },
};
