import type { JobFile, StoredObject } from '../../model/job.ts';
import { objectUri } from '../../model/outputs/object-place.ts';
import { parseInstanceId } from '../../model/partition.ts';
import type { Manifest } from '../../model/records.ts';
import type { StoreRef } from '../../model/store-ref.ts';
import { attemptPrefix } from '../../model/key.ts';
import type { ReadNeed } from './upstream.ts';

/** Where a task finds what its needs of `mode: uri` are, in `SLUICE_INPUTS`. */
export const INPUTS_FILE = '/sluice/inputs.json';

/** `SLUICE_INPUTS`, spelled in docs/inputs.md; programs of other people read it. */
export interface InputReferences {
  readonly schema: 1;
  readonly store: {
    readonly uri: string;
    readonly endpoint?: string;
    readonly region?: string;
    readonly pathStyle?: boolean;
  };
  /** By the need's name; one that is optional and absent has no instances. */
  readonly needs: Readonly<Record<string, readonly ReferredInstance[]>>;
}

export interface ReferredInstance {
  readonly instance: string;
  /** The partition's keys; a value too long for a name is `%~` and its sha256. */
  readonly keys: Readonly<Record<string, string>>;
  readonly attempt: string;
  readonly objects: readonly {
    readonly path: string;
    readonly uri: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly executable?: true;
  }[];
  readonly values: Readonly<Record<string, string>>;
}

/** The file for needs that are given as references; undefined: there are none. */
export function referInputs(
  needs: readonly ReadNeed[],
  store: StoreRef,
  refOf: (uri: string) => StoreRef,
): JobFile | undefined {
  if (needs.length === 0) return undefined;
  const references: InputReferences = {
    schema: 1,
    store: placeOf(store),
    needs: Object.fromEntries(
      needs.map(({ need, present }) => [need.name, present.map((manifest) => refer(manifest, store, refOf))]),
    ),
  };
  const text = `${JSON.stringify(references, undefined, 2)}\n`;
  return { kind: 'text', text, to: INPUTS_FILE, executable: false };
}

function refer(manifest: Manifest, store: StoreRef, refOf: (uri: string) => StoreRef): ReferredInstance {
  const { instance, attempt, external, values } = manifest;
  const isOurs = external === undefined || external.objects.length === 0;
  const objects: readonly StoredObject[] = isOurs ? manifest.objects : external.objects;
  const place = isOurs ? store : refOf(external.uri);
  const prefix = isOurs ? attemptPrefix(instance, attempt) : '';
  return {
    instance,
    keys: Object.fromEntries(parseInstanceId(instance).keys.map(({ name, value }) => [name, value])),
    attempt,
    objects: objects.map(({ path, bytes, sha256, executable }) => ({
      path,
      uri: objectUri(place, prefix + path),
      bytes,
      sha256,
      ...(executable === true && { executable }),
    })),
    values,
  };
}

/** What reaching the store takes beside credentials: those are the task's own `secrets`. */
function placeOf(store: StoreRef): InputReferences['store'] {
  switch (store.kind) {
    case 's3': {
      const { endpoint, region, pathStyle } = store.settings;
      return {
        uri: store.uri,
        ...(endpoint !== undefined && { endpoint }),
        ...(region !== undefined && { region }),
        ...(pathStyle !== undefined && { pathStyle }),
      };
    }
    case 'directory':
    case 'memory':
      return { uri: objectUri(store, '').replace(/\/$/, '') };
  }
}
