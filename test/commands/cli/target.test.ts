import { describe, expect, it } from 'vitest';
import { parseTarget } from '../../../runner/commands/cli/target.ts';

describe('the words after a command', () => {
  it('are a pipeline and tasks', () => {
    expect(parseTarget(['short-score', 'prices', 'score'])).toEqual({
      pipeline: 'short-score',
      tasks: ['prices', 'score'],
      keys: {},
      params: {},
    });
  });

  it('are a file where the first ends in .yaml or .yml, also with folders', () => {
    expect(parseTarget(['./etl/lone.yaml']).file).toBe('./etl/lone.yaml');
    expect(parseTarget(['lone.yml', 'a']).tasks).toEqual(['a']);
  });

  it('are an instance as it is written where the first has a slash', () => {
    expect(parseTarget(['short-score/prices/date=2021-01-29/venue=a%2Fb'])).toEqual({
      pipeline: 'short-score',
      tasks: ['prices'],
      instance: 'short-score/prices/date=2021-01-29/venue=a%2Fb',
      keys: { date: '2021-01-29', venue: 'a/b' },
      params: {},
    });
    expect(parseTarget(['etl/load/_'])).toEqual({
      pipeline: 'etl',
      tasks: ['load'],
      instance: 'etl/load/_',
      keys: {},
      params: {},
    });
    expect(parseTarget(['etl/load'])).toEqual({ pipeline: 'etl', tasks: ['load'], keys: {}, params: {} });
  });

  it('take params as flags, before and after operands, with a space or an equals sign', () => {
    expect(
      parseTarget(['--date', '2021-01-04..2021-01-29', 'short-score', '--top=20', 'score']).params,
    ).toEqual({
      date: '2021-01-04..2021-01-29',
      top: '20',
    });
    expect(parseTarget(['--date', '2021-01-29', 'short-score', 'score'])).toMatchObject({
      pipeline: 'short-score',
      tasks: ['score'],
    });
  });

  it('take a flag without a value for true, and negative numbers for values', () => {
    expect(parseTarget(['p', '--full', '--top', '-5']).params).toEqual({ full: 'true', top: '-5' });
    expect(parseTarget(['p', '--full'])).toMatchObject({ params: { full: 'true' }, bare: ['full'] });
    expect(parseTarget(['p', '--constructor', 'x']).params).toEqual({ constructor: 'x' });
  });

  it('take -p pairs, whose values may hold anything', () => {
    expect(parseTarget(['p'], ['json=yes', 'url=http://a/?x=1', 'flag']).params).toEqual({
      json: 'yes',
      url: 'http://a/?x=1',
      flag: 'true',
    });
  });

  it('name a task or an instance of a file', () => {
    expect(parseTarget(['./lone.yaml', 'lone/load/_'])).toMatchObject({
      file: './lone.yaml',
      pipeline: 'lone',
      tasks: ['load'],
      instance: 'lone/load/_',
    });
    expect(parseTarget(['./lone.yaml', 'load', 'clean'])).toEqual({
      file: './lone.yaml',
      tasks: ['load', 'clean'],
      keys: {},
      params: {},
    });
  });

  it.each([
    [['p', '-x'], 'there is no flag -x'],
    [['p', '--'], 'there is no flag --'],
    [['a/b/c'], 'a/b/c is not the name of an instance'],
    [['a/b/date=%GG'], 'is not the name of an instance'],
    [['a/b/date=2021-01-29', '--date', '2021-01-30'], '--date 2021-01-30 contradicts'],
  ])('%j are refused', (words, message) => {
    expect(() => parseTarget(words)).toThrow(message);
  });

  it.each([
    [['p', '--top', '20', '--top=30'], []],
    [['p', '--top', '20'], ['top=30']],
    [['p'], ['top=20', 'top=30']],
  ])('%j with -p %j are refused: given twice', (words, pairs) => {
    expect(() => parseTarget(words, pairs)).toThrow('--top is given twice, as 20 and as 30');
  });

  it('may be absent', () => {
    expect(parseTarget([])).toEqual({ tasks: [], keys: {}, params: {} });
  });
});
