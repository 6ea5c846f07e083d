import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { StoreError } from '../../../runner/errors.ts';
import type { ObjectStore, PutCondition } from '../../../runner/ports.ts';
import { encode, keysOf } from '../../contracts/object-store.ts';
import type { S3Operation } from '../../parts/s3-proxy/request.ts';
import { bytesIn, bytesUnder, expectBytes, pieces, type Scene } from './scene.ts';

/** One operation of a store that something is to happen to. */
export interface Act {
  readonly operations: readonly S3Operation[];
  /** What is there before, untouched by any fault. */
  readonly prepare?: (scene: Scene) => Promise<void>;
  /** Does it, and throws unless what it was told is right. */
  readonly act: (scene: Scene) => Promise<void>;
  /** Whatever it was told: throws where something stands there that nobody wrote. */
  readonly whatever?: (scene: Scene) => Promise<void>;
}

const OLD = encode('old');
const NEW = encode('new and longer');
const LARGE = randomBytes(700_000);
const PARTS = randomBytes(5_500_000);

export const ACTS: Readonly<Record<string, Act>> = {
  'get of a record': reading(randomBytes(3000)),
  'get of a large object': reading(LARGE),
  'get of nothing': {
    operations: ['GetObject'],
    act: async ({ store, key }) => expect(await store.get(key)).toBeUndefined(),
  },
  'put of bytes': writing(['PutObject'], () => NEW, NEW),
  'put of a short stream': writing(['PutObject'], () => pieces(NEW, 5), NEW),
  'put in parts': writing(
    ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'],
    () => pieces(PARTS, 2 ** 20),
    PARTS,
  ),
  'put if nothing is there': writing(['PutObject'], () => NEW, NEW, 'absent'),
  'put over a version': writing(['PutObject'], () => NEW, NEW, 'version'),
  'put if nothing is there, and something is': refusal(() => ({ ifNoneMatch: '*' })),
  'put over another version': refusal((older) => ({ ifMatch: older })),
  list: {
    operations: ['ListObjectsV2'],
    async prepare({ beside, folder }) {
      for (const name of ['a', 'b', 'c']) await beside.put(`${folder}/${name}`, OLD);
    },
    async act({ store, folder }) {
      expect(await keysOf(store, `${folder}/`)).toEqual(['a', 'b', 'c'].map((name) => `${folder}/${name}`));
    },
  },
  'delete of one': removing('DeleteObject', ['key']),
  'delete of several': removing('DeleteObjects', ['key', 'other', 'third']),
  copy: copying(['CopyObject'], OLD),
  'copy in parts': copying(['CreateMultipartUpload', 'UploadPartCopy', 'CompleteMultipartUpload'], PARTS),
};

function reading(bytes: Uint8Array): Act {
  return {
    operations: ['GetObject'],
    prepare: async ({ beside, key }) => void (await beside.put(key, bytes)),
    act: async ({ store, key }) => expectBytes(await bytesUnder(store, key), bytes),
  };
}

function writing(
  operations: Act['operations'],
  body: () => Uint8Array | AsyncIterable<Uint8Array>,
  bytes: Uint8Array,
  over?: 'absent' | 'version',
): Act {
  return {
    operations,
    async prepare({ beside, key }) {
      if (over !== 'absent') await beside.put(key, OLD);
    },
    async act({ store, beside, key }) {
      const condition = over === undefined ? {} : { condition: await conditionFor(over, beside, key) };
      const { etag } = await store.put(key, body(), condition);
      const found = await beside.get(key);
      expectBytes(await bytesIn(found?.body), bytes);
      // A wrong one is refused when it is used.
      if (etag !== found?.etag) await expectNoVersion(beside, key, etag);
    },
    async whatever({ beside, key }) {
      const left = await bytesUnder(beside, key);
      if (left !== undefined && !left.equals(OLD)) expectBytes(left, bytes);
    },
  };
}

/** The condition does not hold, so it is never told that it was written. */
function refusal(conditionOver: (older: string) => PutCondition): Act {
  const unchanged = async ({ beside, key }: Scene) => expectBytes(await bytesUnder(beside, key), OLD);
  return {
    operations: ['PutObject'],
    async act(scene) {
      const { store, beside, key } = scene;
      const { etag: older } = await beside.put(key, encode('older'));
      await beside.put(key, OLD);
      const told = await store.put(key, NEW, { condition: conditionOver(older) }).then(
        () => 'written',
        (error: unknown) => error,
      );
      if (!(told instanceof StoreError)) expect(told).toBe('refused');
      else if (told.code !== 'precondition-failed') throw told;
      await unchanged(scene);
    },
    whatever: unchanged,
  };
}

function removing(operation: S3Operation, names: readonly string[]): Act {
  const left = ({ beside, folder }: Scene) => keysOf(beside, `${folder}/`);
  return {
    operations: [operation],
    async prepare({ beside, folder }) {
      for (const name of [...names, 'stays']) await beside.put(`${folder}/${name}`, OLD);
    },
    async act(scene) {
      await scene.store.delete(names.map((name) => `${scene.folder}/${name}`));
      expect(await left(scene)).toEqual([`${scene.folder}/stays`]);
    },
    whatever: async (scene) => expect(await left(scene)).toContain(`${scene.folder}/stays`),
  };
}

function copying(operations: Act['operations'], bytes: Uint8Array): Act {
  return {
    operations,
    async prepare({ beside, folder, key }) {
      await beside.put(`${folder}/from`, bytes);
      await beside.put(key, NEW);
    },
    async act({ store, beside, folder, key }) {
      await store.copy(`${folder}/from`, key);
      expectBytes(await bytesUnder(beside, key), bytes);
    },
    async whatever({ beside, key }) {
      const left = await bytesUnder(beside, key);
      if (left?.equals(NEW) !== true) expectBytes(left, bytes);
    },
  };
}

async function conditionFor(
  over: 'absent' | 'version',
  beside: ObjectStore,
  key: string,
): Promise<PutCondition> {
  if (over === 'absent') return { ifNoneMatch: '*' };
  const found = await beside.get(key);
  await bytesIn(found?.body);
  return { ifMatch: found?.etag ?? '' };
}

async function expectNoVersion(store: ObjectStore, key: string, etag: string): Promise<void> {
  const refused = store.put(key, OLD, { condition: { ifMatch: etag } });
  await expect(refused).rejects.toMatchObject({ code: 'precondition-failed' });
}
