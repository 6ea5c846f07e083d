import { boolean, choice, map, object, text } from './shape/combinators.ts';
import type { Format } from './shape/shape.ts';

const endpoint: Format = {
  short: 'an address',
  words: 'an address with http:// or https://, such as `https://s3.example.org`',
  pattern: /^https?:\/\/[^/\s]+/,
};

const tagName: Format = {
  short: 'a tag',
  words: 'a tag of up to 128 letters, digits, spaces and any of `+-=._:/@`',
  pattern: /^[\p{L}\p{N} +\-=._:/@]{1,128}$/u,
};

/** A bucket with its settings. Credentials are not among them. */
export const store = object('a store', {
  uri: {
    shape: text(),
    required: true,
    description: 'The bucket and a prefix in it.',
    example: 'uri: s3://acme-data/sluice',
  },
  endpoint: {
    shape: text({ format: endpoint }),
    description: 'Address of a server that is not Amazon’s.',
    default: '`AWS_ENDPOINT_URL_S3`, the profile’s, Amazon’s',
    example: 'endpoint: https://s3.example.org',
  },
  region: {
    shape: text(),
    description: 'Region of the bucket.',
    default: '`AWS_REGION`, the profile’s; `us-east-1` where an endpoint is given',
    example: 'region: eu-central-1',
  },
  'path-style': {
    shape: boolean,
    description: 'The bucket’s name in the path instead of the host name.',
    default: '`true` where an endpoint is given',
    example: 'path-style: false',
  },
  encryption: {
    shape: choice('sse-s3', 'sse-kms'),
    description: 'How the bucket is to encrypt what is written.',
    default: 'the bucket’s own rule',
    example: 'encryption: sse-kms',
  },
  'kms-key': {
    shape: text(),
    description: 'The key of `sse-kms`: its id, alias or ARN.',
    default: 'the account’s key for S3',
    example: 'kms-key: alias/sluice',
  },
  'storage-class': {
    shape: text(),
    description:
      'The storage class of outputs and what is published, one that can be read at once. Records keep the bucket’s.',
    default: 'the bucket’s',
    example: 'storage-class: INTELLIGENT_TIERING',
  },
  tags: {
    shape: map('tags', { called: 'tag', name: tagName, shape: text({ asWritten: true, mayBeEmpty: true }) }),
    description: 'Tags of everything that is written.',
    example: 'tags: { team: research }',
  },
});
