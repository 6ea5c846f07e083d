import type { IncomingMessage } from 'node:http';

export type S3Operation =
  | 'GetObject'
  | 'HeadObject'
  | 'ListObjectsV2'
  | 'PutObject'
  | 'CopyObject'
  | 'UploadPart'
  | 'UploadPartCopy'
  | 'CreateMultipartUpload'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'DeleteObject'
  | 'DeleteObjects';

/** What a client asks of an S3 server, as far as a test tells requests apart. */
export interface S3Request {
  readonly operation: S3Operation;
  /** Below the bucket; of a listing its prefix; empty where a request names several. */
  readonly key: string;
  /** Has `If-Match` or `If-None-Match`. */
  readonly conditional: boolean;
  /** Of all headers but those that the SDK counts its own tries in, in order. */
  readonly headerNames: readonly string[];
  /** The SDK's command has sent it, and counts its tries. */
  readonly bySdk: boolean;
}

/** Of path style: `/bucket/key?query`. */
export function readRequest({ method = '', url = '', headers }: IncomingMessage): S3Request {
  const { pathname, searchParams } = new URL(url, 'http://proxy');
  const key = decodeURIComponent(pathname.split('/').slice(2).join('/'));
  const operation = operationOf(method, searchParams, headers['x-amz-copy-source'] !== undefined);
  return {
    operation,
    key: operation === 'ListObjectsV2' ? (searchParams.get('prefix') ?? '') : key,
    conditional: headers['if-match'] !== undefined || headers['if-none-match'] !== undefined,
    headerNames: Object.keys(headers)
      .filter((name) => !name.startsWith('amz-sdk-'))
      .sort(),
    bySdk: headers['amz-sdk-request'] !== undefined,
  };
}

function operationOf(method: string, query: URLSearchParams, isCopy: boolean): S3Operation {
  switch (method) {
    case 'GET':
      return query.has('list-type') ? 'ListObjectsV2' : 'GetObject';
    case 'HEAD':
      return 'HeadObject';
    case 'PUT':
      if (query.has('partNumber')) return isCopy ? 'UploadPartCopy' : 'UploadPart';
      return isCopy ? 'CopyObject' : 'PutObject';
    case 'POST':
      if (query.has('delete')) return 'DeleteObjects';
      return query.has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
    case 'DELETE':
      return query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
    default:
      throw new Error(`expected a request that S3 knows, found ${method} ${query.toString()}`);
  }
}
