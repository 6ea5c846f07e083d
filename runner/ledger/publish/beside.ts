import type { PublishedPathRecord } from '../../model/records.ts';
import type { ObjectStore } from '../../ports.ts';
import { pathKey, publishedPathRecords } from './path-record.ts';

/** The record of a file whose path is a folder of this one, or of one below it: a folder of files holds only one of them. */
export async function besidePath(store: ObjectStore, path: string): Promise<PublishedPathRecord | undefined> {
  const [below, ...files] = await Promise.all([
    firstBelow(store, `published/${path}/`),
    ...foldersAbove(path).map((folder) => readPath(store, folder)),
  ]);
  return files.find((file) => file !== undefined) ?? below;
}

async function firstBelow(store: ObjectStore, prefix: string): Promise<PublishedPathRecord | undefined> {
  for await (const page of store.list(prefix)) {
    const [first] = page;
    if (first !== undefined) return readPath(store, first.key.slice('published/'.length));
  }
  return undefined;
}

async function readPath(store: ObjectStore, path: string): Promise<PublishedPathRecord | undefined> {
  return (await publishedPathRecords.read(store, pathKey(path)))?.record;
}

/** `a/b/c` → `a`, `a/b` */
export function foldersAbove(path: string): readonly string[] {
  const names = path.split('/');
  return names.slice(1).map((_, at) => names.slice(0, at + 1).join('/'));
}
