import { attemptPrefix } from '../../model/key.ts';
import { rm } from 'node:fs/promises';
import { StoreError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { StoredObject } from '../../model/job.ts';
import type { InstanceId } from '../../model/partition.ts';
import { OBJECTS_GONE, type Manifest } from '../../model/records.ts';
import { downloadBeside, moveInto } from './download.ts';
import { refuseInTheWay } from './in-the-way.ts';
import { openPartials, type Partials } from './partials.ts';

export interface FetchedFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export type Fetched =
  | {
      readonly kind: 'fetched';
      readonly manifest: Manifest;
      readonly files: readonly FetchedFile[];
      /** Objects that are not as they were committed; they are not delivered. */
      readonly corrupt: readonly StoreError[];
    }
  /** There is no result; `isKnown`: but a record that says so. */
  | { readonly kind: 'absent'; readonly isKnown: boolean }
  /** It was committed, and its objects are not in the store any more. */
  | { readonly kind: 'gone' };

/** An instance's outputs into a folder: those of one manifest, whatever is committed or collected meanwhile. */
export async function fetchInstance(
  ledger: Ledger,
  id: InstanceId,
  folder: string,
  /** Files that stand there under the names of outputs. */
  { mayReplace = true } = {},
): Promise<Fetched> {
  await using partials = await openPartials(folder);
  for (;;) {
    const manifest = (await ledger.readManifest(id))?.manifest;
    if (manifest?.outcome !== 'succeeded') {
      if (manifest?.reason === OBJECTS_GONE) return { kind: 'gone' };
      return { kind: 'absent', isKnown: manifest !== undefined };
    }
    await refuseInTheWay(folder, manifest.objects, mayReplace);
    const { beside, corrupt, missing } = await fetchObjects(ledger, manifest, partials);
    // Some files of a result would look like the result, and may be in the place of others that nobody could bring back.
    if (missing === undefined) {
      const files: FetchedFile[] = [];
      for (const { object, partial } of beside) {
        const file = await moveInto(folder, object, partial);
        files.push({ file, bytes: object.bytes, sha256: object.sha256 });
      }
      return { kind: 'fetched', manifest, files, corrupt };
    }
    for (const { partial } of beside) await rm(partial, { force: true });
    switch (await ledger.confirmGone(id, manifest.attempt)) {
      case 'gone':
        return { kind: 'gone' };
      case 'there':
        throw missing;
      case 'replaced':
    }
  }
}

interface FetchedObjects {
  /** Whole, and not yet where they are to go. */
  readonly beside: { readonly object: StoredObject; readonly partial: string }[];
  /** One damaged object does not keep the others back. */
  readonly corrupt: StoreError[];
  missing?: StoreError;
}

async function fetchObjects(
  { store }: Ledger,
  { instance, attempt, objects }: Manifest,
  partials: Partials,
): Promise<FetchedObjects> {
  const fetched: FetchedObjects = { beside: [], corrupt: [] };
  for (const object of objects) {
    try {
      const partial = await downloadBeside(store, attemptPrefix(instance, attempt), object, partials);
      fetched.beside.push({ object, partial });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.code === 'not-found') return { ...fetched, missing: error };
      if (error.code !== 'store-corrupt') throw error;
      fetched.corrupt.push(error);
    }
  }
  return fetched;
}
