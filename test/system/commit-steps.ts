import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { filesBelow, namesIn, readRecord, recordFile } from './store-files.ts';

/** Where an attempt can be found dead, in order; told from the store and the engine alone. */
export const STEPS = [
  'claimed',
  'container created',
  'container running',
  'container ended',
  'uploading',
  'uploaded',
  'publication pending',
  'manifest there',
  'file published',
  'publication done',
  'failure closed',
  'claim released',
  'run ended',
] as const;

export type Step = (typeof STEPS)[number];

export interface WatchedInstance {
  readonly id: string;
  readonly outputs: readonly string[];
  /** Below `published/`. */
  readonly published: string;
}

export interface Watch {
  readonly root: string;
  readonly run: string;
  readonly instances: readonly WatchedInstance[];
  /** Instances that the run was seen to hold. */
  readonly held: Set<string>;
}

/** Of each instance that the run has in hand, or has had. `containers`: state by attempt, if the engine was asked. */
export function stepsOf(watch: Watch, containers: ReadonlyMap<string, string>): readonly Step[] {
  const { root, run } = watch;
  const record = readRecord(root, `runs/${run}/run.json`);
  if (record?.finishedAt !== undefined) return ['run ended'];
  const steps: Step[] = [];
  for (const instance of watch.instances) {
    const step = stepOf(watch, instance, containers);
    if (step !== undefined) steps.push(step);
  }
  return steps;
}

function stepOf(
  { root, run, held }: Watch,
  { id, outputs, published }: WatchedInstance,
  containers: ReadonlyMap<string, string>,
): Step | undefined {
  const claim = readRecord(root, `claims/${id}.json`);
  if (claim?.run !== run) return held.has(id) ? 'claim released' : undefined;
  held.add(id);
  const { attempt = '' } = claim;
  const pending = recordFile(root, `publications/${id}/${attempt}.json`) !== undefined;
  const manifest = readRecord(root, `manifests/${id}.json`);
  if (manifest?.attempt === attempt) {
    if (pending) return existsSync(join(root, 'published', published)) ? 'file published' : 'manifest there';
    return wasDeleted(root, `failures/${id}.json`) ? 'failure closed' : 'publication done';
  }
  if (pending) return 'publication pending';
  const objects = filesBelow(join(root, 'objects', id, attempt));
  if (objects.length === outputs.length) return 'uploaded';
  if (objects.length > 0 || isUploading(root)) return 'uploading';
  switch (containers.get(attempt)) {
    case undefined:
      return 'claimed';
    case 'created':
      return 'container created';
    case 'running':
      return 'container running';
    default:
      return 'container ended';
  }
}

function wasDeleted(root: string, key: string): boolean {
  const base = basename(key);
  const names = namesIn(dirname(join(root, key)));
  const isThere = names.some((name) => name === base || name.startsWith(`${base}@`));
  return isThere && recordFile(root, key) === undefined;
}

/** Only a large output is written in parts that can be seen. */
const LARGE_BYTES = 64 * 1024;

function isUploading(root: string): boolean {
  return namesIn(join(root, 'tmp')).some((name) => {
    const stats = statSync(join(root, 'tmp', name), { throwIfNoEntry: false });
    return stats !== undefined && stats.size >= LARGE_BYTES;
  });
}
