import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(`${root}docs`).map((file) => `docs/${file}`),
].filter((file) => file.endsWith('.md'));

it.each(pages)('every link of %s leads somewhere', (page) => {
  const text = readFileSync(`${root}${page}`, 'utf8');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const broken = links
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? resolve(root, page) : resolve(root, dirname(page), file);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });
  expect(broken).toEqual([]);
});

/** As GitHub makes them from headings: the second of a name gets `-1`. */
function anchorsOf(file: string): readonly string[] {
  const seen = new Map<string, number>();
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

it('every file that docs/architecture.md names in short is there', () => {
  const text = readFileSync(`${root}docs/architecture.md`, 'utf8');
  const files = readdirSync(`${root}runner`, { recursive: true }).map((file) => `/${String(file)}`);
  const named = [...text.matchAll(/`([\w/-]+\.ts)`/g)].flatMap(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(0);
  expect(
    named.filter((name) => !existsSync(`${root}${name}`) && !files.some((file) => file.endsWith(`/${name}`))),
  ).toEqual([]);
});

it.each(['CONTRIBUTING.md', 'docs/architecture.md'])('every path that %s names is there', (page) => {
  const text = readFileSync(`${root}${page}`, 'utf8');
  const paths = [...text.matchAll(/`((?:runner|test|docs|templates|action)\/[\w./-]+)`/g)].map(
    ([, path = '']) => path,
  );
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
});
