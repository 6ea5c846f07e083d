import type { ObjectStore } from '../../ports.ts';
import { attemptOf } from '../failures.ts';
import { PUBLISHED_PATHS } from '../keys.ts';
import { placeOf } from '../layout.ts';
import type { Ledger } from '../ledger.ts';
import { publishedPathRecords } from '../publish/path-record.ts';
import { sideBySide } from '../side-by-side.ts';
import { storedAttempts } from './stored-attempts.ts';

export interface Amount {
  objects: number;
  bytes: number;
}

/** What one task keeps in the store. */
export interface Usage {
  /** Named by manifests. */
  readonly committed: Amount;
  /** Named by none: replaced, or never committed; gc frees it after its grace, unless a live run has it in hand. */
  readonly superseded: Amount;
  readonly logs: Amount;
  readonly published: Amount;
}

const READ_TOGETHER = 32;

/**
 * By `pipeline/task`, in order; `path` is a pipeline, a task of one, or empty for all. Sizes come from listings; read
 * are the manifest of each instance that has objects, and the record of each published path.
 */
export async function usageByTask(
  ledger: Ledger,
  path: string,
  now: number,
): Promise<ReadonlyMap<string, Usage>> {
  const { store } = ledger;
  const usages = new Map<string, Usage>();
  const below = path === '' ? '' : `${path}/`;

  await sideBySide(
    storedAttempts(store, `objects/${below}`, now),
    READ_TOGETHER,
    async ({ id, attempts }) => {
      const committed = attemptOf((await ledger.passBy(() => ledger.readManifest(id)))?.manifest);
      const usage = usageOf(id);
      for (const { attempt, keys, bytes } of attempts) {
        add(attempt === committed ? usage.committed : usage.superseded, keys.length, bytes);
      }
    },
  );
  for await (const page of store.list('runs/')) {
    for (const { key, sizeBytes } of page) {
      const place = placeOf(key);
      if (place.kind !== 'log' || !isAsked(place.id)) continue;
      add(usageOf(place.id).logs, 1, sizeBytes ?? (await readSize(store, key)));
    }
  }
  await sideBySide(keysBelow(PUBLISHED_PATHS), READ_TOGETHER, async (key) => {
    if (placeOf(key).kind !== 'published-path') return;
    const record = (await ledger.passBy(() => publishedPathRecords.read(store, key)))?.record;
    if (record !== undefined && isAsked(record.instance)) {
      add(usageOf(record.instance).published, 1, record.bytes);
    }
  });
  return new Map([...usages].sort(([a], [b]) => (a < b ? -1 : 1)));

  function usageOf(id: string): Usage {
    const task = id.split('/', 2).join('/');
    const known = usages.get(task);
    if (known !== undefined) return known;
    const none = (): Amount => ({ objects: 0, bytes: 0 });
    const usage = { committed: none(), superseded: none(), logs: none(), published: none() };
    usages.set(task, usage);
    return usage;
  }

  function isAsked(id: string): boolean {
    return id.startsWith(below);
  }

  async function* keysBelow(prefix: string): AsyncIterable<string> {
    for await (const page of store.list(prefix)) for (const { key } of page) yield key;
  }
}

function add(amount: Amount, objects: number, bytes: number): void {
  amount.objects += objects;
  amount.bytes += bytes;
}

/** A folder's listing tells no sizes of records, which logs are to it. */
async function readSize(store: ObjectStore, key: string): Promise<number> {
  const found = await store.get(key);
  let bytes = 0;
  for await (const chunk of found?.body ?? []) bytes += chunk.length;
  return bytes;
}
