import type { StoredObject } from '../../model/job.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { Manifest } from '../../model/records.ts';
import { goneMessage } from '../gc/gone.ts';
import { attemptPrefix } from '../../model/key.ts';
import { exceptionKey, instanceKey } from '../keys.ts';
import type { Ledger } from '../ledger.ts';
import { listedAt } from '../knowledge/listing.ts';
import { sideBySide } from '../side-by-side.ts';
import { wrongContent } from '../records/wrong-content.ts';
import type { Checking, Finding } from './finding.ts';
import { checkPublishedPaths } from './published-paths.ts';
import { readUndamaged, unlessDamaged } from './records.ts';

/** Objects of one manifest that are read at a time. */
const READ_TOGETHER = 4;

/** A manifest, and that all it names is there. One that was replaced while it was looked at is looked at again. */
export async function checkManifest(ledger: Ledger, id: InstanceId, checking: Checking): Promise<void> {
  const key = instanceKey('manifests', id);
  for (;;) {
    const manifest = (await unlessDamaged(key, checking, () => ledger.readManifest(id)))?.manifest;
    if (manifest === undefined) return;
    const findings =
      manifest.outcome === 'succeeded'
        ? await checkObjects(ledger, manifest, checking)
        : await checkMarked(ledger, manifest);
    findings.push(...(await checkPublishedPaths(ledger, manifest, checking)));
    if (findings.length > 0) {
      const now = await readUndamaged(ledger, id);
      if (now !== 'damaged' && (now?.attempt !== manifest.attempt || now.outcome !== manifest.outcome))
        continue;
    }
    const { totals } = checking;
    totals.instances += 1;
    totals.records += 1;
    totals.objects += manifest.objects.length;
    totals.bytes += manifest.objects.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const finding of findings) checking.find(finding);
    return checking.progress();
  }
}

/** A mark says "read the manifest before you believe the listing": without a manifest it says nothing. */
export async function checkMark(
  ledger: Ledger,
  key: string,
  id: InstanceId,
  checking: Checking,
): Promise<void> {
  for await (const page of ledger.store.list(instanceKey('manifests', id))) if (page.length > 0) return;
  const message = `${key} marks an instance that has no manifest: it counts as missing; delete the mark, or leave it`;
  checking.find({ kind: 'stray-mark', damage: false, key, message });
}

async function checkObjects(
  { store }: Ledger,
  { instance, attempt, objects }: Manifest,
  checking: Checking,
): Promise<Finding[]> {
  if (objects.length === 0) return [];
  const prefix = attemptPrefix(instance, attempt);
  const sizes = new Map<string, number | undefined>();
  for await (const page of store.list(prefix)) {
    for (const { key, sizeBytes } of page) sizes.set(key.slice(prefix.length), sizeBytes);
  }
  const findings: Finding[] = [];
  const toRead: StoredObject[] = [];
  for (const object of objects) {
    const key = prefix + object.path;
    const size = sizes.get(object.path);
    if (!sizes.has(object.path)) {
      const message = `${key}: ${goneMessage(instance)}`;
      findings.push({ kind: 'object-gone', damage: true, key, message });
    } else if (size !== undefined && size !== object.bytes) {
      findings.push(differs(key, instance, `expected ${object.bytes} bytes, found ${size}`));
    } else if (checking.deep || size === undefined) toRead.push(object);
    sizes.delete(object.path);
  }
  for (const path of sizes.keys()) {
    const key = prefix + path;
    const message = `${key} lies among the objects of ${instance}, whose manifest does not name it: nothing reads it; delete it, or leave it`;
    findings.push({ kind: 'stray-object', damage: false, key, message });
  }
  await sideBySide(toRead, READ_TOGETHER, async (object) => {
    const key = prefix + object.path;
    const wrong = await wrongContent(store, key, object.sha256, checking.signal);
    if (wrong === 'gone') {
      findings.push({ kind: 'object-gone', damage: true, key, message: `${key}: ${goneMessage(instance)}` });
    } else if (wrong !== undefined) findings.push(differs(key, instance, wrong.what));
  });
  return findings;
}

function differs(key: string, instance: InstanceId, what: string): Finding {
  const message = `${key} is not what was committed: ${what}; it is not used; make it anew: sluice run ${instance} --rebuild all`;
  return { kind: 'object-differs', damage: true, key, message };
}

/** Without its mark it looks done to whoever only lists. */
async function checkMarked({ store }: Ledger, manifest: Manifest): Promise<Finding[]> {
  const { instance, outcome, nonce } = manifest;
  const mark = exceptionKey(instance, nonce);
  if ((await listedAt(store, mark)) !== undefined) return [];
  const message = `the manifest of ${instance} is ${outcome} and its mark ${mark} is not there, so that it looks done: write an empty object there, or delete the manifest`;
  return [{ kind: 'unmarked-manifest', damage: true, key: mark, message }];
}
