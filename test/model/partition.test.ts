import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeValue,
  formatPartition,
  inputFolder,
  instanceId,
  keyText,
  parseInstanceId,
  parsePartition,
} from '../../runner/model/partition.ts';

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('', '.', '..', '_', '/', 'a/b', '%', '%~', '=', 'Å', 'x.json', ' ', '\n', '%41'),
);
const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,10}$/);
const names = fc.uniqueArray(name, { minLength: 0, maxLength: 4 });

describe('a partition', () => {
  it('is written Hive style, `_` without keys', () => {
    const keys = [
      { name: 'date', value: '2021-01-29' },
      { name: 'venue', value: 'nyse' },
    ];
    expect(formatPartition(keys)).toBe('date=2021-01-29/venue=nyse');
    expect(formatPartition([])).toBe('_');
    expect(formatPartition([{ name: 'hour', value: '2021-01-29T13' }])).toBe('hour=2021-01-29T13');
  });

  it('comes back from its text', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 4 }), (pairs) => {
        const keys = pairs.map(([name, value]) => ({ name, value }));
        fc.pre(keys.every((key) => !encodeValue(key.value).startsWith('%~')));
        expect(parsePartition(formatPartition(keys))).toEqual(keys);
      }),
    );
  });

  it('holds only characters that every store takes, and segments below 255 bytes', () => {
    fc.assert(
      fc.property(value, (text) => {
        expect(encodeValue(text)).toMatch(/^(%~[0-9a-f]{64}|([A-Za-z0-9._-]|%[0-9A-F]{2}){0,200})$/);
      }),
    );
  });

  it('tells case apart', () => {
    expect(encodeValue('ABRpA')).not.toBe(encodeValue('ABRPA'));
    expect(encodeValue('é')).toBe('%C3%A9');
    expect(encodeValue('a b/c=d')).toBe('a%20b%2Fc%3Dd');
  });

  it('gives different values different names', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(encodeValue(a) === encodeValue(b)).toBe(a === b);
      }),
    );
  });

  it('is never the parent of another of the same task', () => {
    fc.assert(
      fc.property(names, fc.array(value, { minLength: 8, maxLength: 8 }), (names, values) => {
        const a = formatPartition(names.map((name, i) => ({ name, value: values[i] ?? '' })));
        const b = formatPartition(names.map((name, i) => ({ name, value: values[i + 4] ?? '' })));
        expect(a.startsWith(`${b}/`)).toBe(false);
        expect(`${a}.json`.startsWith(`${b}.json/`)).toBe(false);
      }),
    );
  });

  it('names a value above 200 encoded bytes by its sha256, and keeps one of exactly 200', () => {
    expect(encodeValue('x'.repeat(200))).toBe('x'.repeat(200));
    expect(encodeValue('x'.repeat(201))).toMatch(/^%~[0-9a-f]{64}$/);
    expect(encodeValue('é'.repeat(34))).toMatch(/^%~/);
    const text = formatPartition([{ name: 'q', value: 'y'.repeat(300) }]);
    const parsed = parsePartition(text);
    expect(parsed).toEqual([{ name: 'q', value: text.slice(2), hashed: true }]);
    expect(formatPartition(parsed)).toBe(text);
  });

  it('does not take a value that only looks hashed for a hash', () => {
    const lookalike = `%~${'0'.repeat(64)}`;
    expect(parsePartition(formatPartition([{ name: 'q', value: lookalike }]))).toEqual([
      { name: 'q', value: lookalike },
    ]);
  });

  it.each([
    ['date', 'expected name=value'],
    ['=x', 'expected name=value'],
    ['', 'expected name=value'],
    ['a=1//b=2', 'expected name=value'],
    ['a=%zz', 'two hexadecimal digits'],
    ['a=%FF', 'two hexadecimal digits'],
    ['a=%c3%a9', 'a=%C3%A9'],
    ['a=b c', 'a=b%20c'],
    ['a=%41', 'a=A'],
  ])('refuses %j, which it would not have written', (text, words) => {
    expect(() => parsePartition(text)).toThrow(words);
  });
});

describe('an instance id', () => {
  it('is pipeline, task and partition', () => {
    const id = instanceId('short-score', 'prices', 'date=2021-01-29/venue=nyse');
    expect(parseInstanceId(id)).toEqual({
      pipeline: 'short-score',
      task: 'prices',
      partition: 'date=2021-01-29/venue=nyse',
      keys: [
        { name: 'date', value: '2021-01-29' },
        { name: 'venue', value: 'nyse' },
      ],
    });
    expect(parseInstanceId('p/t/_').keys).toEqual([]);
  });

  it.each(['', 'p', 'p/t', 'p/t/', '/t/_', 'p//_'])('refuses %j', (text) => {
    expect(() => parseInstanceId(text)).toThrow(RangeError);
  });

  it('gives the folder of an input', () => {
    const member = 'p/prices/date=2021-01-29';
    expect(inputFolder({ name: 'prices', single: true }, member)).toBe('/inputs/prices');
    expect(inputFolder({ name: 'prices', single: false }, member)).toBe('/inputs/prices/date=2021-01-29');
    expect(inputFolder({ name: 'copy/main', single: true }, 'copy/main/_')).toBe('/inputs/copy/main');
  });
});

describe('the text of a key', () => {
  it('is one for equal numbers', () => {
    expect([keyText(5), keyText(-0), keyText(0.5), keyText(true), keyText('x')]).toEqual([
      '5',
      '0',
      '0.5',
      'true',
      'x',
    ]);
  });
});
