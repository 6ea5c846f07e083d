import type { PublishedPathRecord } from '../../model/records.ts';
import { pathKey, publishedPathRecords } from '../publish/path-record.ts';
import { listedAt } from '../knowledge/listing.ts';
import { publicationKey } from '../keys.ts';
import type { Ledger } from '../ledger.ts';
import { wrongContent } from '../records/wrong-content.ts';
import type { Checking, Finding } from './finding.ts';
import { readRecord } from './records.ts';

/** Whose file is to stand at a path, and that there is one; what it holds is looked at with the file. */
export async function checkPublishedPath(ledger: Ledger, key: string, checking: Checking): Promise<void> {
  const record = await readRecord(ledger.store, publishedPathRecords, key, checking);
  if (record === undefined) return;
  const file = `published/${record.path}`;
  if ((await listedAt(ledger.store, file)) !== undefined) return;
  await tell(
    ledger,
    record,
    { kind: 'published-gone', damage: true, key: file, ...what(record, 'it is not there') },
    checking,
  );
}

/** A published file is what its record says. */
export async function checkPublishedFile(
  ledger: Ledger,
  key: string,
  path: string,
  sizeBytes: number | undefined,
  checking: Checking,
): Promise<void> {
  const record = await readRecord(ledger.store, publishedPathRecords, pathKey(path), {
    ...checking,
    // Told with the record itself.
    find: () => undefined,
  });
  if (record === undefined) {
    const message = `${key} was not published by sluice, or its record is gone: the next publication of the path replaces it`;
    return checking.find({ kind: 'unknown-published', damage: false, key, message });
  }
  const different = await difference(ledger, key, record, sizeBytes, checking);
  if (different === undefined) return;
  await tell(
    ledger,
    record,
    { kind: 'published-differs', damage: true, key, ...what(record, different) },
    checking,
  );
}

async function difference(
  { store }: Ledger,
  key: string,
  record: PublishedPathRecord,
  sizeBytes: number | undefined,
  { deep, signal }: Checking,
): Promise<string | undefined> {
  if (sizeBytes !== undefined && sizeBytes !== record.bytes) {
    return `expected ${record.bytes} bytes, found ${sizeBytes}`;
  }
  if (!deep) return undefined;
  const wrong = await wrongContent(store, key, record.sha256, signal);
  return wrong === 'gone' ? undefined : wrong?.what;
}

function what({ instance }: PublishedPathRecord, different: string): Pick<Finding, 'message'> {
  return {
    message: `the published file of ${instance}: ${different}; publish it anew: sluice run ${instance} --rebuild all`,
  };
}

/** The record is written before the file: not while a publication is pending, nor if the path has changed hands. */
async function tell(
  { store }: Ledger,
  record: PublishedPathRecord,
  finding: Finding,
  { find }: Checking,
): Promise<void> {
  const now = (await publishedPathRecords.read(store, pathKey(record.path)))?.record;
  if (now?.nonce !== record.nonce) return;
  const pending = publicationKey(record.instance, record.attempt);
  for await (const page of store.list(pending)) if (page.length > 0) return;
  find({ ...finding, message: `${finding.key}: ${finding.message}` });
}
