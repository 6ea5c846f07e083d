import { pathToFileURL } from 'node:url';
import type { InstanceId } from '../partition.ts';
import type { StoreRef } from '../store-ref.ts';

/** The folder whose plain files are the objects, where a store is on a disk of this machine. */
export function storeFolder(ref: StoreRef): string | undefined {
  return ref.kind === 'directory' ? ref.root : undefined;
}

/**
 * Names an object for other programs: `s3://bucket/prefix/<key>` as it is, `file://` with what a URL escapes.
 * `objectUri({ kind: 'directory', root: '/data' }, 'objects/a b')` → `file:///data/objects/a%20b`.
 */
export function objectUri(ref: StoreRef, key: string): string {
  switch (ref.kind) {
    case 'directory':
      return pathToFileURL(`${ref.root}/${key}`).href;
    case 'memory':
      return `memory:${ref.id}/${key}`;
    case 's3':
      return `${ref.uri}/${key}`;
  }
}

/** Whose objects lie below `objects/<instance>/<attempt>/`. */
export function ownerOf(prefix: string): InstanceId {
  return prefix.replace(/^objects\//, '').replace(/\/[^/]*\/$/, '');
}
