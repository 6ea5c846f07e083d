import { afterAll, beforeAll } from 'vitest';
import type { ObjectStore } from '../../../runner/ports.ts';
import { createS3Store } from '../../../runner/stores/s3/store.ts';
import { describeObjectStore } from '../../contracts/object-store.ts';
import { createBucket, openBucket, runningServer, useCredentials, type S3Server } from '../../parts/s3.ts';
import { startVersitygw } from '../../parts/versitygw.ts';

let server: S3Server;
beforeAll(async () => {
  server = runningServer() ?? (await startVersitygw());
  useCredentials(server);
});
afterAll(async () => server[Symbol.asyncDispose]());

describeObjectStore(
  'a bucket of versitygw',
  async () => openBucket(server, `s3://${await createBucket(server)}/some/prefix`),
  async (store: ObjectStore) => (store.ref.kind === 's3' ? createS3Store(store.ref) : store),
  // It moves the new file aside under the same name and 31 bytes more.
  { replacedSegmentBytes: 224 },
);
