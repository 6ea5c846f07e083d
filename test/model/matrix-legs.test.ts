import { describe, expect, test } from 'vitest';
import { legsIn } from '../../runner/model/matrix-legs.ts';

describe('legs of a list found at run time', () => {
  test('are every combination of what the lists hold, as it is', () => {
    expect(legsIn([['symbol', ['AAPL', 'B/C', "d'é"]]])).toEqual([
      { symbol: 'AAPL' },
      { symbol: 'B/C' },
      { symbol: "d'é" },
    ]);
    expect(
      legsIn([
        ['n', [1, 2]],
        ['on', [true, false]],
      ]),
    ).toEqual([
      { n: 1, on: true },
      { n: 1, on: false },
      { n: 2, on: true },
      { n: 2, on: false },
    ]);
    expect(legsIn([['symbol', []]])).toEqual([]);
    expect(legsIn([['__proto__', ['x']]]).map((leg) => Object.keys(leg))).toEqual([['__proto__']]);
  });

  test.each([
    [{ a: 1 }, 'expected a JSON list for `symbol`, found an object'],
    ['AAPL', 'expected a JSON list for `symbol`, found "AAPL"'],
    [null, 'expected a JSON list for `symbol`, found null'],
    [['a', null], 'found null at place 2'],
    [['a', ['b']], 'found a list at place 2'],
    [['a', 'b', 'a'], 'the list for `symbol` has "a" twice'],
    [[1, '1'], 'the list for `symbol` has "1" twice'],
    [[''], 'has an empty text at place 1'],
    [['*'], 'has "*", which stands for what is not known yet'],
    [Array.from({ length: 10_001 }, (_, n) => n), 'expected at most 10,000 legs, found 10,001'],
    [['a'.repeat(5000), 'a'.repeat(5000)], `has "${'a'.repeat(59)}… twice`],
  ])('are refused in words: %j', (values, words) => {
    expect(() => legsIn([['symbol', values]])).toThrow(words);
  });
});
