import { randomBytes } from 'node:crypto';
import { chmod, lstat, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import type { Job, JobInput } from '../../../model/job.ts';
import { storeFolder } from '../../../model/outputs/object-place.ts';
import { identify, ownerName } from '../../../machine/process.ts';
import type { ObjectStore } from '../../../ports.ts';
import { answerWithin, LOOK_UP_SECONDS } from '../connection/answer-within.ts';
import { isEngineAway } from '../connection/engine-answer.ts';
import { verifiedBytes } from './inputs.ts';
import { labelsOf } from '../container/labels.ts';
import { removeAtLast } from '../container/last-removal.ts';
import { newProbeName } from '../container/names.ts';
import { createContainer } from '../connection/request.ts';
import { readFileOf } from './transfer-out.ts';

export interface Mount {
  readonly source: string;
  readonly target: string;
}

export interface Mounts {
  /** Whether the engine sees a folder of ours, one with a folder `tmp` in it, at the same path. */
  isShared(root: string, job: Job, imageId: string): Promise<boolean>;
  /**
   * How an input can be mounted; undefined: it must be copied. The bytes are verified here, once per object and
   * version. Throws a `Fault` for one that is not what its manifest says.
   */
  mountOf(
    input: JobInput,
    store: ObjectStore,
    job: Job,
    imageId: string,
    signal: AbortSignal,
  ): Promise<Mount | undefined>;
  /** What was hashed when it was written needs no reading again as long as it is that version. */
  readonly remember: (key: string, etag: string, sha256: string) => void;
}

const REMEMBERED = 100_000;

/**
 * Whether the engine sees the store's folder at the same path is never guessed (it may be remote, or we in a
 * container, or the path a different disk there): a file with a nonce is written, and read back through a mount
 * of a container that is never started. Once for each store.
 */
export function createMounts(
  docker: Dockerode,
  options: { readonly labelsFiles: boolean },
  lost: AbortSignal,
): Mounts {
  const shared = new Map<string, Promise<boolean>>();
  const verified = new Map<string, string>();

  function isShared(root: string, job: Job, imageId: string): Promise<boolean> {
    if (options.labelsFiles) return Promise.resolve(false);
    const known = shared.get(root);
    if (known !== undefined) return known;
    // Not the job's own signal: others wait for the same answer.
    const probing = probe(docker, root, job, imageId, lost);
    shared.set(root, probing);
    // An engine that went away has not said no.
    probing.catch(() => shared.delete(root));
    return probing;
  }

  function remember(key: string, etag: string, sha256: string): void {
    if (verified.size >= REMEMBERED) verified.clear();
    verified.set(key, versionOf(etag, sha256));
  }

  async function verify(store: ObjectStore, input: JobInput, signal: AbortSignal): Promise<boolean> {
    const found = await listed(store, input, signal);
    // More files than the manifest names: only those may be seen.
    if (found.size > input.objects.length) return false;
    for (const object of input.objects) {
      const key = input.prefix + object.path;
      const etag = found.get(key);
      if (etag !== undefined && verified.get(key) === versionOf(etag, object.sha256)) continue;
      for await (const _ of verifiedBytes(store, input, object, signal)) signal.throwIfAborted();
      if (etag !== undefined) remember(key, etag, object.sha256);
    }
    return true;
  }

  return {
    isShared,
    remember,
    async mountOf(input, store, job, imageId, signal) {
      const root = storeFolder(input.store);
      if (root === undefined || input.objects.length === 0) return undefined;
      if (!(await isShared(root, job, imageId))) return undefined;
      if (!(await isUsableByAll(root, input))) return undefined;
      if (!(await verify(store, input, signal))) return undefined;
      return { source: join(root, input.prefix), target: input.to };
    },
  };
}

function versionOf(etag: string, sha256: string): string {
  return `${etag} ${sha256}`;
}

async function probe(
  docker: Dockerode,
  root: string,
  job: Job,
  imageId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const nonce = randomBytes(16).toString('hex');
  // In the store's folder for unfinished files, named as they are there: one that a kill leaves is removed with them.
  const name = `tmp/${nonce}.probe.${ownerName(identify())}`;
  let container: Dockerode.Container | undefined;
  try {
    await writeFile(join(root, name), nonce, { flag: 'wx' });
    const body: Dockerode.ContainerCreateOptions = {
      Image: imageId,
      Cmd: ['never-started'],
      Labels: labelsOf({ storeId: job.storeId, run: job.run }, 'probe'),
      HostConfig: {
        NetworkMode: 'none',
        Mounts: [{ Type: 'bind', Source: root, Target: '/sluice-probe', ReadOnly: true }],
      },
    };
    const create = (limit: AbortSignal): Promise<Dockerode.Container> =>
      createContainer(docker, newProbeName(), body, limit);
    container = await answerWithin(LOOK_UP_SECONDS, create, signal);
    return (await readFileOf(container, `/sluice-probe/${name}`, 1024, signal)) === nonce;
  } catch (error) {
    if (isEngineAway(error) || signal.aborted) throw error;
    return false;
  } finally {
    if (container !== undefined) await removeAtLast(docker, container.id);
    await rm(join(root, name), { force: true }).catch(() => undefined);
  }
}

async function listed(
  store: ObjectStore,
  input: JobInput,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const page of store.list(input.prefix, { signal })) {
    for (const { key, etag } of page) found.set(key, etag);
  }
  return found;
}

/** A store keeps bytes; that a file is a program only its manifest tells. False: it is not ours to change. */
async function letRun(path: string, mode: number): Promise<boolean> {
  if ((mode & 0o111) === 0o111) return true;
  return chmod(path, (mode & 0o777) | 0o111).then(
    () => true,
    () => false,
  );
}

/** The task may run as anybody, and the container's root may be nobody outside. */
async function isUsableByAll(root: string, input: JobInput): Promise<boolean> {
  const folders = new Set<string>();
  for (const { path, executable } of input.objects) {
    const key = input.prefix + path;
    const file = await lstat(join(root, key)).catch(() => undefined);
    // One that is missing is told by the verification.
    if (file !== undefined && (!file.isFile() || (file.mode & 0o004) === 0)) return false;
    if (file !== undefined && executable === true && !(await letRun(join(root, key), file.mode)))
      return false;
    for (let at = key.lastIndexOf('/'); at >= input.prefix.length - 1; at = key.lastIndexOf('/', at - 1)) {
      folders.add(key.slice(0, at));
    }
  }
  for (const folder of folders) {
    const stats = await lstat(join(root, folder)).catch(() => undefined);
    if (stats !== undefined && (stats.mode & 0o005) !== 0o005) return false;
  }
  return true;
}
