import type { JobInput } from '../../model/job.ts';
import { inputFolder } from '../../model/partition.ts';
import type { StoreRef } from '../../model/store-ref.ts';
import { objectsPrefix } from './objects-prefix.ts';
import type { ReadNeed } from './upstream.ts';

export interface Inputs {
  readonly inputs: readonly JobInput[];
  /** Folders that a script may look into though nothing is there. */
  readonly emptyFolders: readonly string[];
}

/** Where everything that an instance reads stands in its container. */
export function layInputs(needs: readonly ReadNeed[], store: StoreRef): Inputs {
  const inputs: JobInput[] = [];
  const emptyFolders: string[] = [];
  for (const { need, present } of needs) {
    if (present.length === 0) emptyFolders.push(`/inputs/${need.name}`);
    for (const manifest of present) {
      const to = inputFolder(need, manifest.instance);
      if (manifest.objects.length === 0) {
        emptyFolders.push(to);
        continue;
      }
      const prefix = objectsPrefix(manifest.instance, manifest.attempt);
      inputs.push({ store, prefix, to, objects: manifest.objects });
    }
  }
  return { inputs, emptyFolders };
}
