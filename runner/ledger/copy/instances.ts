import type { StoredObject } from '../../model/job.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { Manifest } from '../../model/records.ts';
import { goneMessage } from '../gc/gone.ts';
import { attemptPrefix } from '../../model/key.ts';
import type { StoredManifest } from '../ledger.ts';
import { sideBySide } from '../side-by-side.ts';
import { supersededBy } from '../gc/superseded.ts';
import { isUnreadable } from '../records/damage.ts';
import type { Copying } from './copying.ts';
import { copyVerified } from './verified.ts';

const OBJECTS_TOGETHER = 4;

/** One instance: its objects, its mark if it needs one, its manifest, in this order. */
export async function copyInstance(copying: Copying, id: InstanceId): Promise<void> {
  const { from, manifests, report } = copying;
  for (;;) {
    const ours = await undamaged(() => from.readManifest(id), report.problems);
    if (ours === undefined) return;
    const theirs = await undamaged(() => manifests.readManifest(id), report.conflicts, null);
    if (theirs === undefined) return;
    const verdict = await compare(copying, ours, theirs ?? undefined);
    if (verdict === 'conflict') return tellConflict(copying, id);
    const missing = await copyObjects(copying, ours.manifest);
    if (missing !== undefined) {
      const now = (await undamaged(() => from.readManifest(id), report.problems))?.manifest;
      // Committed anew while it was copied, and the old objects were collected.
      if (now !== undefined && now.attempt !== ours.manifest.attempt) continue;
      report.problems.push(missing);
      return;
    }
    if (verdict === 'same') return;
    if (!copying.dryRun) {
      const written = await manifests.replaceManifest(ours.manifest, theirs?.etag ?? null);
      if (written.kind === 'lost') return tellConflict(copying, id);
    }
    report.instances += 1;
    return copying.progress();
  }
}

/** Undefined: it is damaged, and told. `absent` stands for one that is not there. */
async function undamaged<Absent extends null | undefined = undefined>(
  read: () => Promise<StoredManifest | undefined>,
  told: string[],
  absent?: Absent,
): Promise<StoredManifest | Absent | undefined> {
  try {
    return (await read()) ?? absent;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    told.push(error.message);
    return undefined;
  }
}

/** What stands in the target gives way if it came from here, or if it is no result and ours is newer. */
async function compare(
  { from }: Copying,
  ours: StoredManifest,
  theirs: StoredManifest | undefined,
): Promise<'new' | 'same' | 'conflict'> {
  if (theirs === undefined) return 'new';
  const [mine, there] = [ours.manifest, theirs.manifest];
  // gc's fence alone changes no more than what a copy can do without.
  if (mine.attempt === there.attempt && mine.outcome === there.outcome) return 'same';
  if (supersededBy(ours).some(({ attempt }) => attempt === there.attempt)) return 'new';
  if (there.outcome === 'void') return mine.finishedAt > there.finishedAt ? 'new' : 'conflict';
  return (await from.readRun(there.run)) === undefined ? 'conflict' : 'new';
}

function tellConflict({ report, kept }: Copying, id: InstanceId): void {
  kept.add(id);
  report.conflicts.push(
    `${id} was made or cleared in the target by its own runs; it is left as it is there: to have the source's, delete manifests/${id}.json in the target and copy again`,
  );
}

/** In words what is missing or damaged; undefined where all that the manifest names is in the target. */
async function copyObjects(
  copying: Copying,
  { instance, attempt, objects }: Manifest,
): Promise<string | undefined> {
  if (objects.length === 0) return undefined;
  const prefix = attemptPrefix(instance, attempt);
  const there = new Map<string, number | undefined>();
  for await (const page of copying.to.list(prefix)) {
    for (const { key, sizeBytes } of page) there.set(key.slice(prefix.length), sizeBytes);
  }
  const toCopy = objects.filter(({ path, bytes }) => there.get(path) !== bytes);
  let missing: string | undefined;
  await sideBySide(
    toCopy,
    OBJECTS_TOGETHER,
    async (object) => {
      const trouble = await copyObject(copying, prefix, instance, object);
      missing ??= trouble;
    },
    copying.signal,
  );
  return missing;
}

async function copyObject(
  copying: Copying,
  prefix: string,
  instance: InstanceId,
  object: StoredObject,
): Promise<string | undefined> {
  const { report } = copying;
  const key = prefix + object.path;
  const copied = copying.dryRun
    ? 'copied'
    : await copyVerified(copying.from.store, copying.to, key, key, object, copying.signal);
  switch (copied) {
    case 'missing':
      return `${key}: ${goneMessage(instance)}`;
    case 'damaged':
      return `${key} is not what was committed and is not copied; make it anew: sluice run ${instance} --rebuild all`;
    case 'copied':
      report.objects += 1;
      report.bytes += object.bytes;
      copying.progress();
      return undefined;
  }
}
