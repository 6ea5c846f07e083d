import type { Ledger } from '../ledger/ledger.ts';
import type { InstanceId } from '../model/partition.ts';
import type { LeftStale, Plan, PlannedInstance } from '../model/plan.ts';
import type { Manifest } from '../model/records.ts';
import type { ReportInstance } from '../model/report.ts';

/** Results that are looked at after a run at most: each is a request to the store. */
const MAX_READ = 100;

/** What the plan left stale of what was asked for, and what became so by what the run has made. */
export async function leftStaleBy(
  plan: Plan,
  results: readonly ReportInstance[],
  ledger: Pick<Ledger, 'readManifest'>,
): Promise<LeftStale | undefined> {
  const made = madeBy(plan, results);
  if (made.size === 0) return plan.stale;
  const known = new Set(plan.stale?.instances);
  const readers = plan.instances.filter(
    (instance) => isLeft(instance) && !known.has(instance.id) && readsAny(instance, made),
  );
  const manifests = new Map<InstanceId, Promise<Manifest | undefined>>();
  const read = (id: InstanceId): Promise<Manifest | undefined> => {
    const manifest = manifests.get(id) ?? ledger.readManifest(id).then((found) => found?.manifest, ignore);
    manifests.set(id, manifest);
    return manifest;
  };
  const changed: string[] = [];
  const stale: InstanceId[] = [];
  let looked = 0;
  for (const reader of readers) {
    if (manifests.size >= MAX_READ) break;
    looked += 1;
    const input = await changedInput(reader, made, read);
    if (input === undefined) continue;
    stale.push(reader.id);
    const reason = `input ${input.slice(input.indexOf('/') + 1)} changed`;
    if (!changed.includes(reason)) changed.push(reason);
  }
  if (stale.length === 0) return plan.stale;
  const before = plan.stale ?? { instances: [], atLeast: false, reasons: [], unused: [] };
  return {
    ...before,
    instances: [...before.instances, ...stale],
    atLeast: before.atLeast || looked < readers.length,
    reasons: [...before.reasons, ...changed],
  };
}

/** A skip that was decided now is read by its needers too: as nothing. */
function madeBy(plan: Plan, results: readonly ReportInstance[]): ReadonlySet<InstanceId> {
  const worked = new Set(plan.instances.flatMap(({ id, action }) => (action === 'none' ? [] : [id])));
  return new Set(
    results.flatMap(({ id, state }) =>
      state === 'succeeded' || (state === 'skipped' && worked.has(id)) ? [id] : [],
    ),
  );
}

/** Asked for, done before, and nothing is done about it: what the plan calls stale is counted there. */
function isLeft({ asked, state, action, committed }: PlannedInstance): boolean {
  return asked && action === 'none' && (state === 'done' || (state === 'skipped' && committed === 'skipped'));
}

function readsAny({ needs }: PlannedInstance, made: ReadonlySet<InstanceId>): boolean {
  return needs.some(({ members }) => members.some((id) => made.has(id)));
}

/** The first of what it has read that the run has made otherwise, or that it would read too by now. */
async function changedInput(
  { id, needs }: PlannedInstance,
  made: ReadonlySet<InstanceId>,
  read: (id: InstanceId) => Promise<Manifest | undefined>,
): Promise<InstanceId | undefined> {
  const manifest = await read(id);
  if (manifest === undefined || manifest.outcome === 'void') return undefined;
  for (const { name, members } of needs) {
    for (const member of members) {
      if (!made.has(member)) continue;
      const before = manifest.inputs.find(({ need, instance }) => need === name && instance === member);
      const found = await read(member);
      if (found === undefined || found.outcome === 'void') continue;
      const now = found.outcome === 'succeeded' ? found.contentDigest : undefined;
      if (before?.contentDigest !== now) return member;
    }
  }
  return undefined;
}

/** The run has ended well or ill: what is only said must not change that. */
function ignore(): undefined {
  return undefined;
}
