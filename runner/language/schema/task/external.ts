import { object, oneOf, template, text } from '../shape/combinators.ts';

export const external = oneOf(
  object('an external object', {
    object: {
      shape: template(['params', 'matrix', 'inputs']),
      required: true,
      description:
        'URI of one object, `s3://bucket/path`; it appears below `/inputs` under its own name. The bucket is reached as the store’s is (endpoint, region), with the same credentials.',
      example: "object: 's3://vendor/${{ params.date }}.parquet'",
    },
  }),
  object('an external prefix', {
    prefix: {
      shape: template(['params', 'matrix', 'inputs']),
      required: true,
      description: 'URI of a prefix; its objects appear below `/inputs` relative to it, without the flag.',
      example: "prefix: 's3://vendor/${{ params.date }}/'",
    },
    'done-flag': {
      shape: text(),
      required: true,
      description: 'The object below the prefix that says that all are there; not an input itself.',
      example: 'done-flag: _SUCCESS',
    },
  }),
  object('an external URL', {
    url: {
      shape: template(['params', 'matrix', 'inputs']),
      required: true,
      description:
        'Ready when it answers 2xx to HEAD, or where that is refused to GET with `Range: bytes=0-0`, within 20 seconds. Nothing of it is read; its values are `needs.<task>.outputs.status`, `.size` (bytes) and `.age` (seconds), empty where it does not tell.',
      example: "url: 'https://example.org/${{ params.date }}.csv'",
    },
  }),
);
