import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', 'runner');

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));

const imports = new Map(
  files.map((file) => [
    file,
    [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
      ([, path = '']) => posix.normalize(posix.join(posix.dirname(file), path)),
    ),
  ]),
);

/** What each part may import; itself always. The order is the story: later ones know earlier ones. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  model: [],
  hash: [],
  machine: ['model'],
  errors: ['model'],
  ports: ['model', 'errors'],
  clock: ['ports'],
  calendar: ['model', 'errors'],
  language: ['model', 'errors', 'calendar'],
  plan: ['model', 'errors', 'calendar', 'language'],
  ledger: ['model', 'hash', 'machine', 'errors', 'ports'],
  run: ['model', 'errors', 'ports', 'calendar', 'language', 'plan', 'ledger'],
  stores: ['model', 'machine', 'errors', 'ports'],
  engines: ['model', 'hash', 'machine', 'errors', 'ports'],
  sources: ['model', 'errors', 'ports'],
  report: ['model', 'errors', 'ports'],
  compose: [
    'model',
    'errors',
    'ports',
    'clock',
    'calendar',
    'language',
    'plan',
    'ledger',
    'run',
    'stores',
    'engines',
    'sources',
    'report',
  ],
  app: [
    'model',
    'hash',
    'machine',
    'errors',
    'ports',
    'clock',
    'calendar',
    'language',
    'plan',
    'ledger',
    'run',
    'compose',
  ],
  serve: ['model', 'errors', 'ports', 'plan', 'ledger', 'run', 'app'],
  commands: [
    'model',
    'hash',
    'machine',
    'errors',
    'ports',
    'clock',
    'calendar',
    'language',
    'plan',
    'ledger',
    'run',
    'report',
    'compose',
    'app',
    'serve',
  ],
  cli: ['commands'],
  index: [
    'model',
    'hash',
    'errors',
    'ports',
    'calendar',
    'language',
    'plan',
    'ledger',
    'run',
    'report',
    'compose',
    'app',
  ],
};

function partOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.ts$/, '');
}

describe('the structure of runner/', () => {
  it('has no part that this table does not know', () => {
    expect([...new Set(files.map(partOf))].filter((part) => ALLOWED[part] === undefined)).toEqual([]);
  });

  it('imports in one direction', () => {
    const wrong = [...imports].flatMap(([file, targets]) =>
      targets
        .filter(
          (target) =>
            partOf(target) !== partOf(file) && ALLOWED[partOf(file)]?.includes(partOf(target)) !== true,
        )
        .map((target) => `${file} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps adapters apart: no store, engine or reporter knows another', () => {
    const adapter = (file: string) => /^(stores|engines)\/[^/]+/.exec(file)?.[0];
    const wrong = [...imports].flatMap(([file, targets]) =>
      targets
        .filter(
          (target) =>
            adapter(target) !== undefined && adapter(file) !== undefined && adapter(target) !== adapter(file),
        )
        .map((target) => `${file} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('imports only files that are there, and in no cycle', () => {
    const missing = [...imports].flatMap(([file, targets]) =>
      targets.filter((target) => !imports.has(target)).map((target) => `${file} → ${target}`),
    );
    expect(missing).toEqual([]);
    const finished = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
        return;
      }
      if (finished.has(file)) return;
      for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
      finished.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('asks the machine nothing in model/, whose functions only reckon', () => {
    const asking = files
      .filter((file) => file.startsWith('model/'))
      .filter((file) => {
        const text = readFileSync(join(root, file), 'utf8');
        return /from 'node:(?!crypto'|url')|\bprocess\.[a-z]|\bDate\.now\b|\bMath\.random\b/.test(text);
      });
    expect(asking).toEqual([]);
  });

  it('leaves the process to the command line: the application layer is told its surroundings', () => {
    const looking = files
      .filter((file) => file.startsWith('app/') || file === 'compose.ts')
      .filter((file) => {
        const code = readFileSync(join(root, file), 'utf8').replaceAll(/^ *(?:\*|\/\/|\/\*\*).*$/gm, '');
        return /\bprocess\.(?!ts)|\bconsole\.|from 'node:process'/.test(code);
      });
    expect(looking).toEqual([]);
  });

  it('loads what speaks S3 only when a bucket is opened', () => {
    const isOfS3 = (file: string): boolean => file.startsWith('stores/s3/') && file !== 'stores/s3/uri.ts';
    const loadedAtOnce = files
      .filter((file) => !isOfS3(file))
      .filter((file) => {
        const text = readFileSync(join(root, file), 'utf8');
        return /from '(@aws-sdk|@smithy|[^']*stores\/s3\/(?!uri\.ts))/.test(text);
      });
    expect(loadedAtOnce).toEqual([]);
  });

  it('has no folder that says nothing', () => {
    const folders = new Set(files.map((file) => posix.dirname(file)).flatMap((folder) => folder.split('/')));
    expect(
      [...folders].filter((name) => ['utils', 'helpers', 'common', 'types', 'lib', 'misc'].includes(name)),
    ).toEqual([]);
  });
});
