import { join, resolve } from 'node:path';
import { EXIT, StoreError, usageError } from '../../errors.ts';
import { goneMessage } from '../../ledger/gc/gone.ts';
import type { InstanceId } from '../../model/partition.ts';
import { formatBytes, formatCount } from '../../report/words.ts';
import { fetchInstance, type Fetched, type FetchedFile } from '../../app/results/fetch-instance.ts';
import type { Output } from '../cli/output.ts';
import type { CommonFlags } from '../cli/flags.ts';
import type { RequestOptions } from '../../app/request.ts';
import { storedInstances } from './stored.ts';
import { setOwn } from '../../model/own.ts';

export interface GetFlags extends CommonFlags, RequestOptions {
  /** Here a folder, not the end of a range. */
  readonly to?: string;
}

interface Download {
  readonly files: (FetchedFile & { readonly instance: InstanceId })[];
  readonly values: Record<InstanceId, Readonly<Record<string, string>>>;
  readonly missing: InstanceId[];
  /** Those of the missing ones that were committed, and whose objects somebody has removed. */
  readonly gone: InstanceId[];
  /** What is in the store but not as it was committed. */
  readonly corrupt: StoreError[];
}

/** `sluice get`: verified outputs into a folder. */
export async function getCommand(words: readonly string[], flags: GetFlags, output: Output): Promise<number> {
  const folder = resolve(flags.to ?? '.');
  const mayReplace = flags.to !== undefined;
  const { to: _, ...request } = flags;
  const { ledger, ids, refuseUnknown } = await storedInstances(words, request, output, 'any');
  if (ids.length === 0)
    throw usageError('no-instance', 'nothing is asked for', 'sluice ls shows what there is');
  const download: Download = { files: [], values: {}, missing: [], gone: [], corrupt: [] };
  for (const id of ids) {
    const place = ids.length === 1 ? folder : join(folder, id.slice(id.indexOf('/') + 1));
    const fetched = await notCorrupt(download, () => fetchInstance(ledger, id, place, { mayReplace }));
    if (fetched !== undefined) await note(download, id, fetched, refuseUnknown);
  }
  return report(download, output);
}

async function note(
  download: Download,
  id: InstanceId,
  fetched: Fetched,
  refuseUnknown: (id: InstanceId) => Promise<void>,
): Promise<void> {
  switch (fetched.kind) {
    case 'fetched':
      setOwn(download.values, id, fetched.manifest.values);
      download.files.push(...fetched.files.map((file) => ({ instance: id, ...file })));
      download.corrupt.push(...fetched.corrupt);
      break;
    case 'absent':
      if (!fetched.isKnown) await refuseUnknown(id);
      download.missing.push(id);
      break;
    case 'gone':
      download.missing.push(id);
      download.gone.push(id);
      break;
  }
}

/** One damaged manifest does not keep the other instances back. */
async function notCorrupt(download: Download, fetch: () => Promise<Fetched>): Promise<Fetched | undefined> {
  try {
    return await fetch();
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'store-corrupt') throw error;
    download.corrupt.push(error);
    return undefined;
  }
}

const SHOWN = 20;

/** 4 where the store is damaged, 3 where something is not there. */
async function report({ files, values, missing, gone, corrupt }: Download, output: Output): Promise<number> {
  if (!output.json) {
    for (const { file } of files.slice(0, SHOWN)) output.say(file);
    if (files.length > SHOWN) output.say(`… and ${files.length - SHOWN} more`);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (files.length > 0) {
      output.say(
        `${formatCount(files.length, 'file')}, ${formatBytes(bytes)}, verified against the sha256 in the manifest`,
      );
    }
    for (const id of missing)
      output.warn(gone.includes(id) ? goneMessage(id) : `not there: ${id} (sluice why ${id})`);
  } else if (corrupt.length === 0) {
    await output.document({ schema: 1, files, values, missing, gone });
  }
  if (corrupt.length > 0) throw new AggregateError(corrupt);
  return missing.length > 0 ? EXIT.incomplete : EXIT.ok;
}
