import type { JobFile, JobInput, StoredObject } from '../../model/job.ts';
import type { Task } from '../../model/pipeline.ts';
import { inputFolder } from '../../model/partition.ts';
import type { ExternalObject } from '../../model/source.ts';
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
export function layInputs(
  task: Pick<Task, 'needs'>,
  needs: readonly ReadNeed[],
  store: StoreRef,
  refOf: RefOf,
): Inputs {
  const referred = new Set(task.needs.flatMap(({ name, mode }) => (mode === 'uri' ? [name] : [])));
  const references = referInputs(
    needs.filter(({ need }) => referred.has(need.name)),
    store,
    refOf,
  );
  const inputs: JobInput[] = [];
  const emptyFolders: string[] = [];
  for (const { need, present } of needs) {
    if (referred.has(need.name)) continue;
    if (present.length === 0) emptyFolders.push(`/inputs/${need.name}`);
    for (const manifest of present) {
      const to = inputFolder(need, manifest.instance);
      const { external } = manifest;
      if (external !== undefined && external.objects.length > 0) {
        inputs.push({ store: refOf(external.uri), prefix: '', to, objects: external.objects.map(plain) });
        continue;
      }
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

/** Where the objects of an external are. */
export type RefOf = (uri: string) => StoreRef;

function plain({ path, bytes, sha256 }: ExternalObject): StoredObject {
  return { path, bytes, sha256 };
}
