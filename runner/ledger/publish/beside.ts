import type { PublishedPathRecord } from '../../model/records.ts';
import type { Context } from '../context.ts';
import { pathKey, publishedPathRecords } from './path-record.ts';

/** A record of a path that is broken is named, and passed by as if there were none. */
export type PathContext = Pick<Context, 'store' | 'tell' | 'passBy'>;

/** The record of a file whose path is a folder of this one, or of one below it: a folder of files holds only one of them. */
export async function besidePath(
  within: PathContext,
  path: string,
): Promise<PublishedPathRecord | undefined> {
  const [below, ...files] = await Promise.all([
    firstBelow(within, `published/${path}/`),
    ...foldersAbove(path).map((folder) => readPath(within, folder)),
  ]);
  return files.find((file) => file !== undefined) ?? below;
}

async function firstBelow(within: PathContext, prefix: string): Promise<PublishedPathRecord | undefined> {
  for await (const page of within.store.list(prefix)) {
    const [first] = page;
    if (first !== undefined) return readPath(within, first.key.slice('published/'.length));
  }
  return undefined;
}

async function readPath(
  { store, passBy }: PathContext,
  path: string,
): Promise<PublishedPathRecord | undefined> {
  return (await passBy(() => publishedPathRecords.read(store, pathKey(path))))?.record;
}

/** `a/b/c` → `a`, `a/b` */
export function foldersAbove(path: string): readonly string[] {
  const names = path.split('/');
  return names.slice(1).map((_, at) => names.slice(0, at + 1).join('/'));
}
