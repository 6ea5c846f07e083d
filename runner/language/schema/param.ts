import type { TimeType } from '../../model/time.ts';
import { boolean, choice, integer, list, number, object, text, variants } from './shape/combinators.ts';
import { timeValues } from './shape/format.ts';
import type { Format } from './shape/shape.ts';

const description = {
  shape: text(),
  description: 'Shown by `sluice run --help` for this pipeline.',
  example: 'description: How many rows the ranking has',
} as const;

function timeType<T extends TimeType>(type: T, format: Format) {
  return {
    type: {
      shape: choice(type),
      required: true,
      description: 'The grain: a partition is one such period.',
      example: `type: ${type}`,
    },
    start: {
      shape: text({ format, asWritten: true }),
      description:
        'The first partition that exists. Required where something reaches back: `last`, `offset`, `latest`, `tick`.',
      example: `start: ${format.words.split(' ').at(-1) ?? ''}`,
    },
    description,
  } as const;
}

const key = {
  shape: boolean,
  description: 'True: part of what identifies an instance, and of its path in the store. False: a setting.',
  default: false,
  example: 'key: true',
} as const;

const type = <T extends string>(value: T) =>
  ({
    shape: choice(value),
    required: true,
    description: 'The type of its values.',
    example: `type: ${value}`,
  }) as const;

/** A param; time types are always keys. */
export const param = variants(
  'a param',
  'A time, of which each partition is one, or the type of its values.',
  {
    minute: object('a param of type minute', {
      ...timeType('minute', timeValues.minute),
      step: {
        shape: integer({ values: [5, 10, 15, 20, 30] }),
        required: true,
        description: 'How many minutes a partition has.',
        example: 'step: 15',
      },
    }),
    hour: object('a param of type hour', timeType('hour', timeValues.hour)),
    date: object('a param of type date', {
      ...timeType('date', timeValues.date),
      calendar: {
        shape: text(),
        description: 'The name of one of `calendars`: only its dates are partitions.',
        default: 'every day',
        example: 'calendar: nyse',
      },
    }),
    week: object('a param of type week', timeType('week', timeValues.week)),
    month: object('a param of type month', timeType('month', timeValues.month)),
    quarter: object('a param of type quarter', timeType('quarter', timeValues.quarter)),
    year: object('a param of type year', timeType('year', timeValues.year)),
    string: object('a param of type string', {
      type: type('string'),
      key,
      default: {
        shape: text({ asWritten: true }),
        description: 'Without it, the value must be given.',
        example: 'default: full',
      },
      description,
    }),
    number: object('a param of type number', {
      type: type('number'),
      key,
      default: {
        shape: number(),
        description: 'Without it, the value must be given.',
        example: 'default: 50',
      },
      description,
    }),
    boolean: object('a param of type boolean', {
      type: type('boolean'),
      key,
      default: {
        shape: boolean,
        description: 'Without it, the value must be given.',
        example: 'default: false',
      },
      description,
    }),
    choice: object('a param of type choice', {
      type: type('choice'),
      key,
      options: {
        shape: list(text({ asWritten: true }), 1, 10_000),
        required: true,
        description: 'The values that there are.',
        example: 'options: [fast, exact]',
      },
      default: {
        shape: text({ asWritten: true }),
        description: 'One of the options. Without it, the value must be given.',
        example: 'default: exact',
      },
      description,
    }),
  },
);
