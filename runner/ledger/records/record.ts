import { StoreError } from '../../errors.ts';
import { STORE_SCHEMA } from '../../model/records.ts';
import type { ObjectStore, PutCondition } from '../../ports.ts';
import { objectOf, type Fields } from './shape.ts';

export interface Stored<T> {
  readonly record: T;
  readonly etag: string;
  /** By the store's clock. */
  readonly modifiedAt: string;
  /** Since it was written, as the store's own clock has it: ours may be wrong. */
  readonly ageSeconds: number;
}

/** One kind of record: how its JSON is read, checked and written. */
export interface RecordKind<T> {
  read(store: ObjectStore, key: string): Promise<Stored<T> | undefined>;
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

/** `remedy` says what to do about one that is broken, for example what is lost by removing it. */
export function recordKind<T>(name: string, fields: Fields<T>, remedy: string): RecordKind<T> {
  const shape = objectOf(fields);

  function parse(json: string, key: string): T {
    const value = parseJson(json, key);
    refuseNewer(value, key);
    const problem = shape(value, '');
    if (problem !== undefined) throw corrupt(key, problem);
    return value as T;
  }

  function parseJson(json: string, key: string): unknown {
    try {
      return JSON.parse(json);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw corrupt(key, json === '' ? 'it is empty' : `it is not JSON (${words})`);
    }
  }

  function corrupt(key: string, problem: string): StoreError {
    return new StoreError('store-corrupt', `${name} ${key} cannot be used: ${problem}; ${remedy}`, { key });
  }

  return {
    parse,
    async read(store, key) {
      const found = await store.get(key);
      if (found === undefined) return undefined;
      const { body, etag, modifiedAt, answeredAt } = found;
      const ageSeconds = (Date.parse(answeredAt) - Date.parse(modifiedAt)) / 1000;
      return { record: parse(await textOf(body), key), etag, modifiedAt, ageSeconds };
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

export function isConflict(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'precondition-failed';
}

export async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Before the shape: a newer version's records may look different in every other respect. */
function refuseNewer(value: unknown, key: string): void {
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (typeof schema !== 'number' || schema <= STORE_SCHEMA) return;
  throw new StoreError(
    'store-schema',
    `${key} is of schema ${schema}, this sluice knows up to ${STORE_SCHEMA}: use the newer version that wrote it`,
    { key },
  );
}
