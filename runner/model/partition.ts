import { createHash } from 'node:crypto';
import { keyProblem } from './key.ts';
import type { Scalar } from './pipeline.ts';

/** One `name=value` of a partition; the value is the canonical text of a key. */
export interface PartitionKey {
  readonly name: string;
  readonly value: string;
  /** The value was too long for a name: `value` is `%~` and its sha256, the whole one is in the manifest. */
  readonly hashed?: true;
}

/** An instance as it is stored: `pipeline/task/partition`, for example `short-score/prices/date=2021-01-29`. */
export type InstanceId = string;

/** The partition of a task without keys. */
export const NO_KEYS = '_';

/** Longer values become a hash, so that `name=value.json` stays below the 255 bytes of a file name. */
const MAX_VALUE_BYTES = 200;
const HASHED_VALUE = /^%~[0-9a-f]{64}$/;

/** `date=2021-01-29/venue=nyse`; keys in stored order, `_` for none. */
export function formatPartition(keys: readonly PartitionKey[]): string {
  if (keys.length === 0) return NO_KEYS;
  return keys
    .map((key) => `${encodeBytes(key.name)}=${key.hashed ? key.value : encodeValue(key.value)}`)
    .join('/');
}

/**
 * The reverse of `formatPartition`. Throws a `RangeError` in words for a text that it would not have written:
 * two spellings of one partition would be two instances of the same work.
 */
export function parsePartition(text: string): readonly PartitionKey[] {
  if (text === NO_KEYS) return [];
  const keys = text.split('/').map((segment) => parseSegment(segment, text));
  const canonical = formatPartition(keys);
  if (canonical !== text)
    throw new RangeError(`expected the partition as it is stored, ${canonical}, found ${text}`);
  return keys;
}

/** `A-Za-z0-9._-` stand, every other byte is `%XX`; above 200 bytes `%~` and the value's sha256. */
export function encodeValue(value: string): string {
  const encoded = encodeBytes(value);
  if (encoded.length <= MAX_VALUE_BYTES) return encoded;
  return `%~${createHash('sha256').update(value, 'utf8').digest('hex')}`;
}

/** The canonical text of a key's value: one text for equal numbers. */
export function keyText(value: Scalar): string {
  return Object.is(value, -0) ? '0' : String(value);
}

export function instanceId(pipeline: string, task: string, partition: string): InstanceId {
  return `${pipeline}/${task}/${partition}`;
}

/** Throws a `RangeError` in words for anything that is not an instance as it is stored. */
export function parseInstanceId(id: string): {
  readonly pipeline: string;
  readonly task: string;
  readonly partition: string;
  readonly keys: readonly PartitionKey[];
} {
  const [, pipeline, task, partition] = /^([^/]+)\/([^/]+)\/(.+)$/s.exec(id) ?? [];
  if (pipeline === undefined || task === undefined || partition === undefined) {
    throw new RangeError(`expected an instance such as pipeline/task/date=2021-01-29, found ${id}`);
  }
  return { pipeline, task, partition, keys: parsePartition(partition) };
}

/** Names as the language lets them be, which is what keys of the store are made of. */
const PIPELINE_NAME = /^[a-z0-9][a-z0-9_-]{0,99}$/;
const TASK_NAME = /^[a-z][a-z0-9_-]{0,99}$/;
const KEY_NAME = /^[a-z][a-z0-9_-]{0,37}$/;

export function isPipelineName(text: string): boolean {
  return PIPELINE_NAME.test(text);
}

export function isTaskName(text: string): boolean {
  return TASK_NAME.test(text);
}

export function isKeyName(text: string): boolean {
  return KEY_NAME.test(text);
}

/** Whether it may become a key, a path or a label: what comes from a store is anybody's text. */
export function isInstanceId(text: string): boolean {
  if (keyProblem(`manifests/${text}.json`) !== undefined) return false;
  try {
    const { pipeline, task, keys } = parseInstanceId(text);
    return isPipelineName(pipeline) && isTaskName(task) && keys.every(({ name }) => isKeyName(name));
  } catch {
    return false;
  }
}

/** Where a need's member stands in the container: no partition in it where there can only be one. */
export function inputFolder(
  need: { readonly name: string; readonly single: boolean },
  member: InstanceId,
): string {
  const folder = `/inputs/${need.name}`;
  return need.single ? folder : `${folder}/${parseInstanceId(member).partition}`;
}

function encodeBytes(text: string): string {
  if (/^[A-Za-z0-9._-]*$/.test(text)) return text;
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    encoded += /[A-Za-z0-9._-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

function parseSegment(segment: string, whole: string): PartitionKey {
  const separator = segment.indexOf('=');
  if (separator < 1)
    throw new RangeError(`expected name=value in a partition, found "${segment}" in ${whole}`);
  const name = decode(segment.slice(0, separator), whole);
  const value = segment.slice(separator + 1);
  return HASHED_VALUE.test(value) ? { name, value, hashed: true } : { name, value: decode(value, whole) };
}

function decode(text: string, whole: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RangeError(`expected % and two hexadecimal digits of UTF-8, found "${text}" in ${whole}`);
  }
}
