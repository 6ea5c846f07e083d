import { afterAll, beforeAll } from 'vitest';
import type { ObjectStore } from '../../../runner/ports.ts';
import { createS3Store } from '../../../runner/stores/s3/store.ts';
import { describeObjectStore } from '../../contracts/object-store.ts';
import { startMoto } from '../../parts/moto.ts';
import { createBucket, openBucket, useCredentials, type S3Server } from '../../parts/s3.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startMoto();
  useCredentials(server);
});
afterAll(async () => server[Symbol.asyncDispose]());

describeObjectStore(
  'a bucket of moto',
  async () => openBucket(server, `s3://${await createBucket(server)}`),
  async (store: ObjectStore) => (store.ref.kind === 's3' ? createS3Store(store.ref) : store),
);
