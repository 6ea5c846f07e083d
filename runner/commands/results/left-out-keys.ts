import { usageError } from '../../errors.ts';
import { instanceOfKey } from '../../ledger/keys.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { parseInstanceId, type InstanceId } from '../../model/partition.ts';

/** An instance that is named without all of its task's keys stands for several. */
export async function refusePart(ledger: Ledger, id: InstanceId): Promise<void> {
  const { pipeline, task, keys } = parseInstanceId(id);
  const named = new Set(keys.map(({ name }) => name));
  const absent = ((await ledger.readTaskKeys(pipeline, task)) ?? []).filter((name) => !named.has(name));
  if (absent.length === 0) return;
  const some = await instancesBelow(ledger, named.size === 0 ? `${pipeline}/${task}/` : `${id}/`);
  throw usageError(
    'many-instances',
    `${id} leaves out ${absent.join(', ')}: it stands for several instances`,
    some.length === 0
      ? `name one as it is written: sluice ls ${pipeline}/${task} lists those that have a result`
      : `name one, for example: ${some.map((one) => `sluice logs ${one}`).join(' · ')}`,
  );
}

const NAMED = 3;

/** A few that were made, failed or wait. */
async function instancesBelow({ store }: Ledger, prefix: string): Promise<readonly InstanceId[]> {
  const found = new Set<InstanceId>();
  for (const kind of ['failures', 'waits', 'manifests'] as const) {
    for await (const page of store.list(`${kind}/${prefix}`)) {
      for (const { key } of page) found.add(instanceOfKey(kind, key));
      if (found.size >= NAMED) break;
    }
  }
  return [...found].slice(0, NAMED);
}
