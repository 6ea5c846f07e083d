import { object, oneOf, template, text } from '../shape/combinators.ts';

export const external = oneOf(
  object('an external object', {
    object: {
      shape: template(['params', 'matrix', 'inputs']),
      required: true,
      description: 'URI of one object.',
      example: "object: 's3://vendor/${{ params.date }}.parquet'",
    },
  }),
  object('an external prefix', {
    prefix: {
      shape: template(['params', 'matrix', 'inputs']),
      required: true,
      description: 'URI of a prefix; its objects appear below `/inputs` relative to it.',
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
      description: 'Ready when it answers 200 to a HEAD request.',
      example: "url: 'https://example.org/${{ params.date }}.csv'",
    },
  }),
);
