import { setImmediate } from 'node:timers/promises';
import { placeOf } from '../../ledger/layout.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { Manifest } from '../../model/records.ts';

/** Instances with a result at a path or below it, `''` for all: by listing, without those that gc or a clear voided. */
export async function committedIds(ledger: Ledger, path: string): Promise<readonly InstanceId[]> {
  const [listed, marked] = await Promise.all([
    idsBelow(ledger, 'manifests/', path),
    idsBelow(ledger, 'exceptions/', path),
  ]);
  const voided = new Set<InstanceId>();
  // Few by nature: only what is not a plain result is marked.
  for (const id of marked) {
    const stored = await ledger.passBy(() => ledger.readManifest(id));
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
      const id = ids[at] ?? '';
      const next = ledger.passBy(() => ledger.readManifest(id));
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

/** Of keys that are no such record nothing is said: `sluice store check` names them. */
async function idsBelow(ledger: Ledger, prefix: string, path: string): Promise<InstanceId[]> {
  const ids: InstanceId[] = [];
  for await (const page of ledger.store.list(`${prefix}${path}`)) {
    for (const { key } of page) {
      const place = placeOf(key);
      if (place.kind !== 'manifest' && place.kind !== 'mark') continue;
      if (path === '' || place.id === path || place.id.startsWith(`${path}/`)) ids.push(place.id);
    }
  }
  return ids;
}
