import { evaluateValue } from '../language/expression/evaluate.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { encodeValue, keyText, type InstanceId } from '../model/partition.ts';
import type { Pipeline, Task } from '../model/pipeline.ts';
import type { Manifest } from '../model/records.ts';
import { own } from '../model/own.ts';
import { legsOf, onlyListOf } from '../plan/scope/legs.ts';
import { committedIds, readManifests } from './results/committed.ts';

/** In words: results of legs that the list they came from does not have any more. */
export async function orphanedLegs(
  ledger: Ledger,
  pipelines: Iterable<Pipeline>,
): Promise<readonly { readonly key: string; readonly message: string }[]> {
  const found: { readonly key: string; readonly message: string }[] = [];
  for (const { name, tasks } of pipelines) {
    for (const task of Object.values(tasks)) {
      if (task.matrix?.kind !== 'dynamic') continue;
      const ids = await orphansOf(ledger, name, task);
      if (ids.length === 0) continue;
      found.push({ key: `manifests/${name}/${task.name}/`, message: described(ids) });
    }
  }
  return found;
}

const SHOWN = 3;

function described(ids: readonly InstanceId[]): string {
  const more = ids.length > SHOWN ? ` and ${(ids.length - SHOWN).toLocaleString('en-US')} more` : '';
  const told = `${ids.slice(0, SHOWN).join(', ')}${more}`;
  return ids.length === 1
    ? `${told} is orphaned: the list that it came from does not name it any more, and it is part of no fan-in`
    : `${told} are orphaned: the lists that they came from do not name them any more, and they are part of no fan-in`;
}

/** What a leg has read tells its source: whatever the source lists now is looked at once. */
async function orphansOf(ledger: Ledger, pipeline: string, task: Task): Promise<readonly InstanceId[]> {
  const need = onlyListOf(task);
  if (need === undefined) return [];
  const lists = new Map<InstanceId, Promise<ReadonlySet<string> | undefined>>();
  const orphans: InstanceId[] = [];
  for await (const leg of readManifests(ledger, await committedIds(ledger, `${pipeline}/${task.name}`))) {
    const source = leg.inputs.find((input) => input.need === need);
    if (source === undefined) continue;
    let list = lists.get(source.instance);
    if (list === undefined) {
      list = listedBy(ledger, source.instance, need, task);
      lists.set(source.instance, list);
    }
    const known = await list;
    if (known !== undefined && !known.has(nameOf(task, leg))) orphans.push(leg.instance);
  }
  return orphans;
}

async function listedBy(
  ledger: Ledger,
  source: InstanceId,
  need: string,
  task: Task,
): Promise<ReadonlySet<string> | undefined> {
  const manifest = (await ledger.passBy(() => ledger.readManifest(source)))?.manifest;
  if (manifest?.outcome !== 'succeeded' || task.matrix?.kind !== 'dynamic') return undefined;
  const needs = { [need]: { result: 'success', outputs: manifest.values } };
  try {
    const legs = legsOf(task.matrix, (axis) => evaluateValue(axis, { params: {}, needs }));
    return new Set(legs.map((leg) => textOf(task, (name) => own(leg, name))));
  } catch {
    // Told where its legs are planned.
    return undefined;
  }
}

function nameOf(task: Task, { partition }: Manifest): string {
  return textOf(task, (name) => partition.find((key) => key.name === name)?.value);
}

function textOf(task: Task, valueOf: (name: string) => string | number | boolean | undefined): string {
  const names = task.matrix?.kind === 'dynamic' ? task.matrix.keys : [];
  return names.map((name) => encodeValue(keyText(valueOf(name) ?? ''))).join('/');
}
