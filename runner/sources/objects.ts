import { createHash } from 'node:crypto';
import { keyProblem } from '../model/key.ts';
import type { External, ExternalObject, Probed, Source } from '../model/source.ts';
import type { ObjectInfo, ObjectStore } from '../ports.ts';

type Open = (uri: string) => Promise<ObjectStore>;

/** Sources of more objects than these are no input of one task. */
const MAX_OBJECTS = 100_000;

/** One object; it appears under its own name. */
export async function probeObject(
  open: Open,
  { uri }: Extract<Source, { kind: 'object' }>,
  signal: AbortSignal,
): Promise<Probed> {
  const [, folder = '', name = ''] = /^(.*[^/])\/([^/]+)$/.exec(uri) ?? [];
  if (name === '' || !isAddress(folder)) return notAnAddress(uri, 's3://bucket/path/of-the-object');
  const store = await open(folder);
  const found = await listed(store, name, signal);
  if (found === undefined) return { kind: 'not-ready', answer: `404 ${uri}: there is no such object` };
  const object = await readObject(store, found, signal);
  return object === undefined
    ? changing(uri)
    : { kind: 'ready', external: { uri: folder, objects: [object] }, values: {} };
}

/** All objects below a prefix but the flag, which is looked for first: whoever writes puts it last. */
export async function probePrefix(
  open: Open,
  { uri, doneFlag }: Extract<Source, { kind: 'prefix' }>,
  signal: AbortSignal,
): Promise<Probed> {
  const folder = uri.replace(/\/+$/, '');
  if (!isAddress(folder)) return notAnAddress(uri, 's3://bucket/prefix/');
  const store = await open(folder);
  if ((await listed(store, doneFlag, signal)) === undefined) {
    return { kind: 'not-ready', answer: `404 ${folder}/${doneFlag}: there is no such flag` };
  }
  const objects: ExternalObject[] = [];
  for await (const page of store.list('', { signal })) {
    for (const info of page) {
      if (info.key === doneFlag) continue;
      const problem = keyProblem(info.key);
      if (problem !== undefined) {
        return {
          kind: 'invalid',
          message: `${folder}/${info.key} cannot be a file below /inputs: ${problem}`,
        };
      }
      if (objects.length >= MAX_OBJECTS) {
        const most = MAX_OBJECTS.toLocaleString('en-US');
        return {
          kind: 'invalid',
          message: `there are more than ${most} objects below ${uri}: name a longer prefix`,
        };
      }
      const object = await readObject(store, info, signal);
      if (object === undefined) return changing(`${folder}/${info.key}`);
      objects.push(object);
    }
  }
  const twice = fileAndFolder(objects);
  if (twice !== undefined) {
    return {
      kind: 'invalid',
      message: `${folder}/${twice} is an object and a folder of others: both cannot stand below /inputs`,
    };
  }
  return { kind: 'ready', external: { uri: folder, objects }, values: {} };
}

/** In words the first that is not as it was recorded. */
export async function changedObject(
  open: Open,
  { uri, objects }: External,
  signal: AbortSignal,
): Promise<string | undefined> {
  const store = await open(uri);
  const now = new Map<string, string>();
  const [only] = objects;
  const prefix = objects.length === 1 && only !== undefined ? only.path : '';
  for await (const page of store.list(prefix, prefix === '' ? { signal } : { to: prefix, signal })) {
    for (const { key, etag } of page) now.set(key, etag);
  }
  for (const { path, etag } of objects) {
    const found = now.get(path);
    if (found === undefined) return `${uri}/${path} is not there any more`;
    if (found !== etag)
      return `${uri}/${path} changed since it was recorded (etag ${etag} then, ${found} now)`;
  }
  return undefined;
}

/** Reads it once, so that whoever reads it later can tell that it is the same; undefined: it changes meanwhile. */
async function readObject(
  store: ObjectStore,
  { key, etag }: ObjectInfo,
  signal: AbortSignal,
): Promise<ExternalObject | undefined> {
  const found = await store.get(key, { signal });
  if (found === undefined) return undefined;
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of found.body) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  if (found.etag !== etag || bytes !== found.sizeBytes) return undefined;
  return { path: key, bytes, sha256: hash.digest('hex'), etag, modifiedAt: found.modifiedAt };
}

async function listed(store: ObjectStore, key: string, signal: AbortSignal): Promise<ObjectInfo | undefined> {
  for await (const page of store.list(key, { to: key, signal })) {
    const found = page.find((info) => info.key === key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fileAndFolder(objects: readonly ExternalObject[]): string | undefined {
  const files = new Set(objects.map(({ path }) => path));
  for (const { path } of objects) {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      if (files.has(path.slice(0, slash))) return path.slice(0, slash);
    }
  }
  return undefined;
}

function changing(uri: string): Probed {
  return { kind: 'not-ready', answer: `${uri} changes while it is read` };
}

function isAddress(folder: string): boolean {
  return /^s3:\/\/[^/?#]+(\/[^?#]+)?$/.test(folder);
}

function notAnAddress(uri: string, expected: string): Probed {
  return { kind: 'invalid', message: `expected ${expected}, found "${uri}"` };
}
