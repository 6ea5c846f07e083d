import { publishedPathKey } from '../keys.ts';
import { publishedPathFields } from '../records/record-shapes.ts';
import { recordKind } from '../records/record.ts';
import { sha256 } from '../sha256.ts';

export const publishedPathRecords = recordKind('the record of a published path', publishedPathFields, {
  remedy: 'delete it: the next publication writes it anew',
  keyOf: ({ path }) => pathKey(path),
});

/** Where the record of a published path is kept. */
export function pathKey(path: string): string {
  return publishedPathKey(sha256(path));
}
