import { posix } from 'node:path';
import type { StoredObject } from '../../model/job.ts';
import { createOutputCheck } from '../../model/outputs/outputs.ts';
import type { Manifest } from '../../model/records.ts';

/** As declared, with every expression in it evaluated. */
export interface PublishedOutput {
  readonly pattern: string;
  readonly publish?: { readonly path: string; readonly newest: boolean };
}

/** Which stored objects are published, and where: a file under its path, what a folder or glob takes below it. */
export function publishedPaths(
  outputs: readonly PublishedOutput[],
  objects: readonly Pick<StoredObject, 'path' | 'bytes'>[],
): Manifest['published'] {
  return outputs.flatMap(({ pattern, publish }) => {
    if (publish === undefined) return [];
    const check = createOutputCheck([{ pattern, allowEmpty: true }]);
    const folder = folderOf(pattern.replace(/^(?:\.\/)+/, ''));
    return objects
      .filter(({ path, bytes }) => check.entry({ path, kind: 'file', sizeBytes: bytes }).kind === 'store')
      .map(({ path }) => ({
        path,
        to: isExact(pattern, path)
          ? exactPath(publish.path, path)
          : posix.join(publish.path, path.slice(folder.length)),
        newest: publish.newest,
      }));
  });
}

function isExact(pattern: string, path: string): boolean {
  return pattern.replace(/^(?:\.\/)+/, '') === path;
}

function exactPath(to: string, path: string): string {
  return to.endsWith('/') ? `${to}${posix.basename(path)}` : to;
}

/** The part of a pattern before anything that is not a plain name; ends in `/` or is empty. */
function folderOf(pattern: string): string {
  const special = pattern.search(/[*?[\]{}()!+@\\]/);
  const plain = special < 0 ? pattern : pattern.slice(0, special);
  return plain.slice(0, plain.lastIndexOf('/') + 1);
}
