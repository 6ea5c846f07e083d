import { randomUUID } from 'node:crypto';
import { sha256 } from '../../ledger/sha256.ts';
import { contentDigest } from '../../model/outputs/content-digest.ts';
import { own } from '../../model/own.ts';
import type { Pipeline, Task } from '../../model/pipeline.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import { STORE_SCHEMA, type ByHand, type Manifest } from '../../model/records.ts';
import { fingerprintOf, settingsIn } from '../../plan/staleness/fingerprint.ts';
import type { HandTurn } from './act.ts';

export interface MadeByHand extends Pick<Manifest, 'outcome'> {
  readonly reason?: string;
  readonly by: ByHand;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly objects?: Manifest['objects'];
  readonly values?: Manifest['values'];
  readonly published?: Manifest['published'];
}

/** The record of what a person decided or brought: nothing was read, and no exit status is known. */
export function manifestByHand(
  {
    planned,
    pipeline,
    task,
  }: { readonly planned: PlannedInstance; readonly pipeline: Pipeline; readonly task: Task },
  { run, attempt }: Pick<HandTurn, 'run' | 'attempt'>,
  { objects = [], values = {}, published = [], ...made }: MadeByHand,
): Manifest {
  return {
    schema: STORE_SCHEMA,
    instance: planned.id,
    partition: task.keys.map((name) => ({ name, value: own(planned.keys, name) ?? '' })),
    ...(planned.period === undefined ? {} : { period: planned.period }),
    attempt,
    run,
    fingerprint: fingerprintOf(pipeline, task, planned.params, planned.matrix),
    settings: settingsIn(pipeline, task, planned.params),
    inputs: [],
    objects,
    values,
    contentDigest: contentDigest(objects, values, sha256),
    omitted: [],
    published,
    ...made,
    nonce: randomUUID(),
  };
}
