/** Longer names do not fit a file system. */
const MAX_SEGMENT_BYTES = 255;
/** A record in a folder has the number of its version behind its name: `@` and up to ten digits. */
const MAX_RECORD_SEGMENT_BYTES = MAX_SEGMENT_BYTES - 11;
const MAX_KEY_BYTES = 1024;

/**
 * What is wrong with a key, in words; undefined when nothing is. The rules are those of the narrowest store, so
 * that a key which one store takes is taken by all.
 */
export function keyProblem(key: string): string | undefined {
  if (key === '') return 'it is empty';
  if (/\p{Surrogate}/u.test(key)) return 'it is not valid Unicode';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`;
  if (hasControlCharacter(key)) return 'it has a control character';
  const longest = isBlob(key) ? MAX_SEGMENT_BYTES : MAX_RECORD_SEGMENT_BYTES;
  for (const segment of key.split('/')) {
    if (segment === '') return 'it has an empty segment';
    if (segment === '.' || segment === '..') return `it has the segment "${segment}"`;
    if (Buffer.byteLength(segment) > longest) return `a segment is longer than ${longest} bytes`;
  }
  if (!isBlob(key) && /@\d+$/.test(key)) return 'it ends like a version number, "@" and digits';
  return undefined;
}

/** Outputs and what is published: large. All else is a record. */
export function isBlob(key: string): boolean {
  return key.startsWith('objects/') || key.startsWith('published/');
}

/** Outputs: a key is written once, never over another version. */
export function isImmutable(key: string): boolean {
  return key.startsWith('objects/');
}

/** Byte order of the UTF-8 text. JavaScript compares UTF-16 units, which puts U+E000–U+FFFF after the rest. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Keys that start with `prefix`, above `after`, not above `to`. */
export interface KeyRange {
  readonly prefix: string;
  readonly after?: string;
  readonly to?: string;
}

export function isWithin(key: string, { prefix, after, to }: KeyRange): boolean {
  return (
    key.startsWith(prefix) &&
    (after === undefined || compareKeys(key, after) > 0) &&
    (to === undefined || compareKeys(key, to) <= 0)
  );
}

function rank(unit: number): number {
  return isSurrogate(unit) ? unit + 0x10000 : unit;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function hasControlCharacter(key: string): boolean {
  for (let index = 0; index < key.length; index += 1) {
    const unit = key.charCodeAt(index);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}

/** An attempt's own place in the store: two attempts never write under one name. */
export function attemptPrefix(instance: string, attempt: string): string {
  return `objects/${instance}/${attempt}/`;
}
