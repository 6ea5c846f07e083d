import type { JobFile, JobInput } from '../../model/job.ts';
import type { Task } from '../../model/pipeline.ts';
import { inputFolder } from '../../model/partition.ts';
import type { StoreRef } from '../../model/store-ref.ts';
import { attemptPrefix } from '../../model/key.ts';
import { referInputs } from './references.ts';
import type { ReadNeed } from './upstream.ts';

export interface Inputs {
  readonly inputs: readonly JobInput[];
  /** Folders that a script may look into though nothing is there. */
  readonly emptyFolders: readonly string[];
  /** What tells of the needs that are given as references, where there are any. */
  readonly references?: JobFile;
}

/** Where everything that an instance reads stands in its container, or how it is told of it. */
export function layInputs(task: Pick<Task, 'needs'>, needs: readonly ReadNeed[], store: StoreRef): Inputs {
  const referred = new Set(task.needs.flatMap(({ name, mode }) => (mode === 'uri' ? [name] : [])));
  const references = referInputs(
    needs.filter(({ need }) => referred.has(need.name)),
    store,
  );
  const inputs: JobInput[] = [];
  const emptyFolders: string[] = [];
  for (const { need, present } of needs) {
    if (referred.has(need.name)) continue;
    if (present.length === 0) emptyFolders.push(`/inputs/${need.name}`);
    for (const manifest of present) {
      const to = inputFolder(need, manifest.instance);
      if (manifest.objects.length === 0) {
        emptyFolders.push(to);
        continue;
      }
      const prefix = attemptPrefix(manifest.instance, manifest.attempt);
      inputs.push({ store, prefix, to, objects: manifest.objects });
    }
  }
  return { inputs, emptyFolders, ...(references === undefined ? {} : { references }) };
}
