import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { isBlob } from '../../model/key.ts';
import type { S3Settings } from '../../model/store-ref.ts';

type Placement = Pick<
  PutObjectCommandInput,
  'ServerSideEncryption' | 'SSEKMSKeyId' | 'StorageClass' | 'Tagging'
>;

/** How the bucket is to keep it. Records are small and change: in the classes for what is rarely read they cost more. */
export function placement(settings: S3Settings, key: string): Placement {
  const { encryption, kmsKey, storageClass, tags } = settings;
  return {
    ...(encryption !== undefined && { ServerSideEncryption: encryption === 'sse-s3' ? 'AES256' : 'aws:kms' }),
    ...(kmsKey !== undefined && { SSEKMSKeyId: kmsKey }),
    // A name that this SDK does not know yet is for the store to judge.
    ...(storageClass !== undefined &&
      isBlob(key) && {
        StorageClass: storageClass as NonNullable<Placement['StorageClass']>,
      }),
    ...(tags !== undefined && { Tagging: new URLSearchParams(tags).toString() }),
  };
}
