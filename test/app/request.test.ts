import { describe, expect, it } from 'vitest';
import { createRequest } from '../../runner/app/request.ts';
import { parseTarget } from '../../runner/commands/cli/target.ts';
import { encodeValue } from '../../runner/model/partition.ts';
import type { Pipeline } from '../../runner/model/pipeline.ts';

const pipeline: Pipeline = {
  name: 'p',
  file: 'pipelines/p.yaml',
  timezone: 'UTC',
  schedules: [],
  calendars: {},
  params: {
    date: { kind: 'time', name: 'date', type: 'date' },
    month: { kind: 'time', name: 'month', type: 'month' },
    top: { kind: 'plain', name: 'top', type: 'number', key: false, default: 50 },
    full: { kind: 'plain', name: 'full', type: 'boolean', key: false, default: false },
    region: { kind: 'plain', name: 'region', type: 'string', key: true },
  },
  tasks: {},
};

const request = (words: readonly string[], flags: Parameters<typeof createRequest>[2] = {}) =>
  createRequest(pipeline, parseTarget(words), flags);

describe('what was typed, as a request', () => {
  it('asks for the newest that is due by default', () => {
    expect(request(['p'])).toMatchObject({ range: { kind: 'latest' }, tasks: [], params: {}, times: {} });
  });

  it('asks for exactly the instance that is named whole', () => {
    expect(request(['p/t/date=2021-01-16/region=eu'])).toMatchObject({
      tasks: ['t'],
      range: { kind: 'latest' },
      times: { date: { kind: 'single', value: '2021-01-16' } },
      params: { region: 'eu' },
    });
  });

  it('wants a value that is too long for a name beside the instance', () => {
    const long = 'x'.repeat(201);
    const id = `p/t/region=${encodeValue(long)}`;
    expect(request([id, '--region', long]).params).toEqual({ region: long });
    expect(() => request([id])).toThrow('only the sha256 of a long value of `region`');
    expect(() => request([id, '--region', 'short'])).toThrow('is not the value whose sha256 stands in');
    expect(request([`p/t/region=${encodeValue('%~short')}`]).params).toEqual({ region: '%~short' });
  });

  it('reads dates: one, a range, words', () => {
    expect(request(['p', '--date', '2021-01-29']).range).toEqual({ kind: 'single', value: '2021-01-29' });
    expect(request(['p', '--date', '2021-01-04..2021-01-29']).range).toEqual({
      kind: 'range',
      from: '2021-01-04',
      to: '2021-01-29',
    });
    expect(request(['p', '--date', 'today']).range).toEqual({ kind: 'today' });
    expect(request(['p', '--month', '2021-01']).times).toEqual({
      month: { kind: 'single', value: '2021-01' },
    });
  });

  it('reads --from and --to as the same range, and refuses halves and doubles', () => {
    expect(request(['p'], { from: 'a', to: 'b' }).range).toEqual({ kind: 'range', from: 'a', to: 'b' });
    expect(request(['p'], { from: 'a' }).range).toEqual({ kind: 'range', from: 'a', to: 'latest' });
    expect(() => request(['p'], { to: 'a' })).toThrow('nothing where it begins');
    expect(() => request(['p', '--date', 'x'], { from: 'a', to: 'b' })).toThrow(/twice/);
  });

  it('types settings, and leaves what is not of its type for the plan to refuse', () => {
    expect(request(['p', '--top', '20', '--full', '--region', '7']).params).toEqual({
      top: 20,
      full: true,
      region: '7',
    });
    expect(request(['p', '--top', 'many', '--oops', 'x']).params).toEqual({ top: 'many', oops: 'x' });
    for (const words of [['p', '--top', '9007199254740993'], ['p/t/top=9007199254740993']])
      expect(request(words).params).toEqual({ top: '9007199254740993' });
  });
});
