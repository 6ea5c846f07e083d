import picomatch from 'picomatch';
import { array, assert, constant, constantFrom, oneof, pre, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ending } from '../parts/ending.ts';
import { compileGlob, folderOfGlob, isGlob } from '../../runner/model/glob.ts';

describe('a glob', () => {
  it.each([
    ['*.csv', 'a.csv', true],
    ['*.csv', 'a/b.csv', false],
    ['*.csv', '.csv', false],
    ['**/*.csv', 'a.csv', true],
    ['**/*.csv', 'a/b/c.csv', true],
    ['**/*.csv', 'a/.b/c.csv', false],
    ['**', 'a/b', true],
    ['a/**', 'a/b/c', true],
    ['a/**', 'ab', false],
    ['a/**', 'a', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a**b', 'axb', true],
    ['a**b', 'ax/yb', false],
    ['?.csv', 'é.csv', true],
    ['?.csv', '😀.csv', true],
    ['?.csv', '/.csv', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[^a-c]x', 'dx', true],
    ['[]]x', ']x', true],
    ['[[:digit:]]*', '2021', true],
    ['a[', 'a[', true],
    ['{a,b/c}.csv', 'b/c.csv', true],
    ['{a,{b,c}}', 'c', true],
    ['{1..3}', '2', true],
    ['{a}', '{a}', true],
    ['{**,x}/a', 'q/a', true],
    ['\\*x?', '*xy', true],
    ['\\*x?', 'axy', false],
    ['a\n*', 'a\nb', true],
  ])('%j on %j: %s', (pattern, path, expected) => {
    expect(compileGlob(pattern)(path)).toBe(expected);
  });

  it('takes dot files where that is asked for', () => {
    expect(compileGlob('**', { dotFiles: true })('a/.b/.c')).toBe(true);
  });

  it('is told from a path', () => {
    expect(['a*', 'a?', '[ab]', '{a,b}', '**'].every(isGlob)).toBe(true);
    expect(['a', 'a[', '{a}', 'a/b.csv', '\\*', '(a|b)', '!a', ''].some(isGlob)).toBe(false);
  });

  it.each([
    ['a/b/*.csv', 'a/b'],
    ['*.csv', ''],
    ['a/**', 'a'],
    ['a/**/b', 'a'],
    ['ab*/c', ''],
    ['./a/*', 'a'],
    ['a/{b,c}/d', 'a'],
  ])('%j is looked for in %j', (pattern, folder) => {
    expect(folderOfGlob(pattern)).toBe(folder);
  });

  it('means what picomatch means', () => {
    const name = stringMatching(/^[ab.]{0,2}[ab]$/);
    const path = array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    const part = constantFrom('*', '?', '[ab]', '{a,b}', '{a,b/a}', 'a', 'b', '.', 'ab');
    const parts = array(part, { minLength: 1, maxLength: 3 }).map((all) =>
      all.join('').replaceAll(/\*+/g, '*'),
    );
    const names = oneof({ arbitrary: parts, weight: 3 }, { arbitrary: constant('**'), weight: 1 });
    const glob = array(names, { minLength: 1, maxLength: 4 }).map((all) => all.join('/'));
    assert(
      property(glob, path, (pattern, found) => {
        // It takes `a/**` to mean `a` itself too, and `*/**` not.
        pre(!pattern.endsWith('/**') || !picomatch(pattern.slice(0, -3))(found));
        expect(compileGlob(pattern)(found)).toBe(picomatch(pattern)(found));
      }),
      { numRuns: 3000, seed: 1 },
    );
  });

  it.each([
    [`${'*a'.repeat(2000)}b`, 'a'.repeat(4000), false],
    [`${'**/'.repeat(1000)}b`, 'a/'.repeat(2000), false],
    [`${'{a,'.repeat(1000)}b${'}'.repeat(1000)}*b`, 'a'.repeat(4000), false],
    ['['.repeat(4000), '['.repeat(4000), true],
  ])('costs no more than its length times the name’s', (pattern, path, matches) => {
    expect(ending(() => compileGlob(pattern)(path))).toBe(matches);
  });
});
