import { StoreError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Cause } from '../../model/cause.ts';
import { parseInstanceId, type InstanceId } from '../../model/partition.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import type { Work } from './work.ts';

export type Published =
  | { readonly kind: 'published'; readonly paths: readonly string[] }
  /** The result counts; the next plan shows it as unpublished and copies again. */
  | { readonly kind: 'unpublished'; readonly cause: Cause }
  /** What was committed is not in the store any more. */
  | { readonly kind: 'gone'; readonly reason: string };

export async function publishResult({ planned, attempt, environment, pipeline }: Work): Promise<Published> {
  return publishInstance(environment.ledger, pipeline, planned.id, attempt);
}

/** `attempt`: one that has lost, perhaps, and that leaves no pending record. */
export async function publishInstance(
  ledger: Ledger,
  pipeline: Pipeline,
  id: InstanceId,
  attempt?: string,
): Promise<Published> {
  const isRetired = (instance: InstanceId): boolean => isRetiredIn(pipeline, instance);
  try {
    return { kind: 'published', paths: await ledger.publish(id, attempt, isRetired) };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === 'not-found') return { kind: 'gone', reason: error.message };
    if (error.code === 'path-taken') {
      return { kind: 'unpublished', cause: { kind: 'path-taken', message: error.message, transient: false } };
    }
    const kind = error.code === 'store-full' ? 'store-full' : 'store-error';
    return { kind: 'unpublished', cause: { kind, message: `publishing: ${error.message}`, transient: true } };
  }
}

/** An instance of a task that this pipeline has no more, or has with other keys: nothing makes it any more. */
function isRetiredIn(pipeline: Pipeline, instance: InstanceId): boolean {
  const { pipeline: name, task, keys } = parseInstanceId(instance);
  if (name !== pipeline.name) return false;
  const current = Object.values(pipeline.tasks).find((each) => each.name === task);
  return current?.keys.join('/') !== keys.map((key) => key.name).join('/');
}
