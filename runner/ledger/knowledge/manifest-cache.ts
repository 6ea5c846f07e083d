import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InstanceId } from '../../model/partition.ts';
import type { Manifest } from '../../model/records.ts';
import type { Context } from '../context.ts';
import { objectOf } from '../records/expectation.ts';
import { manifestFields } from '../records/record-shapes.ts';
import { sha256 } from '../sha256.ts';
import { makeFolder } from '../../machine/folder.ts';

/** Manifests that were read before, by etag: an equal etag means an equal manifest. */
export interface ManifestCache {
  /** What is known of one task. */
  open(pipeline: string, task: string): Promise<TaskCache>;
}

export interface TaskCache {
  get(id: InstanceId, etag: string): Manifest | undefined;
  set(id: InstanceId, etag: string, manifest: Manifest): void;
  /** Writes what is new to the folder, where there is one. */
  save(): Promise<void>;
}

interface Entry {
  readonly etag: string;
  readonly manifest: Manifest;
}

const isManifest = objectOf(manifestFields);

/** By id and address: a copy of a store's files has its id, and soon other manifests under the same etags. */
export function openManifestCache(
  folder: string | undefined,
  { storeId, store }: Pick<Context, 'storeId' | 'store'>,
): ManifestCache {
  const ofStore = `${storeId}-${sha256(JSON.stringify(store.ref)).slice(0, 16)}`;
  const tasks = new Map<string, Promise<TaskCache>>();
  return {
    open(pipeline, task) {
      const name = `${pipeline}/${task}`;
      const known = tasks.get(name);
      if (known !== undefined) return known;
      const opened = openTask(folder === undefined ? undefined : join(folder, ofStore, `${name}.json`));
      tasks.set(name, opened);
      return opened;
    },
  };
}

async function openTask(file: string | undefined): Promise<TaskCache> {
  const entries = file === undefined ? new Map<InstanceId, Entry>() : await read(file);
  let changed = false;
  return {
    get(id, etag) {
      const entry = entries.get(id);
      return entry?.etag === etag ? entry.manifest : undefined;
    },
    set(id, etag, manifest) {
      entries.set(id, { etag, manifest });
      changed = true;
    },
    async save() {
      if (file === undefined || !changed) return;
      changed = false;
      await write(file, entries);
    },
  };
}

/** Whatever is wrong with a cache, the store knows better. */
async function read(file: string): Promise<Map<InstanceId, Entry>> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return new Map(
      Object.entries(value as Readonly<Record<string, Entry>>).filter(
        ([id, entry]) =>
          typeof entry.etag === 'string' &&
          isManifest(entry.manifest, '') === undefined &&
          entry.manifest.instance === id,
      ),
    );
  } catch {
    return new Map();
  }
}

async function write(file: string, entries: ReadonlyMap<InstanceId, Entry>): Promise<void> {
  const temporary = `${file}.${process.pid}`;
  try {
    makeFolder(dirname(file));
    await writeFile(temporary, JSON.stringify(Object.fromEntries(entries)));
    await rename(temporary, file);
  } catch {
    // A full or read-only disk costs speed, not results.
  }
}
