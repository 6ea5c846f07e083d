import type { Manifest, PublishedPathRecord } from '../../model/records.ts';
import type { Ledger } from '../ledger.ts';
import { foldersAbove } from '../publish/beside.ts';
import { orderOf, timeOf } from '../publish/order.ts';
import { pathKey, publishedPathRecords } from '../publish/path-record.ts';
import { stillPublishes, takenMessage } from '../publish/taken.ts';
import { isUnreadable } from '../records/damage.ts';
import type { Checking, Finding } from './finding.ts';
import { readRecord } from './records.ts';

/** That no other instance's file stands where this one publishes: one of them is not to be read there. */
export async function checkPublishedPaths(
  ledger: Ledger,
  manifest: Manifest,
  checking: Checking,
): Promise<readonly Finding[]> {
  if (manifest.outcome !== 'succeeded') return [];
  const findings: Finding[] = [];
  for (const { to, newest } of manifest.published) {
    const { instance, partition } = manifest;
    const mine = { path: to, instance, order: newest ? timeOf(partition) : '' };
    for (const path of [...foldersAbove(to), to]) {
      const theirs = await recordOf(ledger, path, checking);
      if (theirs === undefined || theirs.instance === instance) continue;
      if (path === to && orderOf(mine, theirs.instance) !== 'none') continue;
      if (theirs.takenOver?.includes(instance) === true) continue;
      if (!(await publishesStill(ledger, theirs))) continue;
      const key = `published/${to}`;
      findings.push({ kind: 'published-twice', damage: true, key, message: takenMessage(mine, theirs) });
    }
  }
  return findings;
}

/** Of a manifest that is damaged its own finding tells. */
async function publishesStill(ledger: Ledger, theirs: PublishedPathRecord): Promise<boolean> {
  return stillPublishes(ledger, theirs).catch((error: unknown) => {
    if (isUnreadable(error)) return false;
    throw error;
  });
}

/** One that is damaged is told with the record itself. */
async function recordOf(
  { store }: Ledger,
  path: string,
  checking: Checking,
): Promise<PublishedPathRecord | undefined> {
  const silent = { ...checking, totals: { ...checking.totals }, find: () => undefined };
  return readRecord(store, publishedPathRecords, pathKey(path), silent);
}
