import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '../../runner/model/store-ref.ts';
import { silenceNotice } from '../../runner/stores/s3/client.ts';
import { createS3Store } from '../../runner/stores/s3/store.ts';
import type { ObjectStore } from '../../runner/ports.ts';

/** A server that speaks S3, with the credentials of its owner. */
export interface S3Server extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly env: Readonly<Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_REGION', string>>;
}

/** One that runs already: `SLUICE_TEST_S3` is its endpoint, the credentials are those of the environment. */
export function runningServer(): S3Server | undefined {
  const endpoint = process.env['SLUICE_TEST_S3'];
  if (endpoint === undefined) return undefined;
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_REGION = 'us-east-1' } = process.env;
  return {
    endpoint,
    env: { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Makes this process use the server's credentials; the SDK reads them from the environment. */
export function useCredentials(server: S3Server): void {
  Object.assign(process.env, server.env);
}

/** A bucket that no other test has. */
export async function createBucket(server: S3Server): Promise<string> {
  const bucket = `sluice-test-${randomUUID()}`;
  const client = plainClient(server);
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } finally {
    client.destroy();
  }
  return bucket;
}

export function plainClient({ endpoint, env }: S3Server): S3Client {
  silenceNotice();
  return new S3Client({
    endpoint,
    region: env.AWS_REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  });
}

export function openBucket(server: S3Server, uri: string, settings: S3Settings = {}): Promise<ObjectStore> {
  return createS3Store({ kind: 's3', uri, settings: { endpoint: server.endpoint, ...settings } });
}
