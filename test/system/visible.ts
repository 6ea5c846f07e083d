import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, readRecord, recordKeys, type StoredRecord } from './store-files.ts';

/** What each byte that may ever be visible must be: sha256 by `<instance> <path>`, and by published path. */
export interface Expected {
  readonly objects: Readonly<Record<string, string>>;
  readonly published: Readonly<
    Record<string, { readonly sha256: string; readonly instance: string; readonly path: string }>
  >;
}

export interface Seen {
  readonly objects: number;
  readonly published: number;
  readonly violations: readonly string[];
}

/** Reads all that a store shows, as somebody would who knows nothing of the runs: it must be whole. */
export function readVisible(root: string, expected: Expected): Seen {
  const violations: string[] = [];
  let objectCount = 0;
  // Before the manifests: what is published is committed.
  const published = filesBelow(join(root, 'published'));
  for (const path of published) {
    const wanted = expected.published[path];
    const found = sha256Of(join(root, 'published', path));
    if (wanted === undefined || found !== wanted.sha256) violations.push(`published/${path} is ${found}`);
    else if (!manifestOf(wanted.instance)?.objects?.some((object) => object.path === wanted.path)) {
      violations.push(`published/${path} is there, and no manifest that names ${wanted.path}`);
    }
  }
  for (const key of recordKeys(root, 'manifests/')) {
    readOutputs(key.slice('manifests/'.length, -'.json'.length));
  }
  return { objects: objectCount, published: published.length, violations };

  function readOutputs(instance: string): void {
    const manifest = manifestOf(instance);
    if (manifest?.outcome !== 'succeeded') return;
    if (manifest.instance !== instance)
      violations.push(`${instance} has the manifest of ${manifest.instance}`);
    const { objects = [] } = manifest;
    const names = Object.keys(expected.objects).filter((name) => name.startsWith(`${instance} `));
    if (names.length !== objects.length) violations.push(`${instance} names ${objects.length} objects`);
    for (const { path, sha256 } of objects) {
      objectCount += 1;
      const key = `objects/${instance}/${manifest.attempt}/${path}`;
      const found = sha256Of(join(root, key));
      if (found !== sha256 || expected.objects[`${instance} ${path}`] !== sha256) {
        violations.push(`${key} is ${found}, its manifest says ${sha256}`);
      }
    }
  }

  function manifestOf(instance: string): StoredRecord | undefined {
    try {
      return readRecord(root, `manifests/${instance}.json`);
    } catch (error) {
      violations.push(`the manifest of ${instance} cannot be read: ${String(error)}`);
      return undefined;
    }
  }
}

/** What a run that nothing disturbed has left. */
export function readExpected(root: string): Expected {
  const objects: Record<string, string> = {};
  const published: Record<string, Expected['published'][string]> = {};
  for (const key of recordKeys(root, 'manifests/')) {
    const manifest = readRecord(root, key);
    const instance = manifest?.instance ?? '';
    for (const { path } of manifest?.objects ?? []) {
      objects[`${instance} ${path}`] = sha256Of(
        join(root, 'objects', instance, manifest?.attempt ?? '', path),
      );
    }
    for (const { path, to } of manifest?.published ?? []) {
      published[to] = { sha256: sha256Of(join(root, 'published', to)), instance, path };
    }
  }
  return { objects, published };
}

function sha256Of(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (error) {
    return String(error);
  }
}
