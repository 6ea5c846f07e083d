import type { StoredObject } from '../job.ts';

/**
 * What an attempt made, as one hash: equal paths, bytes and values give an equal digest, whoever made them and in
 * whatever order. That a file is a program counts: whoever reads it can do more with it. `sha256` takes text and
 * gives hexadecimal digits.
 */
export function contentDigest(
  objects: readonly StoredObject[],
  values: Readonly<Record<string, string>>,
  sha256: (text: string) => string,
): string {
  return sha256(
    JSON.stringify({
      objects: objects
        .map(({ path, bytes, sha256: hash, executable }) =>
          executable === true ? ([path, bytes, hash, 'executable'] as const) : ([path, bytes, hash] as const),
        )
        .sort(([a], [b]) => (a < b ? -1 : 1)),
      values: Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)),
    }),
  );
}
