import type { InstanceId } from '../../../runner/model/partition.ts';
import { attemptId } from '../../../runner/model/run-id.ts';
import { PROCESS, runRecord, sha256 } from '../../ledger/sample.ts';
import { textOf } from '../../contracts/object-store.ts';
import { contentOf, FILES, LATEST, RANGE, runOf, type Part } from './part.ts';

export async function collectGarbage({ ledger }: Part, graceSeconds: number): Promise<void> {
  await ledger.gc({ graceSeconds, dryRun: false });
}

/** `sluice clear`. */
export async function clear({ ledger, actor, clock }: Part, id: InstanceId): Promise<void> {
  const over = await ledger.readManifest(id);
  await ledger.voidManifest(id, over ?? null, 'cleared', runOf(actor, clock));
}

/** What a run leaves behind that is killed just before its commit. */
export async function litter({ actor, ledger, store, clock }: Part, id: InstanceId): Promise<void> {
  const name = runOf(actor, clock);
  const attempt = attemptId(name, 1);
  await ledger.startRun(runRecord(name, { pipeline: 'p', process: { ...PROCESS, pid: actor.pid } }));
  for (const path of FILES) {
    await store.put(`objects/${id}/${attempt}/${path}`, Buffer.from(contentOf(id, attempt, path)));
  }
}

/** Reads what one manifest names: all of it, of one attempt. */
export async function read(part: Part, id: InstanceId, graceSeconds: number): Promise<void> {
  const { ledger, store, clock, truth, actor } = part;
  const manifest = (await ledger.readManifest(id))?.manifest;
  if (manifest === undefined) return;
  const since = clock.now();
  for (const { path, sha256: expected } of manifest.objects) {
    const key = `objects/${id}/${manifest.attempt}/${path}`;
    const text = await textOf(store, key);
    if (text === undefined && clock.now() - since >= graceSeconds * 1000) return;
    if (text === undefined) truth.broken.push(`${actor.name} found no ${key}`);
    else if (sha256(text) !== expected) truth.broken.push(`${actor.name} found another's bytes in ${key}`);
  }
}

/** A published file is some attempt's own, whole. */
export async function readPublished(
  { store, truth, actor }: Part,
  ids: readonly InstanceId[],
): Promise<void> {
  const text = await textOf(store, `published/${LATEST}`);
  if (text === undefined) return;
  const whole = ids.flatMap((id) =>
    truth.history(id).map(({ manifest }) => contentOf(id, manifest.attempt, 'a.txt')),
  );
  if (!whole.includes(text))
    truth.broken.push(`${actor.name} read "${text}", which no committed attempt made`);
}

/** What a plan calls done must have been done at some moment while it was made. */
export async function plan({ ledger, truth, actor }: Part, ids: readonly InstanceId[]): Promise<void> {
  const begun = truth.turn;
  const { manifests, exceptions } = await ledger.readKnowledge(RANGE, { contents: false });
  for (const id of ids) {
    const told = manifests.has(id) ? (exceptions.get(id)?.outcome ?? 'succeeded') : 'nothing';
    if (told === 'nothing') continue;
    const history = truth.history(id);
    const wasSo = history.some(
      ({ manifest }, place) => manifest.outcome === told && (history[place + 1]?.turn ?? Infinity) >= begun,
    );
    if (!wasSo) truth.broken.push(`${actor.name} lists ${id} as ${told}, which it was not while listed`);
  }
}
