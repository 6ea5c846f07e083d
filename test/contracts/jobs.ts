import { createHash } from 'node:crypto';
import type { Job, JobInput } from '../../runner/model/job.ts';
import type { ObjectStore } from '../../runner/ports.ts';

let count = 0;

/** A job that runs `script` with a shell, with a run and attempt that no other test has. */
export function jobOf(
  store: ObjectStore,
  image: string,
  script: string,
  overrides: Partial<Job> & { readonly storeId: string },
): Job {
  count += 1;
  const run = `20210129T120000Z-${process.pid.toString(16).padStart(6, '0').slice(-6)}`;
  const attempt = `${run}-${count}`;
  return {
    attempt,
    run,
    instance: `pipeline/task/n=${count}`,
    image: { kind: 'reference', reference: image, pull: 'never' },
    entrypoint: ['sh'],
    command: ['-ec', script],
    workingDirectory: '/workspace',
    env: {},
    secrets: {},
    files: [],
    inputs: [],
    emptyFolders: [],
    outputs: {
      store: store.ref,
      prefix: `objects/pipeline/task/n=${count}/${attempt}/`,
      rules: [],
      values: [],
    },
    network: 'none',
    resources: { pids: 512 },
    capAdd: [],
    capDrop: [],
    timeoutSeconds: 60,
    ...overrides,
  };
}

/** Puts objects below a prefix and gives the input that lays them at `to`. */
export async function inputOf(
  store: ObjectStore,
  to: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<JobInput> {
  count += 1;
  const prefix = `objects/pipeline/source/n=${count}/20210129T110000Z-aaaaaa-1/`;
  const objects = [];
  for (const [path, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    await store.put(prefix + path, bytes);
    objects.push({ path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  return { store: store.ref, prefix, to, objects };
}

export async function textOf(store: ObjectStore, key: string): Promise<string | undefined> {
  const stored = await store.get(key);
  if (stored === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of stored.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export async function keysBelow(store: ObjectStore, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const page of store.list(prefix)) keys.push(...page.map(({ key }) => key.slice(prefix.length)));
  return keys;
}
