import { describe, expect, it } from 'vitest';
import {
  createOutputCheck,
  type OutputEntry,
  type OutputOutcome,
} from '../../../runner/model/outputs/outputs.ts';

const file = (path: string, sizeBytes = 1): OutputEntry => ({ path, kind: 'file', sizeBytes });
const folder = (path: string): OutputEntry => ({ path, kind: 'folder', sizeBytes: 0 });
const link = (path: string, target: string): OutputEntry => ({ path, kind: 'link', sizeBytes: 0, target });
const hardLink = (path: string, target: string): OutputEntry => ({
  path,
  kind: 'hard-link',
  sizeBytes: 0,
  target,
});

/** Feeds entries until one is refused, as an engine does. */
function check(
  rules: readonly (string | { readonly pattern: string; readonly allowEmpty: boolean })[],
  entries: readonly OutputEntry[],
): { stored: readonly string[]; undeclared: readonly string[]; outcome: OutputOutcome } {
  const checked = createOutputCheck(
    rules.map((rule) => (typeof rule === 'string' ? { pattern: rule, allowEmpty: false } : rule)),
  );
  const stored: string[] = [];
  for (const entry of entries) {
    const verdict = checked.entry(entry);
    if (verdict.kind === 'refuse') return { stored, undeclared: checked.undeclared(), outcome: verdict };
    if (verdict.kind === 'store') stored.push(verdict.path);
  }
  return { stored, undeclared: checked.undeclared(), outcome: checked.finish() };
}

function refusal(...args: Parameters<typeof check>): string {
  const { outcome } = check(...args);
  return outcome.kind === 'refuse' ? `${outcome.cause.kind}: ${outcome.cause.message}` : 'complete';
}

