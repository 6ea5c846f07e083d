import { randomUUID } from 'node:crypto';
import type { Ledger, StoredManifest } from '../../ledger/ledger.ts';
import { supersededBy } from '../../ledger/gc/superseded.ts';
import { sha256 } from '../../ledger/sha256.ts';
import { contentDigest } from '../../model/outputs/content-digest.ts';
import type { Probed } from '../../model/source.ts';
import type { JobResult, StoredObject } from '../../model/job.ts';
import type { InstanceId } from '../../model/partition.ts';
import { STORE_SCHEMA, type Manifest } from '../../model/records.ts';
import { fingerprintOf, settingsIn } from '../../plan/staleness/fingerprint.ts';
import type { EvaluatedOutput } from './evaluate.ts';
import { attemptPrefix } from '../../model/key.ts';
import { publishedPaths } from '../../plan/staleness/published-paths.ts';
import type { Upstream } from './upstream.ts';
import type { Work } from './work.ts';
import { own } from '../../model/own.ts';

export type Committed =
  | { readonly kind: 'committed'; readonly manifest: Manifest }
  /** Another's result came first: ours is dropped. */
  | { readonly kind: 'lost'; readonly winner: StoredManifest };

/** What an attempt came to, before it counts. */
export interface Result {
  readonly outcome: 'succeeded' | 'skipped';
  readonly reason?: string;
  readonly job?: JobResult;
  /** Of an external task, in place of a job. */
  readonly source?: Extract<Probed, { kind: 'ready' }>;
  readonly outputs: readonly EvaluatedOutput[];
  readonly upstream: Upstream;
  readonly startedAt: string;
}

/** One conditional write makes the attempt's outputs the instance's, or leaves no trace of them. */
export async function commitResult(
  work: Work,
  result: Result,
  over: StoredManifest | undefined,
): Promise<Committed> {
  return commitMade(work.environment.ledger, manifestOf(work, result), over, result.job?.objects ?? []);
}

/** The same of a manifest that is made, whoever made it; `uploaded` goes where it does not count. */
export async function commitMade(
  ledger: Ledger,
  manifest: Manifest,
  over: StoredManifest | undefined,
  uploaded: readonly StoredObject[],
): Promise<Committed> {
  const { instance, attempt } = manifest;
  if (manifest.published.length > 0) await ledger.beginPublication(instance, attempt);
  const committed = await ledger.commitManifest(manifest, over?.etag ?? null);
  if (committed.kind === 'committed') return { kind: 'committed', manifest };
  // Was it our first try that a lost answer made us repeat? Then it counted until another replaced it: it has readers.
  const hasCounted = supersededBy(committed.winner).some((replaced) => replaced.attempt === attempt);
  if (!hasCounted) await dropUploaded(ledger, instance, attempt, uploaded);
  return { kind: 'lost', winner: committed.winner };
}

/** Removes what the attempt uploaded: no manifest names it, or ever will. */
export async function dropObjects({ planned, attempt, environment }: Work, { job }: Result): Promise<void> {
  await dropUploaded(environment.ledger, planned.id, attempt, job?.objects ?? []);
}

export async function dropUploaded(
  { store }: Ledger,
  instance: InstanceId,
  attempt: string,
  objects: readonly Pick<StoredObject, 'path'>[],
): Promise<void> {
  const prefix = attemptPrefix(instance, attempt);
  if (objects.length > 0) await store.delete(objects.map(({ path }) => `${prefix}${path}`));
}

function manifestOf(work: Work, result: Result): Manifest {
  const { planned, pipeline, task, attempt, environment } = work;
  const { job, source, upstream } = result;
  const finishedAt = new Date(environment.clock.now()).toISOString();
  const objects = result.outcome === 'succeeded' ? (job?.objects ?? []) : [];
  const values = result.outcome === 'succeeded' ? (job?.values ?? source?.values ?? {}) : {};
  return {
    schema: STORE_SCHEMA,
    instance: planned.id,
    partition: task.keys.map((name) => ({ name, value: own(planned.keys, name) ?? '' })),
    ...(planned.period === undefined ? {} : { period: planned.period }),
    outcome: result.outcome,
    ...(result.reason === undefined ? {} : { reason: result.reason }),
    attempt,
    run: environment.run,
    fingerprint: planned.fingerprint ?? fingerprintOf(pipeline, task, planned.params, planned.matrix),
    settings: settingsIn(pipeline, task, planned.params),
    inputs: upstream.inputs,
    objects,
    ...(source === undefined ? {} : { external: source.external }),
    values,
    contentDigest: contentDigest([...objects, ...(source?.external.objects ?? [])], values, sha256),
    omitted: upstream.omitted,
    published: result.outcome === 'succeeded' ? publishedPaths(result.outputs, objects) : [],
    startedAt: result.startedAt,
    finishedAt,
    ...(job?.exitCode === undefined ? {} : { exitCode: job.exitCode }),
    ...(job?.imageDigest === undefined ? {} : { imageDigest: job.imageDigest }),
    ...(job === undefined ? {} : { engine: job.engine }),
    nonce: randomUUID(),
  };
}
