import { isProjectName, projectNameOf } from '../../../model/project-name.ts';
import { suggestion } from '../../suggest.ts';
import type { Format } from './shape.ts';

/** Names of pipelines, tasks, params: they become folders, keys in the store, flags and variables. */
export function nameFormat(called: string, example: string): Format {
  return {
    short: called,
    words: `${called} of lower-case letters, digits, \`_\` and \`-\`, beginning with a letter, such as \`${example}\``,
    pattern: /^[a-z][a-z0-9_-]{0,99}$/,
    mend: (text) => {
      const mended = text
        .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
        .toLowerCase()
        .replaceAll(/[^a-z0-9_-]+/g, '-')
        .replaceAll(/^[^a-z]+|-+$/g, '');
      return mended === '' ? undefined : mended;
    },
  };
}

/** What may become a key: `name=value.json` must fit a file name, with room for the number of its version. */
export function keyNameFormat(called: string, example: string): Format {
  const { mend } = nameFormat(called, example);
  return {
    short: called,
    words: `${called} of at most 38 lower-case letters, digits, \`_\` and \`-\`, beginning with a letter, such as \`${example}\``,
    pattern: /^[a-z][a-z0-9_-]{0,37}$/,
    mend: (text) => (text.length > 38 ? undefined : mend?.(text)),
  };
}

export const pipelineName: Format = {
  short: 'a name',
  words: 'a name of lower-case letters, digits, `_` and `-`, such as `short-score`',
  pattern: /^[a-z0-9][a-z0-9_-]{0,99}$/,
  mend: (text) =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, '-')
      .replaceAll(/^[^a-z0-9]+|-+$/g, '') || undefined,
};

export const projectName: Format = {
  short: 'a name',
  words: 'a name of letters, digits, `.`, `_` and `-`, such as `shop-etl`; `/` may stand between two of them',
  pattern: /^[\p{L}\p{M}\p{N}._-]+(\/[\p{L}\p{M}\p{N}._-]+)*$/u,
  check: (text) =>
    isProjectName(text)
      ? undefined
      : { message: `expected a name of at most 500 characters, found ${text.length}`, fix: 'Shorten it.' },
  mend: (text) => projectNameOf(text.split('/')),
};

export const taskReference: Format = {
  short: 'a task, or `pipeline/task`',
  words: 'the name of a task, or `pipeline/task`',
  pattern: /^[a-z0-9][a-z0-9_-]*(\/[a-z0-9][a-z0-9_-]*)?$/,
};

export const environmentName: Format = {
  short: 'a variable name',
  words: 'the name of an environment variable, of letters, digits and `_`, such as `API_KEY`',
  pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
  mend: (text) => text.replaceAll(/[^A-Za-z0-9_]+/g, '_').replace(/^(?=\d)/, '_'),
};

export const identifier: Format = {
  short: 'a name',
  words: 'a name of letters, digits, `_` and `-`, beginning with a letter or `_`',
  pattern: /^[A-Za-z_][A-Za-z0-9_-]*$/,
  mend: (text) => text.replaceAll(/[^A-Za-z0-9_-]+/g, '-').replace(/^(?=[\d-])/, '_'),
};

export const timeOfDay: Format = {
  words: "a time of day such as '18:00'",
  pattern: /^([01]\d|2[0-3]):[0-5]\d$/,
  mend: (text) => {
    const parts = /^(\d{1,2})[:.h]?([0-5]\d)(?::\d\d)?$/.exec(text);
    const [, hours = '', minutes = ''] = parts ?? [];
    return parts !== null && Number(hours) < 24 ? `${hours.padStart(2, '0')}:${minutes}` : undefined;
  },
};

export const timezone: Format = {
  words: 'a time zone such as `America/New_York`',
  pattern: /^[A-Za-z][A-Za-z0-9_+/-]*$/,
  check: (text) => {
    try {
      Intl.DateTimeFormat('en', { timeZone: text });
      return undefined;
    } catch {
      const near = suggestion(text, [...Intl.supportedValuesOf('timeZone'), 'UTC']);
      return {
        message: `there is no time zone "${text}"`,
        fix:
          near === undefined
            ? 'Use an IANA name such as `Europe/Berlin` or `UTC`.'
            : `Did you mean \`${near}\`?`,
      };
    }
  },
};

export const weekdays: Format = {
  words: 'weekdays such as `mon-fri` or `mon,wed,fri`',
  pattern:
    /^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?(,(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?)*$/,
  mend: (text) => {
    const mended = text
      .toLowerCase()
      .replaceAll(/\s+/g, '')
      .replaceAll(/(mon|tue|wed|thu|fri|sat|sun)[a-z]*/g, '$1');
    return mended === text ? undefined : mended;
  },
};

export const size: Format = {
  words: 'an amount of memory such as `512MiB` or `2GiB`',
  pattern: /^\d+(\.\d+)?\s?(B|[kKMGT]i?B?|[bkmgt])$/,
  mend: (text) => (/^\d+$/.test(text) ? `${text}MiB` : undefined),
};

export const capability: Format = {
  short: 'a capability',
  words: 'a Linux capability such as `NET_ADMIN`',
  pattern: /^(CAP_)?[A-Z][A-Z_]*$/,
  mend: (text) => text.toUpperCase(),
};

export const timeValues = {
  minute: {
    words: 'a minute in UTC, of those that `step` leaves, such as 2021-01-29T13:15',
    pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d$/,
  },
  hour: { words: 'an hour in UTC such as 2021-01-29T13', pattern: /^\d{4}-\d\d-\d\dT\d\d$/ },
  date: { words: 'a date such as 2021-01-29', pattern: /^\d{4}-\d\d-\d\d$/ },
  week: { words: 'an ISO week, Monday to Sunday, such as 2021-W04', pattern: /^\d{4}-W\d\d$/ },
  month: { words: 'a month such as 2021-01', pattern: /^\d{4}-\d\d$/ },
  quarter: { words: 'a quarter such as 2021-Q1', pattern: /^\d{4}-Q\d$/ },
  year: { words: 'a year such as 2021', pattern: /^\d{4}$/ },
} as const satisfies Record<string, Format>;

export const projectPath: Format = {
  short: 'a path in the project',
  words: 'a path relative to the project root',
  pattern: /^[^\0\n]+$/,
  check: (text) => {
    if (/^([/\\]|[A-Za-z]:)/.test(text)) {
      return {
        message: `"${text}" is an absolute path`,
        fix: 'Write it relative to the project root: the file then works on every machine.',
      };
    }
    return text.split('/').includes('..')
      ? {
          message: `"${text}" leads out of the project`,
          fix: 'Write a path below the project root, without `..`.',
        }
      : undefined;
  },
};

export const outputPath: Format = {
  words: 'a path or glob below `/outputs`, such as `prices.csv`',
  pattern: /^[^\0\n]+$/,
  check: (text) => {
    const below = text.replace(/^\/outputs\//, '');
    if (below !== text)
      return {
        message: `"${text}" names /outputs itself`,
        fix: `Paths are below /outputs: write \`${below}\`.`,
      };
    if (text.startsWith('/'))
      return { message: `"${text}" is an absolute path`, fix: 'Write it relative to /outputs.' };
    return text.split('/').includes('..')
      ? { message: `"${text}" leads out of /outputs`, fix: 'Write a path below /outputs, without `..`.' }
      : undefined;
  },
};
