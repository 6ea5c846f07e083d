import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { readListing } from '../../../runner/stores/s3/listing-text.ts';
import { startMoto } from '../../parts/moto.ts';
import { createBucket, plainClient } from '../../parts/s3.ts';
import { startVersitygw } from '../../parts/versitygw.ts';

describe.each([
  ['versitygw', startVersitygw],
  ['moto', startMoto],
])('a listing as %s writes it', (_, start) => {
  it('is read without the SDK, and as the SDK reads it', async () => {
    await using server = await start();
    const bucket = await createBucket(server);
    const client = plainClient(server);
    const names = ['a&b', 'é 😀', 'plain', 'quo\'te"s', '<x>'];
    for (const name of names)
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: `r/${name}`, Body: name }));
    let text = '';
    client.middlewareStack.add(
      (next) => async (request) => {
        const result = await next(request);
        const { response } = result as { readonly response: { body: AsyncIterable<Uint8Array> | Buffer } };
        const chunks: Uint8Array[] = [];
        for await (const chunk of response.body as AsyncIterable<Uint8Array>) chunks.push(chunk);
        text = Buffer.concat(chunks).toString();
        response.body = Buffer.concat(chunks);
        return result;
      },
      { step: 'deserialize', priority: 'low' },
    );
    for (const more of [{}, { MaxKeys: 2 }, { Prefix: 'nothing' }]) {
      const output = await client.send(new ListObjectsV2Command({ Bucket: bucket, ...more }));
      const { Contents = [], IsTruncated, NextContinuationToken } = output;
      expect(readListing(text)).toEqual({
        entries: Contents.map(({ Key, ETag, Size, LastModified }) => ({
          key: Key,
          etag: ETag,
          sizeBytes: Size,
          modifiedAt: LastModified?.toISOString(),
        })),
        ...(IsTruncated === true && { token: NextContinuationToken }),
      });
    }
    client.destroy();
  });
});
