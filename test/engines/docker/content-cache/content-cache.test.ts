import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createContentCache,
  type ContentCache,
} from '../../../../runner/engines/docker/content-cache/content-cache.ts';
import { linkInput } from '../../../../runner/engines/docker/content-cache/links.ts';
import type { StoredObject } from '../../../../runner/model/job.ts';
import { identify, ownerName } from '../../../../runner/machine/process.ts';

let folder: string;
const caches: ContentCache[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-cache-'));
});
afterEach(async () => {
  await Promise.all(caches.splice(0).map((cache) => cache.close()));
  rmSync(folder, { recursive: true, force: true });
});

function open(sizeBytes?: number, root = folder): ContentCache {
  const cache = createContentCache({ folder: root, ...(sizeBytes === undefined ? {} : { sizeBytes }) });
  caches.push(cache);
  return cache;
}

const signal = new AbortController().signal;

function objectOf(text: string): StoredObject {
  const bytes = Buffer.from(text);
  return { path: 'a/b.csv', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** A download in two chunks that counts, and goes on when `gate` allows. */
function sourceOf(text: string, gate: Promise<unknown> = Promise.resolve()) {
  const counted = { downloads: 0, open: 0 };
  async function* download(): AsyncGenerator<Uint8Array> {
    counted.downloads += 1;
    counted.open += 1;
    try {
      yield Buffer.from(text.slice(0, 1));
      await gate;
      yield Buffer.from(text.slice(1));
    } finally {
      counted.open -= 1;
    }
  }
  return { download, counted };
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const filesIn = (name: string): readonly string[] =>
  readdirSync(join(folder, name), { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [entry.name] : [],
  );

describe('the cache of inputs', () => {
  it('downloads what many want at once only once', async () => {
    const cache = open();
    let go: () => void = () => undefined;
    const { download, counted } = sourceOf('hello', new Promise<void>((resolve) => (go = resolve)));
    const object = objectOf('hello');
    const all = [
      ...Array.from({ length: 10 }, () => textOf(cache.read(object, download, signal))),
      cache.ensure(object, download, signal).then((isThere) => (isThere ? 'hello' : 'none')),
    ];
    await expect.poll(() => counted.downloads).toBe(1);
    go();
    expect(new Set(await Promise.all(all))).toEqual(new Set(['hello']));
    expect(await textOf(cache.read(object, download, signal))).toBe('hello');
    expect(counted).toEqual({ downloads: 1, open: 0 });
  });

  it('is there for the next process, and for nobody else on the machine', async () => {
    const { download, counted } = sourceOf('hello');
    await textOf(open().read(objectOf('hello'), download, signal));
    expect(await textOf(open().read(objectOf('hello'), download, signal))).toBe('hello');
    expect(counted.downloads).toBe(1);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['other bytes', 'jello'],
    ['fewer bytes', 'hell'],
    ['none at all', ''],
    ['more bytes', 'hello!'],
  ])('notices a file with %s, and downloads it anew', async (_, spoilt) => {
    const { download, counted } = sourceOf('hello');
    const object = objectOf('hello');
    const first = open();
    await textOf(first.read(object, download, signal));
    const path = first.place.entry(object.sha256);
    // As the one that hashed it and as one that never saw it.
    for (const [count, cache] of [
      [2, first],
      [3, open()],
    ] as const) {
      chmodSync(path, 0o644);
      writeFileSync(path, spoilt);
      expect(await textOf(cache.read(object, download, signal))).toBe('hello');
      expect(counted.downloads).toBe(count);
      expect(readFileSync(path, 'utf8')).toBe('hello');
    }
  });

  it('keeps nothing of a download that fails, and the next one tries again', async () => {
    const cache = open();
    const object = objectOf('hello');
    let broken: () => AsyncIterable<Uint8Array> = () => once('');
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const started = new Promise<void>((resolve) => {
      broken = async function* () {
        resolve();
        yield Buffer.from('he');
        await gate;
        throw new Error('reset');
      };
    });
    const { download } = sourceOf('hello');
    const first = textOf(cache.read(object, () => broken(), signal));
    await started;
    const second = textOf(cache.read(object, download, signal));
    go();
    const [failed, waited] = await Promise.allSettled([first, second]);
    expect(failed).toMatchObject({ reason: new Error('reset') });
    expect(waited).toMatchObject({ value: 'hello' });
    expect(filesIn('tmp')).toEqual([]);
    expect(cache.takeTrouble()).toBeUndefined();
  });

  it('keeps nothing of what its reader did not want to the end', async () => {
    const cache = open();
    const { download, counted } = sourceOf('hello');
    for await (const _ of cache.read(objectOf('hello'), download, signal)) break;
    expect(counted.open).toBe(0);
    expect([filesIn('tmp'), filesIn('objects')]).toEqual([[], []]);
    expect(await textOf(cache.read(objectOf('hello'), download, signal))).toBe('hello');
  });

  it('lets go whoever waits for the download of another', async () => {
    const cache = open();
    let go: () => void = () => undefined;
    const { download, counted } = sourceOf('hello', new Promise<void>((resolve) => (go = resolve)));
    const first = textOf(cache.read(objectOf('hello'), download, signal));
    await expect.poll(() => counted.downloads).toBe(1);
    const abort = new AbortController();
    const second = cache.ensure(objectOf('hello'), download, abort.signal);
    abort.abort(new Error('interrupted'));
    await expect(second).rejects.toThrow('interrupted');
    go();
    expect(await first).toBe('hello');
  });

  it('evicts what was not used for longest, and takes nothing from whoever has it', async () => {
    const cache = open(3 * 4096);
    const texts = ['one', 'two', 'three'];
    for (const text of texts) await textOf(cache.read(objectOf(text), sourceOf(text).download, signal));
    await cache.close();
    const entry = (text: string): string => cache.place.entry(objectOf(text).sha256);
    // "two" was used longest ago; somebody reads it, another has it linked.
    texts.forEach((text, index) => utimesSync(entry(text), [20, 10, 30][index] ?? 0, 1));
    const input = {
      store: { kind: 'memory', id: 'x' },
      prefix: 'objects/p/t/_/a/',
      to: '/inputs/a',
      objects: [objectOf('two')],
    } as const;
    const linked = await linkInput(cache, input, 'attempt', () => sourceOf('two').download, signal);
    const reading = cache.read(objectOf('two'), sourceOf('two').download, signal)[Symbol.asyncIterator]();
    expect(Buffer.from((await reading.next()).value ?? []).toString()).toBe('two');
    utimesSync(entry('two'), 10, 1);
    await textOf(cache.read(objectOf('four'), sourceOf('four').download, signal));
    await cache.close();
    expect(['one', 'two', 'three', 'four'].filter((text) => existsSync(entry(text)))).toEqual([
      'three',
      'four',
    ]);
    expect(readFileSync(join(linked?.folder ?? '', 'a/b.csv'), 'utf8')).toBe('two');
    expect((await reading.next()).done).toBe(true);
    await linked?.remove();
    expect(readdirSync(join(folder, 'attempts'))).toEqual([]);
  });

  it('does not take what is larger than all of it', async () => {
    const cache = open(4);
    const { download, counted } = sourceOf('hello');
    expect(await cache.ensure(objectOf('hello'), download, signal)).toBe(false);
    expect(counted.downloads).toBe(0);
    expect(await textOf(cache.read(objectOf('hello'), download, signal))).toBe('hello');
  });

  it('lays an input out for any user, whatever the umask', async () => {
    const before = process.umask(0o077);
    try {
      const cache = open();
      const input = {
        store: { kind: 'memory', id: 'x' },
        prefix: 'objects/p/t/_/a/',
        to: '/inputs/a',
        objects: [
          { ...objectOf('hello'), path: 'a/ü/b.csv' },
          { ...objectOf('hello'), path: 'c.csv' },
        ],
      } as const;
      const linked = await linkInput(cache, input, 'attempt', () => sourceOf('hello').download, signal);
      const modes = ['', 'a', 'a/ü', 'a/ü/b.csv', 'c.csv'].map((path) =>
        (statSync(join(linked?.folder ?? '', path)).mode & 0o777).toString(8),
      );
      expect(modes).toEqual(['755', '755', '755', '444', '444']);
    } finally {
      process.umask(before);
    }
  });

  it('leaves no links of an input whose download failed, and none is left going', async () => {
    const cache = open();
    const slow = sourceOf('hello', new Promise(() => undefined));
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const input = {
      store: { kind: 'memory', id: 'x' },
      prefix: 'objects/p/t/_/a/',
      to: '/inputs/a',
      objects: ['hello', 'gone', 'other'].map((text) => ({ ...objectOf(text), path: text })),
    } as const;
    const linking = linkInput(
      cache,
      input,
      'attempt',
      ({ path }) =>
        path === 'gone'
          ? async function* () {
              yield Buffer.from('g');
              await gate;
              throw new Error('gone');
            }
          : async function* (signal) {
              for await (const chunk of slow.download()) {
                yield chunk;
                await new Promise((_, reject) =>
                  signal.addEventListener('abort', () => reject(signal.reason)),
                );
              }
            },
      signal,
    );
    await expect.poll(() => slow.counted.open).toBe(2);
    go();
    await expect(linking).rejects.toThrow('gone');
    expect(readdirSync(join(folder, 'attempts'))).toEqual([]);
    expect([filesIn('tmp'), slow.counted.open]).toEqual([[], 0]);
  });

  it('goes without a folder that cannot be used, and says so once', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const cache = open(undefined, join(file, 'content'));
    const { download, counted } = sourceOf('hello');
    expect(await textOf(cache.read(objectOf('hello'), download, signal))).toBe('hello');
    expect(await cache.ensure(objectOf('hello'), download, signal)).toBe(false);
    expect(counted.downloads).toBe(1);
    expect(cache.takeTrouble()).toContain('Inputs are read from the store for each task');
    expect(cache.takeTrouble()).toBeUndefined();
  });

  it('sweeps what dead processes left, and nothing else', async () => {
    const self = identify();
    const dead = ownerName({ ...self, startTime: '1' });
    const unseen = ownerName({ ...self, pidNamespace: 'pid:[1]' });
    const names = [dead, unseen, ownerName(self)].map((owner) => `0.fill.${owner}.1`);
    for (const name of names) {
      for (const path of [join(folder, 'tmp', name), join(folder, 'attempts', name, 'a')]) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, '');
      }
    }
    // A day is enough for a download that nobody can see, not for a task with its inputs.
    const longAgo = Date.now() / 1000 - 2 * 24 * 3600;
    for (const place of ['tmp', 'attempts'])
      utimesSync(join(folder, place, names[1] ?? ''), longAgo, longAgo);
    await open().open();
    expect(readdirSync(join(folder, 'tmp'))).toEqual([names[2]]);
    expect(readdirSync(join(folder, 'attempts')).sort()).toEqual(names.slice(1).sort());
  });
});
