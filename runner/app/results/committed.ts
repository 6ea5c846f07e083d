import { setImmediate } from 'node:timers/promises';
import type { Ledger } from '../../ledger/ledger.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { Manifest } from '../../model/records.ts';

/** Instances with a result at a path or below it, `''` for all: by listing, without those that gc or a clear voided. */
export async function committedIds(ledger: Ledger, path: string): Promise<readonly InstanceId[]> {
  const [listed, marked] = await Promise.all([
    idsBelow(ledger, 'manifests/', '.json', path),
    idsBelow(ledger, 'exceptions/', '', path),
  ]);
  const voided = new Set<InstanceId>();
  // Few by nature: only what is not a plain result is marked.
  for (const id of marked) {
    const stored = await ledger.readManifest(id);
    if (stored?.manifest.outcome === 'void') voided.add(id);
  }
  return listed.filter((id) => !voided.has(id));
}

/** Reads that are under way at a time: a distant store answers slowly, but many at once. */
const READ_TOGETHER = 32;

/** In order, each as soon as it and those before it are read. */
export async function* readManifests(ledger: Ledger, ids: readonly InstanceId[]): AsyncIterable<Manifest> {
  const reading: ReturnType<Ledger['readManifest']>[] = [];
  for (let at = 0; at < ids.length || reading.length > 0;) {
    while (at < ids.length && reading.length < READ_TOGETHER) {
      const next = ledger.readManifest(ids[at] ?? '');
      // Awaited in its turn; that an earlier one fails first must not end the process.
      next.catch(() => undefined);
      reading.push(next);
      at += 1;
    }
    const stored = await reading.shift();
    // A store that answers at once leaves no turn to notice that the reader of our lines has gone.
    if (at % 512 === 0) await setImmediate();
    if (stored !== undefined && stored.manifest.outcome !== 'void') yield stored.manifest;
  }
}

async function idsBelow(ledger: Ledger, prefix: string, suffix: string, path: string): Promise<InstanceId[]> {
  const ids: InstanceId[] = [];
  for await (const page of ledger.store.list(`${prefix}${path}`)) {
    for (const { key } of page) {
      const id = key.slice(prefix.length, key.length - suffix.length);
      if (path === '' || id === path || id.startsWith(`${path}/`)) ids.push(id);
    }
  }
  return ids;
}
