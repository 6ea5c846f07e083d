import { join, resolve } from 'node:path';
import { EXIT, StoreError } from '../errors.ts';
import type { Ledger, StoredManifest } from '../ledger/ledger.ts';
import type { InstanceId } from '../model/partition.ts';
import { formatBytes, formatCount } from '../report/words.ts';
import { downloadObject } from './download.ts';
import { usageError, type Output } from './output.ts';
import type { CommonFlags } from './planning.ts';
import type { RequestFlags } from './request.ts';
import { storedInstances } from './stored.ts';

export interface GetFlags extends CommonFlags, RequestFlags {
  /** Here a folder, not the end of a range. */
  readonly to?: string;
}

interface Download {
  readonly files: {
    readonly instance: InstanceId;
    readonly file: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly values: Record<InstanceId, Readonly<Record<string, string>>>;
  readonly missing: InstanceId[];
  /** What is in the store but not as it was committed. */
  readonly corrupt: StoreError[];
}

/** `sluice get`: verified outputs into a folder. */
export async function getCommand(words: readonly string[], flags: GetFlags, output: Output): Promise<number> {
  const folder = resolve(flags.to ?? '.');
  const { to: _, ...request } = flags;
  const { ledger, ids, refuseUnknown } = await storedInstances(words, request, output, 'any');
  if (ids.length === 0)
    throw usageError('no-instance', 'nothing is asked for', 'sluice ls shows what there is');
  const download: Download = { files: [], values: {}, missing: [], corrupt: [] };
  for (const id of ids) {
    const stored = await notCorrupt(download, () => ledger.readManifest(id));
    if (stored === CORRUPT) continue;
    if (stored?.manifest.outcome !== 'succeeded') {
      if (stored === undefined) refuseUnknown(id);
      download.missing.push(id);
      continue;
    }
    const place = ids.length === 1 ? folder : join(folder, id.slice(id.indexOf('/') + 1));
    await fetchObjects(download, ledger, stored, place);
  }
  return report(download, output);
}

async function fetchObjects(
  download: Download,
  ledger: Ledger,
  { manifest }: StoredManifest,
  place: string,
): Promise<void> {
  const { instance, attempt } = manifest;
  download.values[instance] = manifest.values;
  for (const object of manifest.objects) {
    const prefix = `objects/${instance}/${attempt}/`;
    const file = await notCorrupt(download, () => downloadObject(ledger.store, prefix, object, place));
    if (file !== CORRUPT) download.files.push({ instance, file, bytes: object.bytes, sha256: object.sha256 });
  }
}

const CORRUPT = Symbol('corrupt');

/** One damaged object does not keep the others back. */
async function notCorrupt<Value>(
  download: Download,
  read: () => Promise<Value>,
): Promise<Value | typeof CORRUPT> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'store-corrupt') throw error;
    download.corrupt.push(error);
    return CORRUPT;
  }
}

const SHOWN = 20;

/** 4 where the store is damaged, 3 where something is not there. */
function report({ files, values, missing, corrupt }: Download, output: Output): number {
  if (!output.json) {
    for (const { file } of files.slice(0, SHOWN)) output.say(file);
    if (files.length > SHOWN) output.say(`… and ${files.length - SHOWN} more`);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (files.length > 0) {
      output.say(
        `${formatCount(files.length, 'file')}, ${formatBytes(bytes)}, verified against the sha256 in the manifest`,
      );
    }
    for (const id of missing) output.warn(`not there: ${id} (sluice why ${id})`);
  } else if (corrupt.length === 0) {
    output.document({ schema: 1, files, values, missing });
  }
  if (corrupt.length > 0) throw new AggregateError(corrupt);
  return missing.length > 0 ? EXIT.incomplete : EXIT.ok;
}
