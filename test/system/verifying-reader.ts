import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { filesBelow, namesIn, readRecord, recordKeys, type StoredRecord } from './store-files.ts';

/** What each byte that may ever be visible must be: sha256 by `<instance> <path>`, and by published path. */
export interface Expected {
  readonly objects: Readonly<Record<string, string>>;
  readonly published: Readonly<
    Record<string, { readonly sha256: string; readonly instance: string; readonly path: string }>
  >;
}

/**
 * A process of its own that reads all stores in a folder over and over, as somebody would who knows nothing of the
 * runs: whatever is visible must be whole. Says each violation on a line, and at TERM how much it has seen.
 */
const [stores = '', expectedFile = ''] = process.argv.slice(2);
const expected = JSON.parse(readFileSync(expectedFile, 'utf8')) as Expected;
const seen = { passes: 0, objects: 0, published: 0 };
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());

while (!stopping.signal.aborted) {
  for (const name of namesIn(stores)) readStore(join(stores, name));
  seen.passes += 1;
  await sleep(30);
}
console.log(JSON.stringify(seen));

function readStore(root: string): void {
  // Before the manifests: one that is published is committed.
  for (const path of filesBelow(join(root, 'published'))) {
    seen.published += 1;
    const wanted = expected.published[path];
    const found = sha256Of(join(root, 'published', path));
    if (wanted === undefined || found !== wanted.sha256) complain(root, `published/${path} is ${found}`);
    else if (!manifestOf(root, wanted.instance)?.objects?.some((object) => object.path === wanted.path)) {
      complain(root, `published/${path} is there, and no manifest that names ${wanted.path}`);
    }
  }
  for (const key of recordKeys(root, 'manifests/')) {
    readOutputs(root, key.slice('manifests/'.length, -'.json'.length));
  }
}

function readOutputs(root: string, instance: string): void {
  const manifest = manifestOf(root, instance);
  if (manifest?.outcome !== 'succeeded') return;
  if (manifest.instance !== instance) complain(root, `${instance} has the manifest of ${manifest.instance}`);
  const names = Object.keys(expected.objects).filter((name) => name.startsWith(`${instance} `));
  const { objects = [] } = manifest;
  if (names.length !== objects.length) complain(root, `${instance} names too few or many objects`);
  for (const { path, bytes, sha256 } of objects) {
    seen.objects += 1;
    const key = `objects/${instance}/${manifest.attempt}/${path}`;
    const found = sha256Of(join(root, key));
    if (found !== sha256 || expected.objects[`${instance} ${path}`] !== sha256) {
      complain(root, `${key} is ${found}, its manifest says ${sha256} and ${bytes} bytes`);
    }
  }
}

function manifestOf(root: string, instance: string): StoredRecord | undefined {
  try {
    return readRecord(root, `manifests/${instance}.json`);
  } catch (error) {
    complain(root, `the manifest of ${instance} cannot be read: ${String(error)}`);
    return undefined;
  }
}

function sha256Of(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (error) {
    return String(error);
  }
}

function complain(root: string, what: string): void {
  console.log(`VIOLATION in ${root}: ${what}`);
}
