import { describe, expect, it } from 'vitest';
import { createRequest, type RequestOptions } from '../../runner/app/request.ts';
import { requestWords } from '../../runner/app/request-words.ts';
import { parseTarget } from '../../runner/commands/cli/target.ts';
import type { Param, Pipeline } from '../../runner/model/pipeline.ts';

const time = (name: string, type: 'date' | 'month'): Param => ({ kind: 'time', name, type });
const pipeline = (date: 'date' | 'month'): Pipeline => ({
  name: 'p',
  file: 'pipelines/p.yaml',
  timezone: 'UTC',
  schedules: [],
  calendars: {},
  params: {
    date: time('date', date),
    half: time('half', 'date'),
    limit: { kind: 'plain', name: 'limit', type: 'number', key: false, default: 50 },
    region: { kind: 'plain', name: 'region', type: 'string', key: true },
  },
  tasks: {},
});

/** What is typed, with the flags that are no params apart, and the words that come of it. */
const CASES: readonly (readonly [readonly string[], RequestOptions, string])[] = [
  [['p'], {}, 'p'],
  [['p', 'a', 'b'], { downstream: true }, 'p a b --downstream'],
  [['p', '--date', 'today'], {}, 'p --date today'],
  [
    ['p', '--date', '2021-01-29'],
    { now: '2021-02-01T00:00:00Z' },
    'p --date 2021-01-29 --now 2021-02-01T00:00:00Z',
  ],
  [['p'], { from: '2021-01-04', to: '2021-01-29' }, 'p --date 2021-01-04..2021-01-29'],
  [['p'], { last: '7' }, 'p --date latest-6..latest'],
  [['p/a/half=2020-12-01'], {}, 'p a --half 2020-12-01'],
  [
    ['p', '--half', '2020-12-01..', '--region', "O'Neill"],
    {},
    "p --half 2020-12-01..latest --region 'O'\\''Neill'",
  ],
  [['p'], { rebuild: 'stale' }, 'p --rebuild stale'],
  [
    ['p'],
    { rebuild: 'all', resume: '20210129T220000Z-4f2a91' },
    'p --rebuild all --resume 20210129T220000Z-4f2a91',
  ],
  [['p'], { only: 'failed' }, 'p --only failed'],
  [['p'], { only: 'missing,stale' }, 'p --only missing,stale'],
];

/** As a shell and the command line read them. */
function ask(of: Pipeline, words: string) {
  const typed = words.replaceAll("'O'\\''Neill'", "O'Neill").split(' ');
  const options: Record<string, string | boolean> = {};
  const rest: string[] = [];
  for (let at = 0; at < typed.length; at += 1) {
    const word = typed[at] ?? '';
    if (word === '--downstream') options['downstream'] = true;
    else if (/^--(?:rebuild|only|resume|now)$/.test(word)) options[word.slice(2)] = typed[(at += 1)] ?? '';
    else rest.push(word);
  }
  return createRequest(of, parseTarget(rest), options);
}

describe('what is typed to ask for the same', () => {
  it.each(CASES)('%j with %j is %s', (words, flags, expected) => {
    const request = createRequest(pipeline('date'), parseTarget(words), flags);
    expect(requestWords(request)).toBe(expected);
    expect(ask(pipeline('date'), expected)).toEqual(request);
  });

  it('gives by -p what is no flag of its own', () => {
    const request = createRequest(pipeline('date'), parseTarget(['p'], ['limit=3']), {});
    expect(requestWords(request)).toBe('p -p limit=3');
  });

  it('names a month by its own param, though that is called date', () => {
    const one = createRequest(pipeline('month'), parseTarget(['p/a/date=2021-01']), {});
    expect(requestWords(one)).toBe('p a --date 2021-01..2021-01');
    const some = createRequest(pipeline('month'), parseTarget(['p', '--date', '2021-01..2021-03']), {});
    expect(ask(pipeline('month'), requestWords(some))).toEqual(some);
  });

  it('says that only missing and failed were asked for where the pipeline adds to them', () => {
    const request = createRequest(pipeline('date'), parseTarget(['p']), { only: 'missing,failed' });
    expect(requestWords(request, ['stale'])).toBe('p --only missing,failed');
    expect(requestWords(request)).toBe('p');
  });
});
