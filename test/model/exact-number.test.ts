import { describe, expect, it } from 'vitest';
import { ending } from '../parts/ending.ts';
import { inexactInJson, inexactWords, readNumber } from '../../runner/model/exact-number.ts';

describe('a number as it is written', () => {
  it.each([
    ['0', 0],
    ['-0', -0],
    ['000', 0],
    ['007', 7],
    ['+5', 5],
    ['-5.50', -5.5],
    ['.5', 0.5],
    ['1.', 1],
    ['0.1', 0.1],
    ['1e3', 1000],
    ['1E-7', 1e-7],
    ['100000000000000000000000', 1e23],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992],
    ['0x1F', 31],
    ['0o17', 15],
    [' 5 ', 5],
  ])('%s is exact', (text, value) => {
    expect(readNumber(text)).toEqual({ kind: 'exact', value });
  });

  it.each([
    '1234567890123456789',
    '9007199254740993',
    '-9007199254740993',
    '0.1234567890123456789',
    '1.00000000000000001',
    '1e400',
    '1e-400',
    '0x20000000000001',
    '9'.repeat(400),
    `0x${'f'.repeat(100)}`,
  ])('%s loses digits', (text) => {
    expect(readNumber(text).kind).toBe('inexact');
  });

  it.each(['', ' ', 'x', '1_000', '1,5', '--1', '1e', '0b2'])('%j is none', (text) => {
    expect(readNumber(text)).toEqual({ kind: 'none' });
  });

  it('of many digits costs no more than its length', () => {
    // Where it costs the square of it, each takes minutes.
    const long = `1${'0'.repeat(1_000_000)}1`;
    expect(ending(() => readNumber(long).kind)).toBe('inexact');
    expect(ending(() => inexactInJson('"\\'.repeat(1_000_000)))).toBeUndefined();
    expect(ending(() => inexactInJson(`["${'\\\\0'.repeat(500_000)}",${long}]`))).toBe(long);
  });

  it.each([
    ['1e400', 'beyond the largest number'],
    ['1e-400', 'nearer to 0 than any number'],
    ['1234567890123456789', 'it would become 1234567890123456800'],
  ])('%s is told as what it is', (text, words) => {
    const read = readNumber(text);
    expect(read.kind === 'none' ? '' : inexactWords(text, read.value)).toContain(words);
  });

  it('is found in JSON, not in its texts', () => {
    expect(inexactInJson('{"9007199254740993": ["9007199254740993", 1.5e3, -2]}')).toBeUndefined();
    expect(inexactInJson('[1, {"a": 9007199254740993}]')).toBe('9007199254740993');
  });
});
