import { StoreError, messageOf } from '../../errors.ts';
import { STORE_SCHEMA } from '../../model/records.ts';
import type { ObjectStore, PutCondition, StoredBody } from '../../ports.ts';
import { isDeeper } from '../../model/json-depth.ts';
import { boundedText } from './bounds.ts';
import { isDamage } from './damage.ts';
import { objectOf, type Fields } from './expectation.ts';

/** A run of 100,000 instances records 30 MB; nothing that sluice writes is nested deeper than six. */
const MAX_BYTES = 128 * 2 ** 20;
const MAX_DEPTH = 64;

export interface Stored<T> {
  readonly record: T;
  readonly etag: string;
  /** By the store's clock. */
  readonly modifiedAt: string;
  /** Since it was written, as the store's own clock has it: ours may be wrong. */
  readonly ageSeconds: number;
}

/** There, and not to be used. */
export interface Broken {
  /** `store-corrupt`, in words and with what to do. */
  readonly broken: StoreError;
  /** To write over it; unknown where the store itself gives no bytes of it. */
  readonly etag?: string;
  readonly ageSeconds: number;
}

/** One kind of record: how its JSON is read, checked and written. */
export interface RecordKind<T> {
  /** Throws for one that is broken, or of a newer sluice. */
  read(store: ObjectStore, key: string): Promise<Stored<T> | undefined>;
  /** Throws only for one of a newer sluice: for whoever has a way past a broken one. */
  look(store: ObjectStore, key: string): Promise<Stored<T> | Broken | undefined>;
  /** The etag, or undefined where the condition does not hold. */
  write(
    store: ObjectStore,
    key: string,
    record: T,
    options?: {
      readonly condition?: PutCondition;
      readonly durable?: boolean;
      readonly signal?: AbortSignal;
    },
  ): Promise<string | undefined>;
  parse(json: string, key: string): T;
}

export interface RecordRules<T> {
  /** What to do about one that is broken, for example what is lost by removing it. */
  readonly remedy: string;
  /** Where it must stand, by what it says of itself: one that was moved is another's. */
  readonly keyOf?: (record: T) => string;
  /** What is wrong with it though each field is as it should be. */
  readonly problem?: (record: T) => string | undefined;
}

export function recordKind<T>(name: string, fields: Fields<T>, rules: RecordRules<T>): RecordKind<T> {
  const { remedy, keyOf, problem } = rules;
  const shape = objectOf(fields);

  function parse(json: string, key: string): T {
    const value = parseJson(json, key);
    refuseNewer(value, key);
    const wrong = shape(value, '');
    if (wrong !== undefined) throw corrupt(key, wrong);
    const record = value as T;
    const place = keyOf?.(record) ?? key;
    if (place !== key) throw corrupt(key, `expected the record of ${key}, found that of ${place}`);
    const different = problem?.(record);
    if (different !== undefined) throw corrupt(key, different);
    return record;
  }

  function parseJson(json: string, key: string): unknown {
    if (isDeeper(json, MAX_DEPTH)) throw corrupt(key, `it is nested deeper than ${MAX_DEPTH} levels`);
    try {
      return JSON.parse(json);
    } catch (error) {
      const words = messageOf(error);
      throw corrupt(key, json === '' ? 'it is empty' : `it is not JSON (${words})`);
    }
  }

  function corrupt(key: string, what: string): StoreError {
    return new StoreError('store-corrupt', `${name} ${key} cannot be used: ${what}; ${remedy}`, { key });
  }

  async function textOf(found: StoredBody): Promise<string> {
    const text = found.sizeBytes > MAX_BYTES ? undefined : await boundedText(found.body, MAX_BYTES);
    if (text !== undefined) return text;
    for await (const _ of found.body) break;
    throw corrupt(found.key, `it is larger than ${MAX_BYTES / 2 ** 20} MiB`);
  }

  async function look(store: ObjectStore, key: string): Promise<Stored<T> | Broken | undefined> {
    let found: StoredBody | undefined;
    try {
      found = await store.get(key);
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { broken: error, ageSeconds: Infinity };
    }
    if (found === undefined) return undefined;
    const { etag, modifiedAt, answeredAt } = found;
    const ageSeconds = (Date.parse(answeredAt) - Date.parse(modifiedAt)) / 1000;
    try {
      return { record: parse(await textOf(found), key), etag, modifiedAt, ageSeconds };
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { broken: error, etag, ageSeconds };
    }
  }

  return {
    parse,
    look,
    async read(store, key) {
      const found = await look(store, key);
      if (found !== undefined && 'broken' in found) throw found.broken;
      return found;
    },
    async write(store, key, record, options = {}) {
      const bytes = new TextEncoder().encode(`${JSON.stringify(record, undefined, 2)}\n`);
      try {
        return (await store.put(key, bytes, options)).etag;
      } catch (error) {
        if (isConflict(error)) return undefined;
        throw error;
      }
    },
  };
}

/** Over exactly what a look found, or over nothing; what gave no bytes of itself is overwritten whatever it is. */
export function conditionOver(found: { readonly etag?: string } | undefined): {
  readonly condition?: PutCondition;
} {
  if (found === undefined) return { condition: { ifNoneMatch: '*' } };
  return found.etag === undefined ? {} : { condition: { ifMatch: found.etag } };
}

export function isConflict(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'precondition-failed';
}

/** Before the shape: a newer version's records may look different in every other respect. */
function refuseNewer(value: unknown, key: string): void {
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (!Number.isSafeInteger(schema) || Number(schema) <= STORE_SCHEMA) return;
  throw new StoreError(
    'store-schema',
    `${key} is of schema ${String(schema)}, this sluice knows up to ${STORE_SCHEMA}: use the newer version that wrote it`,
    { key },
  );
}
