import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import tar from 'tar-stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { hashContext, readContext } from '../../../../runner/engines/docker/images/context.ts';
import { parseDockerignore } from '../../../../runner/engines/docker/images/dockerignore.ts';
import { packContext } from '../../../../runner/engines/docker/images/pack-context.ts';

describe('a .dockerignore', () => {
  const cases: readonly [rules: string, ignored: readonly string[], kept: readonly string[]][] = [
    ['foo', ['foo', 'foo/bar'], ['a/foo', 'food']],
    ['/foo', ['foo'], ['a/foo']],
    ['foo/', ['foo', 'foo/bar'], []],
    ['*.md\n!README.md', ['a.md'], ['README.md', 'docs/a.md']],
    ['**/*.md', ['a.md', 'docs/a.md', 'a/b/c.md'], ['a.mdx']],
    ['**', ['a', 'a/b'], []],
    ['docs/**', ['docs/a', 'docs/a/b'], ['docs']],
    ['a/**/z', ['a/z', 'a/b/z', 'a/b/c/z'], ['z', 'a/zz']],
    ['temp?', ['temp1'], ['temp', 'temp12', 'temp/']],
    ['[a-c]x', ['ax', 'cx'], ['dx']],
    ['[^a-c]x', ['dx'], ['ax']],
    ['\\!odd', ['!odd'], ['odd']],
    ['a.b', ['a.b'], ['aXb']],
    ['# a comment\n\n   spaced   \r\n', ['spaced'], ['# a comment']],
    ['a/./b/../c', ['a/c'], ['a/b']],
    ['.', [], ['a']],
    ['data\n!data/kept', ['data/x'], ['data/kept', 'data/kept/y']],
    ['!a\na', ['a'], []],
    ['[z-a]', ['[z-a]'], ['z']],
    ['', ['.git/HEAD', 'sub/node_modules/x', '.sluice'], ['.gitignore', 'node_modules.txt']],
    ['!node_modules/kept', ['node_modules/x', '.git'], ['node_modules/kept/y']],
    ['!**/*.md', ['node_modules/a.md'], ['a.md']],
  ];
  it.each(cases)('%j', (rules, ignored, kept) => {
    const parsed = parseDockerignore(rules);
    expect(ignored.filter((path) => !parsed.isIgnored(path))).toEqual([]);
    expect(kept.filter((path) => parsed.isIgnored(path))).toEqual([]);
  });

  it('a folder is read although ignored only where a rule may bring something back', () => {
    const rules = parseDockerignore('data\nother\n!data/a/b\n!**/keep');
    expect(rules.mayHoldKept('data/a')).toBe(true);
    expect(rules.mayHoldKept('node_modules')).toBe(false);
    expect(parseDockerignore('data\nother\n!data/a/b').mayHoldKept('other')).toBe(false);
  });
});

describe('a context', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-context-'));
    return () => rm(folder, { recursive: true });
  });

  async function write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
  }
  const hash = (args: Record<string, string> = {}, dockerfile = 'Dockerfile'): Promise<string> =>
    hashContext(folder, dockerfile, args);

  it('the hash changes with each thing that makes another image, and with nothing else', async () => {
    await write({ Dockerfile: 'FROM a', 'b/c': '1', 'b/d': '2', other: 'FROM b' });
    const seen = [await hash()];
    expect(await hash()).toBe(seen[0]);
    await utimes(join(folder, 'b/c'), 1, 1);
    await write({ 'node_modules/x': '1', '.git/x': '1', '.sluice/x': '1' });
    expect(await hash()).toBe(seen[0]);

    const change = async (make: () => Promise<unknown>): Promise<void> => {
      await make();
      const now = await hash();
      expect(seen).not.toContain(now);
      seen.push(now);
    };
    await change(() => write({ 'b/c': '12', 'b/d': '' }));
    await change(() => write({ 'b/c': '1', 'b/d': '2', 'b/e': '' }));
    await change(() => rm(join(folder, 'b/e')).then(() => chmod(join(folder, 'b/c'), 0o755)));
    await change(() => symlink('c', join(folder, 'b/link')));
    await change(() => mkdir(join(folder, 'empty')));
    await change(() => write({ Dockerfile: 'FROM a\n' }));
    expect(
      new Set([await hash({ A: '1' }), await hash({ A: '2' }), await hash({}, 'other'), ...seen]).size,
    ).toBe(seen.length + 3);
    expect(await hash({ A: '1', B: '2' })).toBe(await hash({ B: '2', A: '1' }));
  });

  it('an ignored file does not count; the rules themselves neither', async () => {
    await write({ Dockerfile: 'FROM a', '.dockerignore': 'big' });
    const before = await hash();
    await write({ big: 'x', '.dockerignore': '# the same\nbig\n' });
    expect(await hash()).toBe(before);
  });

  it('is listed in byte order, the Dockerfile in it although ignored', async () => {
    await write({ Dockerfile: '', '.dockerignore': 'Dockerfile', b: '', 'a/z': '', 'a-': '', Z: '' });
    const context = await readContext(folder, 'Dockerfile');
    expect(context.entries.map((entry) => entry.path)).toEqual(['Dockerfile', 'Z', 'a', 'a-', 'a/z', 'b']);
    expect(context.dockerfileIgnored).toBe(true);
  });

  it.each([
    ['missing/Dockerfile', /^there is no Dockerfile at .*missing\/Dockerfile$/],
    ['sub', /sub is not a file$/],
  ])('%s is named when it can not be used', async (dockerfile, words) => {
    await write({ 'sub/file': '' });
    await expect(hash({}, dockerfile)).rejects.toThrow(words);
  });

  it('rules that are a pipe are refused, and keep nobody waiting', async () => {
    await write({ Dockerfile: '' });
    execFileSync('mkfifo', [join(folder, '.dockerignore')]);
    await expect(hash()).rejects.toThrow(/\.dockerignore could not be read: it is not a plain file$/);
  });

  it('a folder that is not there is named', async () => {
    await expect(hashContext(join(folder, 'gone'), 'Dockerfile', {})).rejects.toThrow(
      /^the folder .*gone could not be read: ENOENT/,
    );
  });

  it('is sent with plain metadata, hashed to the same value', async () => {
    await write({ Dockerfile: 'FROM a', run: 'x', data: 'y' });
    await chmod(join(folder, 'run'), 0o700);
    await chmod(join(folder, 'data'), 0o600);
    const sent = packContext(await readContext(folder, 'Dockerfile'), { A: '1' });
    const found: unknown[] = [];
    for await (const entry of sent.stream.pipe(tar.extract())) {
      const { name, mode, uid, gid, mtime } = entry.header;
      found.push([name, mode?.toString(8), uid, gid, mtime?.getTime(), await text(entry)]);
    }
    expect(found).toEqual([
      ['Dockerfile', '644', 0, 0, 0, 'FROM a'],
      ['data', '644', 0, 0, 0, 'y'],
      ['run', '755', 0, 0, 0, 'x'],
    ]);
    expect(await sent.hash).toBe(await hash({ A: '1' }));
  });

  it('a file that shrinks while it is sent ends the sending in words', async () => {
    await write({ Dockerfile: 'FROM a', data: 'long enough' });
    const context = await readContext(folder, 'Dockerfile');
    await write({ data: 'short' });
    const sent = packContext(context, {});
    sent.stream.on('error', () => undefined).resume();
    await expect(sent.hash).rejects.toThrow(/data changed while it was sent; run again/);
  });
});