describe('createOutputCheck', () => {
  it.each([
    ['a path', 'a.csv', ['a.csv'], ['b.csv', 'd/a.csv']],
    ['a path written with ./', './a.csv', ['a.csv'], ['b.csv']],
    ['a folder', 'd/', ['d/a', 'd/.hidden', 'd/e/f'], ['a', 'dd/a']],
    ['a glob', '*.csv', ['a.csv', 'b.csv'], ['.tmp.csv', 'd/a.csv', 'a.txt']],
    ['a deep glob', '**/*.csv', ['a.csv', 'd/e/a.csv'], ['a.txt', 'd/.csv', '.d/a.csv']],
    ['everything', '**', ['a', '.a', 'ds.zarr/.zarray', '.d/.e/f'], []],
    ['everything below', 'd/**', ['d/.a', 'd/e/.f/g'], ['.a', 'e/a']],
    ['a glob of folders', 'part-*/', ['part-1/a', 'part-2/.b'], ['other/a']],
    ['all', './', ['a', 'd/b', '.c'], []],
    ['a name with brackets', 'a[1].csv', ['a[1].csv', 'a1.csv'], ['a2.csv']],
  ])('takes what %s declares, reports the rest', (_, pattern, taken, left) => {
    const { stored, undeclared, outcome } = check(
      [pattern],
      [...taken, ...left].map((path) => file(path)),
    );
    expect(stored).toEqual(taken);
    expect(undeclared).toEqual(left);
    expect(outcome).toEqual({ kind: 'complete', copies: [] });
  });

  it('understands names as both engines write them', () => {
    const entries = [folder('./'), file('./a'), folder('d/'), file('d/b')];
    expect(check(['a', 'd/'], entries).stored).toEqual(['a', 'd/b']);
  });

  it('names all that is missing, with what is there instead', () => {
    expect(refusal(['a.csv', '*.json', 'b'], [file('b'), file('a.CSV')])).toBe(
      'output-missing: "a.csv", "*.json" were declared, but not written; found there: "a.CSV", "b"',
    );
  });

  it.each<[string, Parameters<typeof check>, string]>([
    [
      'declared beside it',
      [['a.csv', 'b.csv'], [file('a.csv')]],
      '"b.csv" was declared, but not written; found there: "a.csv"',
    ],
    [
      'undeclared first',
      [
        ['a', 'b'],
        [file('a'), file('B')],
      ],
      '"b" was declared, but not written; found there: "B", "a"',
    ],
    ['a link', [['b'], [link('l', 'nowhere')]], '"b" was declared, but not written; found there: "l"'],
    [
      'an empty folder',
      [['b'], [folder('.'), folder('d'), folder('d/e')]],
      '"b" was declared, but not written; found there: "d/e/" (empty)',
    ],
    [
      'the folder itself, empty',
      [['./d/'], [folder('d')]],
      '"./d/" was declared, but not written; the folder is there, but it is empty: if that is right, say allow-empty: true',
    ],
    [
      'much',
      [['z'], Array.from({ length: 1_207 }, (_, n) => file(`f${n}`))],
      '"z" was declared, but not written; found there: "f0", "f1", "f2", "f3", "f4" and 1,202 more',
    ],
  ])('tells what stands there instead: %s', (_, given, expected) => {
    expect(refusal(...given)).toBe(`output-missing: ${expected}`);
  });

  it('tells which of what is stored is a program', () => {
    const checked = createOutputCheck([{ pattern: '*', allowEmpty: false }]);
    expect(checked.entry({ ...file('tool'), executable: true })).toMatchObject({ executable: true });
    expect(checked.entry(file('data'))).toMatchObject({ executable: false });
  });

  it('says so where nothing was written', () => {
    expect(refusal(['a'], [])).toBe(
      'output-missing: "a" was declared, but not written; nothing was written to /outputs',
    );
  });

  it('tells how to declare a folder', () => {
    expect(refusal(['data'], [folder('data'), file('data/a')])).toContain('declare it as "data/"');
  });

  it('refuses an empty file, unless it may be empty', () => {
    expect(refusal(['a'], [file('a', 0)])).toBe(
      'output-empty: "a" in /outputs is empty; if that is right, say allow-empty: true',
    );
    expect(check([{ pattern: 'a', allowEmpty: true }], [file('a', 0)]).stored).toEqual(['a']);
  });

  it('lets a glob match nothing if it may be empty, but a path must be there', () => {
    expect(refusal([{ pattern: '*.csv', allowEmpty: true }], [])).toBe('complete');
    expect(refusal([{ pattern: 'd/', allowEmpty: true }], [])).toBe('complete');
    expect(refusal([{ pattern: 'a', allowEmpty: true }], [])).toMatch(/^output-missing/);
  });

  it.each([
    ['a newline', 'a\nb', '"a\\nb"', 'control character'],
    ['a tab', 'a\tb', '"a\\tb"', 'control character'],
    ['..', 'd/../../etc/passwd', '"d/../../etc/passwd"', '".."'],
    ['a name that is no UTF-8', 'a\uFFFD', '"a\uFFFD"', 'UTF-8'],
    ['a name that no file system takes', 'a'.repeat(256), 'aaa', '255 bytes'],
  ])('refuses %s by name', (_, path, name, why) => {
    expect(refusal(['**'], [file(path)])).toMatch(/^output-refused/);
    expect(refusal(['**'], [file(path)])).toContain(name);
    expect(refusal(['**'], [file(path)])).toContain(why);
  });

  it('refuses a device or a pipe that is declared, and drops one that is not', () => {
    const pipe: OutputEntry = { path: 'p', kind: 'other', sizeBytes: 0 };
    expect(refusal(['p'], [pipe])).toContain('"p" in /outputs is a device or a pipe');
    expect(check(['a'], [pipe, file('a')])).toMatchObject({ stored: ['a'], undeclared: ['p'] });
  });

  describe('links', () => {
    it.each([
      ['beside it', link('l', 'a'), 'a'],
      ['by an absolute path', link('l', '/outputs/a'), 'a'],
      ['up and down again', link('d/l', '../a'), 'a'],
      ['hard', hardLink('l', 'a'), 'a'],
      ['hard, as some engines write it', hardLink('l', './a'), 'a'],
    ])('become files with the bytes of a target %s', (_, entry, from) => {
      const { outcome } = check(['a', '**'], [entry, file('a')]);
      expect(outcome).toEqual({ kind: 'complete', copies: [{ path: entry.path, from }] });
    });

    it('are followed through links, whatever their order', () => {
      const { outcome } = check(['one'], [link('one', 'two'), link('two', 'd/a'), file('d/a')]);
      expect(outcome).toEqual({ kind: 'complete', copies: [{ path: 'one', from: 'd/a' }] });
    });

    it.each([
      ['to a file of the image', link('l', '/etc/passwd')],
      ['upwards', link('l', '../etc/passwd')],
      ['to a folder with a similar name', link('l', '/outputs-of-others/a')],
      ['hard', hardLink('l', '/etc/passwd')],
    ])('out of /outputs are refused: %s', (_, entry) => {
      expect(refusal(['l'], [entry])).toMatch(/^output-refused: "l" in \/outputs is a link out of it/);
    });

    it('out of /outputs by way of another link are refused', () => {
      expect(refusal(['l'], [link('l', 'm'), link('m', '/etc/passwd')])).toMatch(/^output-refused: "l"/);
    });

    it('to a folder, to nothing, and in a circle are refused', () => {
      expect(refusal(['l'], [link('l', 'd'), folder('d')])).toContain('link to a folder');
      expect(refusal(['l'], [link('l', 'gone')])).toContain('"gone", which is not a file there');
      expect(refusal(['l'], [link('l', 'm'), link('m', 'l')])).toContain('leads nowhere');
    });

    it('to an empty file are as empty as it is', () => {
      expect(refusal(['l'], [link('l', 'a'), file('a', 0)])).toMatch(/^output-empty: "l"/);
    });

    it('are followed once each, however long their chain', () => {
      const links = Array.from({ length: 20_000 }, (_, at) => link(`l${String(at)}`, `l${String(at + 1)}`));
      const { outcome } = check(['l*'], [...links, file('l20000')]);
      expect(outcome.kind === 'complete' && outcome.copies.at(-1)).toEqual({
        path: 'l19999',
        from: 'l20000',
      });
    });

    it('that nobody declared harm nobody', () => {
      expect(check(['a'], [link('l', '/etc/passwd'), file('a')])).toMatchObject({
        outcome: { kind: 'complete', copies: [] },
        undeclared: ['l'],
      });
    });
  });

  it('matches names that a task chose in no more time than they are long', () => {
    const many = Array.from({ length: 200 }, (_, at) => file(`${'a'.repeat(240)}${String(at)}`));
    expect(refusal([`${'*a'.repeat(12)}b`], many)).toContain('output-missing');
  });

  it('names names shortly, however long they are', () => {
    expect(refusal(['b'], [file('a'.repeat(100_000))]).length).toBeLessThan(500);
  });

  it('keeps the list of undeclared files short', () => {
    const many = Array.from({ length: 5000 }, (_, index) => file(`x${index}`));
    expect(check([], many).undeclared).toHaveLength(1000);
  });
});
