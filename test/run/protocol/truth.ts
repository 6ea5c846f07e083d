import { manifestRecords } from '../../../runner/ledger/manifests.ts';
import type { InstanceId } from '../../../runner/model/partition.ts';
import type { Manifest } from '../../../runner/model/records.ts';
import type { ObjectStore } from '../../../runner/ports.ts';
import { sha256 } from '../../ledger/sample.ts';
import { keysOf, textOf } from '../../contracts/object-store.ts';
import type { Actor, Time } from './schedule.ts';

/** What stood as the manifest of an instance, from when on. */
export interface Stood {
  readonly manifest: Manifest;
  readonly since: number;
  /** In which order things happened, however little time passed. */
  readonly turn: number;
}

/** Sees every change of the store as it takes effect, and says what must not have been. */
export interface Truth {
  readonly broken: string[];
  readonly turn: number;
  history(id: InstanceId): readonly Stood[];
  written(actor: Actor, key: string): Promise<void>;
  deleting(actor: Actor, keys: readonly string[]): Promise<void>;
  checkMarks(): Promise<void>;
}

export function createTruth(store: ObjectStore, time: Time, graceSeconds: number): Truth {
  const broken: string[] = [];
  const histories = new Map<InstanceId, Stood[]>();
  let turn = 0;

  const historyOf = (id: InstanceId): Stood[] => {
    const known = histories.get(id) ?? [];
    histories.set(id, known);
    return known;
  };

  async function committed(actor: Actor, manifest: Manifest): Promise<void> {
    const history = historyOf(manifest.instance);
    const before = history.at(-1)?.manifest;
    history.push({ manifest, since: time.now, turn });
    for (const { path, sha256: expected } of manifest.objects) {
      const key = `objects/${manifest.instance}/${manifest.attempt}/${path}`;
      const text = await textOf(store, key);
      if (text === undefined || sha256(text) !== expected) {
        broken.push(`${actor.name} committed ${manifest.attempt} without ${key}`);
      }
    }
    const isFence = before?.attempt === manifest.attempt && before.outcome === manifest.outcome;
    if (isFence || before === undefined || before.outcome === 'void') return;
    if (manifest.superseded?.attempt !== before.attempt) {
      broken.push(
        `${actor.name} committed ${manifest.attempt} over ${before.attempt}, which it did not know of`,
      );
    }
  }

  /** When the attempt ceased to be the committed one; undefined: it never was. */
  function supersededAt(id: InstanceId, attempt: string): number | 'never' | undefined {
    const history = historyOf(id);
    const last = history.findLastIndex(({ manifest }) => isResultOf(manifest, attempt));
    if (last < 0) return undefined;
    return history[last + 1]?.since ?? 'never';
  }

  async function checkMarks(): Promise<void> {
    for (const [id, history] of histories) {
      const outcome = history.at(-1)?.manifest.outcome;
      if (outcome === undefined || outcome === 'succeeded') continue;
      if ((await keysOf(store, `exceptions/${id}/`)).length === 0) {
        broken.push(`the manifest of ${id} is ${outcome} and has no mark: a listing shows it as done`);
      }
    }
  }

  return {
    broken,
    get turn() {
      return turn;
    },
    history: historyOf,
    async written(actor, key) {
      turn += 1;
      if (key.startsWith('manifests/')) {
        const found = await manifestRecords.read(store, key);
        if (found !== undefined) await committed(actor, found.record);
      }
      await checkMarks();
    },
    async deleting(actor, keys) {
      turn += 1;
      for (const key of keys) {
        const [kind, pipeline, task, partition, attempt = ''] = key.split('/');
        if (kind !== 'objects') continue;
        const since = supersededAt(`${pipeline}/${task}/${partition}`, attempt);
        if (since === undefined) continue;
        if (since === 'never') broken.push(`${actor.name} removed ${key}, which the manifest names`);
        else if (time.now - since < graceSeconds * 1000) {
          broken.push(
            `${actor.name} removed ${key}, superseded ${(time.now - since) / 1000} s ago: readers are within grace`,
          );
        }
      }
    },
    checkMarks,
  };
}

export function isResultOf(manifest: Manifest, attempt: string): boolean {
  return manifest.outcome === 'succeeded' && manifest.attempt === attempt;
}
