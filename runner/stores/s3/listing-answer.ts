import type { ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3';
import { collect } from './collect.ts';
import { readListing, type ListingText } from './listing-text.ts';

/** By the metadata that comes with each output. */
const listings = new WeakMap<object, ListingText>();

/** What the SDK is given to read instead of a page that is read already. */
const READ_ALREADY = new TextEncoder().encode('<ListBucketResult></ListBucketResult>');

/** Takes the pages of listings before the SDK reads them; any other answer, and any it does not know, is the SDK's. */
export function readListings(client: S3Client): void {
  const taken = new WeakMap<object, ListingText>();
  client.middlewareStack.add(
    (next, context) => async (request) => {
      const result = await next(request);
      const { response } = result;
      if (context['commandName'] !== 'ListObjectsV2Command' || !isAnswer(response)) return result;
      const body = response.body instanceof Uint8Array ? response.body : await collect(response.body);
      const listing = readListing(new TextDecoder().decode(body));
      response.body = listing === undefined ? body : READ_ALREADY;
      if (listing !== undefined) taken.set(response, listing);
      return result;
    },
    // Low: nearer to the answer than the SDK's own reading.
    { step: 'deserialize', name: 'sluiceListing', priority: 'low' },
  );
  client.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      const listing = isObject(result.response) ? taken.get(result.response) : undefined;
      if (result.output !== undefined && listing !== undefined)
        listings.set(result.output.$metadata, listing);
      return result;
    },
    { step: 'deserialize', name: 'sluiceListed', priority: 'high' },
  );
}

export function listingOf(output: ListObjectsV2CommandOutput): ListingText {
  return listings.get(output.$metadata) ?? listingBySdk(output);
}

function listingBySdk({
  Contents = [],
  IsTruncated,
  NextContinuationToken,
}: ListObjectsV2CommandOutput): ListingText {
  const entries = Contents.flatMap(({ Key, ETag = '', Size, LastModified }) =>
    Key === undefined
      ? []
      : [
          {
            key: Key,
            etag: ETag,
            ...(Size !== undefined && { sizeBytes: Size }),
            ...(LastModified !== undefined && { modifiedAt: LastModified.toISOString() }),
          },
        ],
  );
  const isMore = IsTruncated === true && NextContinuationToken !== undefined;
  return { entries, ...(isMore && { token: NextContinuationToken }) };
}

interface Answer {
  readonly statusCode: 200;
  body: AsyncIterable<Uint8Array> | Uint8Array;
}

function isAnswer(response: unknown): response is Answer {
  return (
    isObject(response) &&
    'statusCode' in response &&
    response.statusCode === 200 &&
    'body' in response &&
    isObject(response.body) &&
    Symbol.asyncIterator in response.body
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
