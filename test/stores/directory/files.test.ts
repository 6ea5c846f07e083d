import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { checkFolder } from '../../../runner/stores/directory/check.ts';
import { storeError } from '../../../runner/stores/directory/failure.ts';
import { createDirectoryStore } from '../../../runner/stores/directory/store.ts';
import { createTemporaries } from '../../../runner/stores/directory/temporary.ts';
import { createVersions } from '../../../runner/stores/directory/version.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { encode, keysOf, textOf } from '../../contracts/object-store.ts';

const parent = mkdtempSync(join(tmpdir(), 'sluice-files-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

let root: string;
let store: ObjectStore;
beforeEach(() => {
  root = mkdtempSync(join(parent, 'store-'));
  store = createDirectoryStore(root);
});

const KEY = 'manifests/p/t/date=2021-01-29.json';
const names = (folder: string): readonly string[] => readdirSync(join(root, folder)).sort();

describe('the files of records', () => {
  it('has the first version under the plain name and each next under the next number', async () => {
    await store.put(KEY, encode('1'));
    expect(readFileSync(join(root, KEY), 'utf8')).toBe('1');
    await store.put(KEY, encode('2'));
    await store.put(KEY, encode('3'));
    expect(names('manifests/p/t')).toEqual(['date=2021-01-29.json@3']);
    expect(names('tmp')).toEqual([]);
  });

  it('marks a deletion, so that its number is not used again', async () => {
    await store.put(KEY, encode('1'));
    await store.delete([KEY]);
    expect(names('manifests/p/t')).toEqual(['date=2021-01-29.json@2']);
    expect(existsSync(readlinkSync(`${join(root, KEY)}@2`))).toBe(false);
    expect((await store.put(KEY, encode('2'))).etag).toBe('3');
    expect(names('manifests/p/t')).toEqual(['date=2021-01-29.json@3']);
  });

  it('believes the highest version where a killed writer left lower ones', async () => {
    mkdirSync(dirname(join(root, KEY)), { recursive: true });
    for (const [suffix, text] of [
      ['', 'one'],
      ['@2', 'two'],
      ['@10', 'ten'],
      ['@9', 'nine'],
    ] as const) {
      writeFileSync(join(root, KEY) + suffix, text);
    }
    expect(await textOf(store, KEY)).toBe('ten');
    expect(await keysOf(store, 'manifests/')).toEqual([KEY]);
    expect((await store.put(KEY, encode('eleven'))).etag).toBe('11');
    expect(await textOf(store, KEY)).toBe('eleven');
  });

  it('takes what has a number beyond any version for another name, and reads and writes beside it', async () => {
    await store.put(KEY, encode('1'));
    writeFileSync(`${join(root, KEY)}@99999999999999999999`, 'stray');
    expect(await textOf(createDirectoryStore(root), KEY)).toBe('1');
    expect((await store.put(KEY, encode('2'))).etag).toBe('2');
    expect(await keysOf(store, 'manifests/')).toEqual([KEY, `${KEY}@99999999999999999999`]);
    writeFileSync(`${join(root, KEY)}@9999999999`, 'the last there is');
    const later = createDirectoryStore(root);
    await keysOf(later, 'manifests/');
    await expect(later.put(KEY, encode('3'))).rejects.toThrow(/has the last number that there is.*remove/);
  });

  it.each([
    ['a folder', () => mkdirSync(`${join(root, KEY)}@2`)],
    ['a pipe', () => execFileSync('mkfifo', [`${join(root, KEY)}@2`])],
  ])('names %s that stands where a record is kept', async (_, place) => {
    await store.put(KEY, encode('1'));
    place();
    await expect(createDirectoryStore(root).get(KEY)).rejects.toMatchObject({
      code: 'store-corrupt',
      key: KEY,
    });
  });

  it('ends where a name is not UTF-8 and reads like one that is', async () => {
    const name = Buffer.concat([
      Buffer.from(join(root, 'claims/p/t/')),
      Buffer.from([0xff]),
      Buffer.from('.json'),
    ]);
    mkdirSync(join(root, 'claims/p/t'), { recursive: true });
    writeFileSync(name, '{}');
    const [key = ''] = await keysOf(store, 'claims/');
    expect(await store.get(key)).toBeUndefined();
  });

  it('keeps old versions while a writer that may know them is on its way, and the next one out prunes', async () => {
    await store.put(KEY, encode('1'));
    const sleeper = await createTemporaries(root).create(KEY);
    await store.put(KEY, encode('2'));
    await store.put(KEY, encode('3'));
    expect(names('manifests/p/t')).toHaveLength(3);
    expect(await textOf(store, KEY)).toBe('3');
    expect(await keysOf(store, '')).toEqual([KEY]);
    sleeper.remove();
    await store.put('manifests/p/t/other.json', encode('x'));
    expect(names('manifests/p/t')).toHaveLength(4);
    await store.put(KEY, encode('4'));
    expect(names('manifests/p/t')).toEqual(['date=2021-01-29.json@4', 'other.json']);
  });

  it('sees what another process wrote after it had looked', async () => {
    const other = createDirectoryStore(root);
    for (let n = 1; n < 6; n += 1) {
      await other.put(KEY, encode(String(n)));
      expect(await textOf(store, KEY)).toBe(String(n));
      await other.delete([KEY]);
      expect(await store.get(KEY)).toBeUndefined();
    }
  });
});

describe('marks of deletion', () => {
  const LONG_AGO = Date.now() / 1000 - 3700;
  const age = (folder: string) => utimesSync(join(root, folder), LONG_AGO, LONG_AGO);
  beforeEach(async () => {
    for (const name of ['a', 'b']) {
      await store.put(`claims/p/t/${name}.json`, encode('1'));
      await store.delete([`claims/p/t/${name}.json`]);
    }
  });

  it('are removed by a listing once their folder was quiet for an hour, with the empty folders', async () => {
    expect(await keysOf(store, 'claims/')).toEqual([]);
    expect(names('claims/p/t')).toEqual(['a.json@2', 'b.json@2']);
    age('claims/p/t');
    expect(await keysOf(store, 'claims/')).toEqual([]);
    expect(existsSync(join(root, 'claims'))).toBe(false);
    expect(names('tmp')).toEqual([]);
    await store.put('claims/p/t/a.json', encode('2'));
    expect(await textOf(store, 'claims/p/t/a.json')).toBe('2');
  });

  it('leave what stands among them alone', async () => {
    await store.put('claims/p/t/c.json', encode('c'));
    await store.put('claims/p/t/a.json', encode('again'));
    age('claims/p/t');
    expect(await keysOf(store, 'claims/')).toEqual(['claims/p/t/a.json', 'claims/p/t/c.json']);
    expect(names('claims/p/t')).toEqual(['a.json@3', 'c.json']);
    expect(await textOf(store, 'claims/p/t/a.json')).toBe('again');
  });

  it('stay while a writer that may know them is on its way', async () => {
    const writer = await createTemporaries(root).create('claims/p/t/a.json');
    age('claims/p/t');
    await keysOf(store, 'claims/');
    expect(names('claims/p/t')).toEqual(['a.json@2']);
    writer.remove();
  });

  it('hold a writer up while they are being removed, but not one that finds a value', async () => {
    const sweep = await createTemporaries(root).announceSweep('claims/p/t/');
    let isDone = false;
    const write = store.put('claims/p/t/a.json', encode('3')).then((result) => {
      isDone = true;
      return result;
    });
    await store.put('claims/p/t/fresh.json', encode('x'));
    await store.put('claims/p/t/fresh.json', encode('y'));
    expect(isDone).toBe(false);
    sweep.remove();
    expect((await write).etag).toBe('3');
  });

  it('do not hold a writer up when whoever removed them is dead', async () => {
    const sweep = await createTemporaries(root).announceSweep('claims/p/t/');
    const dead = sweep.path.replace(`.${process.pid}.`, `.${2 ** 22 + 1}.`);
    renameSync(sweep.path, dead);
    await store.put('claims/p/t/a.json', encode('3'));
    expect(await textOf(store, 'claims/p/t/a.json')).toBe('3');
  });
});

describe('the files of objects', () => {
  it('are plain files at their key', async () => {
    await store.put('objects/p/t/_/a/deep/er/x.csv', encode('x'));
    await store.copy('objects/p/t/_/a/deep/er/x.csv', 'published/x.csv');
    expect(readFileSync(join(root, 'objects/p/t/_/a/deep/er/x.csv'), 'utf8')).toBe('x');
    writeFileSync(join(root, 'published/x.csv'), 'edited by a person');
    expect(await textOf(store, 'objects/p/t/_/a/deep/er/x.csv')).toBe('x');
  });

  it('take their empty folders along when they go, and no other', async () => {
    await store.put('objects/p/t/_/a/deep/er/x.csv', encode('x'));
    await store.put('objects/p/t/_/b/y.csv', encode('y'));
    await store.delete(['objects/p/t/_/a/deep/er/x.csv']);
    expect(names('objects/p/t/_')).toEqual(['b']);
    await store.delete(['objects/p/t/_/b/y.csv']);
    expect(names('objects')).toEqual([]);
  });

  it('survive the removal of folders next to them', async () => {
    const turns = Array.from({ length: 150 }, (_, n) => n);
    await Promise.all([
      ...turns.map((n) => store.put(`objects/a/b/c/keep-${n}`, encode('x'), { durable: false })),
      ...turns.map(async (n) => {
        await store.put(`objects/a/b/c/drop-${n}`, encode('x'), { durable: false });
        await store.delete([`objects/a/b/c/drop-${n}`]);
      }),
    ]);
    expect(await keysOf(store, 'objects/')).toHaveLength(turns.length);
  });

  it('are not followed where someone put a link', async () => {
    const secret = join(parent, 'secret');
    writeFileSync(secret, 'secret');
    await store.put('objects/a/x', encode('x'));
    symlinkSync(secret, join(root, 'objects/a/link'));
    expect(await store.get('objects/a/link')).toBeUndefined();
    expect(await keysOf(store, 'objects/')).toEqual(['objects/a/x']);
    symlinkSync(secret, join(root, 'objects/a/y'));
    await store.put('objects/a/y', encode('y'));
    expect(await textOf(store, 'objects/a/y')).toBe('y');
    expect(readFileSync(secret, 'utf8')).toBe('secret');
  });
});

describe('unfinished files', () => {
  it('are removed when their process is dead, and left when it lives or is out of sight', async () => {
    await store.put('objects/a', encode('x'));
    const living = await createTemporaries(root).create('objects/b');
    const [, , boot = '', namespace = '', , started = ''] = (names('tmp')[0] ?? '').split('.');
    const dead = `0.w.${boot}.${namespace}.${2 ** 22 + 1}.${started}.1`;
    const reused = `0.w.${boot}.${namespace}.${process.pid}.1.1`;
    const elsewhere = `0.w.other-boot.${namespace}.1.1.1`;
    const elsewhereOld = `0.w.other-boot.${namespace}.1.1.2`;
    for (const name of [dead, reused, elsewhere, elsewhereOld])
      writeFileSync(join(root, 'tmp', name), 'half');
    const longAgo = Date.now() / 1000 - 25 * 3600;
    utimesSync(join(root, 'tmp', elsewhereOld), longAgo, longAgo);
    createDirectoryStore(root);
    expect(names('tmp').map((name) => join(root, 'tmp', name))).toEqual(
      [living.path, join(root, 'tmp', elsewhere)].sort(),
    );
  });

  it('are not listed and cannot be written as keys', async () => {
    await createTemporaries(root).create('objects/b');
    expect(await keysOf(store, '')).toEqual([]);
    await expect(store.put('tmp/x', encode('x'))).rejects.toMatchObject({ code: 'bad-key' });
  });

  it('makes no folder before the first write', async () => {
    const fresh = createDirectoryStore(join(root, 'fresh'));
    expect(await fresh.get(KEY)).toBeUndefined();
    expect(await keysOf(fresh, '')).toEqual([]);
    await fresh.delete([KEY, 'objects/x']);
    expect(existsSync(join(root, 'fresh'))).toBe(false);
  });
});

describe('trouble with the disk', () => {
  it.each([
    ['ENOSPC', 'store-full', 'free some space'],
    ['EDQUOT', 'store-full', 'quota'],
    ['EACCES', 'store-denied', 'writable'],
    ['EROFS', 'store-denied', 'read-only'],
    ['EXDEV', 'store-unsuitable', 'links'],
    ['EIO', 'store-unreachable', 'disk'],
  ])('says %s as %s, with what to do', (code, expected, words) => {
    const cause = Object.assign(new Error(`${code}: no`), { code, syscall: 'write' });
    const error = storeError(cause, KEY, 'write');
    expect(error).toMatchObject({ code: expected, key: KEY, cause });
    expect(String(error)).toContain(words);
    expect(String(error)).toContain(KEY);
  });

  it('takes a refused link for a file system without links', () => {
    const cause = Object.assign(new Error('EPERM: no'), { code: 'EPERM', syscall: 'link' });
    expect(storeError(cause, KEY, 'write')).toMatchObject({ code: 'store-unsuitable' });
  });

  it('passes on what is not the disk’s', () => {
    const error = new Error('the source broke');
    expect(storeError(error, KEY, 'write')).toBe(error);
  });

  it('says that the folder cannot be written', async () => {
    // Not even root makes folders there.
    await expect(createDirectoryStore('/sys/store').put(KEY, encode('x'))).rejects.toMatchObject({
      code: 'store-denied',
    });
    await expect(createDirectoryStore('/sys/store').check()).rejects.toMatchObject({ code: 'store-denied' });
  });

  it('gives up where no folder can ever be made', async () => {
    await expect(createDirectoryStore('/proc/store').put(KEY, encode('x'))).rejects.toMatchObject({
      name: 'StoreError',
    });
  });

  it('names the file that stands where a folder is needed', async () => {
    await store.put('published/a', encode('x'));
    const error = await store.put('published/a/b', encode('y')).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'store-unsuitable' });
    expect(String(error)).toContain('a file stands where a folder is needed');
    expect(names('tmp')).toEqual([]);
  });
});

describe('check', () => {
  const probe = { foldsCase: () => false, keepsLinks: () => true };
  const context = () => ({ root, temporaries: createTemporaries(root), versions: createVersions() });

  it('refuses a file system that folds case, and says why', async () => {
    const refused = checkFolder(context(), { ...probe, foldsCase: () => true });
    await expect(refused).rejects.toMatchObject({ code: 'store-unsuitable' });
    await expect(refused).rejects.toThrow('ABRpA and ABRPA');
  });

  it('refuses one without symbolic links', async () => {
    await expect(checkFolder(context(), { ...probe, keepsLinks: () => false })).rejects.toMatchObject({
      code: 'store-unsuitable',
    });
  });

  it('leaves no file behind', async () => {
    await store.check();
    expect(names('tmp')).toEqual([]);
    expect(existsSync(join(root, 'runs')) ? names('runs') : []).toEqual([]);
  });
});
