import { boolean, choice, integer, map, object, oneOf, template, text } from '../shape/combinators.ts';
import { identifier, nameFormat, taskReference } from '../shape/format.ts';

const need = oneOf(
  text({ format: taskReference }),
  object(
    'a need',
    {
      task: {
        shape: text({ format: taskReference }),
        required: true,
        description: 'A task of this pipeline, or `pipeline/task`: that one is only checked, never run.',
        example: 'task: prices',
      },
      last: {
        shape: integer({ min: 1, max: 10_000 }),
        description:
          "The last so many positions of the needed task's time key, up to and with mine: days of its calendar, hours, months.",
        example: 'last: 20',
      },
      'at-least': {
        shape: integer({ min: 0, max: 10_000 }),
        description:
          'How many of them must be there. Fewer: this instance is `not-in-range`. Where written, skipped and lost ones are not forgiven.',
        default: 'all positions; 0 where `optional`',
        example: 'at-least: 5',
      },
      latest: {
        shape: boolean,
        description:
          'The newest one that was due by my own due time: no look-ahead, and the same again next year.',
        default: false,
        example: 'latest: true',
      },
      offset: {
        shape: integer({ min: -10_000, max: 10_000 }),
        description:
          'The position so many steps from mine; `-1` is the one before. A task may need itself this way.',
        example: 'offset: -1',
      },
      optional: {
        shape: boolean,
        description:
          'Goes without it where it is absent: its folder is then empty. Of many members, goes without those that failed or are late once this run can not make them any more, down to `at-least`.',
        default: false,
        example: 'optional: true',
      },
      params: {
        shape: map('params of a need', {
          called: 'param',
          name: nameFormat('a param name', 'date'),
          shape: template(['params', 'matrix', 'inputs'], { asWritten: true }),
        }),
        description: 'Values for keys of the needed task, instead of mine.',
        example: "params: { month: '${{ formatDate(params.date, ''yyyy-MM'') }}' }",
      },
      as: {
        shape: text({ format: identifier }),
        description:
          'Another name for the folder below `/inputs` and in `needs.<name>`; needed for two needs on one task.',
        default: "the task's name",
        example: 'as: yesterday',
      },
      mode: {
        shape: choice('files', 'uri'),
        description:
          '`files` lays the outputs below `/inputs`; `uri` lays none, the file `$SLUICE_INPUTS` tells where they are in the store.',
        default: 'files',
        example: 'mode: uri',
      },
    },
    { instead: { name: 'The needed task is written `task:`; a folder of another name `as:`.' } },
  ),
);

/** One, or a list of them. */
export const needs = oneOf(text({ format: taskReference }), {
  kind: 'list',
  item: need,
  minItems: 0,
} as const);
