import type { BackfillRecord, BackfillRules } from '../../model/backfill.ts';
import type {
  ByHand,
  ClaimRecord,
  EarlierTry,
  FailureRecord,
  Fingerprint,
  HeartbeatRecord,
  LastAsk,
  Manifest,
  ManifestInput,
  PipelineRecord,
  ProcessIdentity,
  PublicationRecord,
  PublishedPathRecord,
  RunRecord,
  RunRecordInstance,
  SlotRecord,
  ScheduledRebuild,
  StoreRecord,
  TaskRecord,
  WaitRecord,
  TickRecord,
} from '../../model/records.ts';
import type { Cause } from '../../model/cause.ts';
import type { StoredObject } from '../../model/job.ts';
import type { External, ExternalObject } from '../../model/source.ts';
import type { Period } from '../../model/time.ts';
import {
  anything,
  count,
  flag,
  listOf,
  localTime,
  mapOf,
  nullable,
  number,
  objectOf,
  oneOf,
  optional,
  scalar,
  sha256,
  text,
  time,
  version,
  whole,
  type Fields,
} from './expectation.ts';
import {
  attempt,
  instance,
  keyName,
  nonce,
  objectPath,
  pipeline,
  project,
  publishedPath,
  run,
  storeId,
} from './names.ts';
import { definition, requestFields } from './request-fields.ts';

/** Every record that sluice writes, field by field; `docs/store.md` is held to these. */
export const storeFields: Fields<StoreRecord> = {
  schema: version,
  id: storeId,
  copiedFrom: optional(storeId),
};

export const taskFields: Fields<TaskRecord> = { schema: version, keys: listOf(keyName) };

export const pipelineFields: Fields<PipelineRecord> = {
  schema: version,
  pipeline,
  project,
  run,
  since: time,
  takenFrom: optional(project),
  nonce,
};

export const rebuildFields: Fields<ScheduledRebuild> = {
  schedule: sha256,
  since: time,
  served: optional(time),
};

export const tickFields: Fields<TickRecord> = {
  schema: version,
  pipeline,
  at: time,
  rebuilds: listOf(objectOf(rebuildFields)),
  nonce,
};

export const inputFields: Fields<ManifestInput> = {
  need: text,
  instance,
  attempt,
  contentDigest: sha256,
};

export const objectFields: Fields<StoredObject> = {
  path: objectPath,
  bytes: count,
  sha256,
  executable: optional(flag),
};

export const externalFields: Fields<External> = {
  uri: text,
  etag: optional(text),
  modifiedAt: optional(time),
  objects: listOf(objectOf<ExternalObject>({ ...objectFields, etag: text, modifiedAt: time })),
};

export const fingerprintFields: Fields<Fingerprint> = {
  script: text,
  image: text,
  files: text,
  env: text,
  settings: text,
  shell: text,
  user: text,
  outputs: text,
  needs: text,
};

const attemptAt = objectOf<{ attempt: string; at: string }>({ attempt, at: time });

const byHand = objectOf<ByHand>({
  how: oneOf('skip', 'put', 'clear', 'publish'),
  who: text,
  when: time,
  reason: optional(text),
});

export const manifestFields: Fields<Manifest> = {
  schema: version,
  instance,
  partition: listOf(
    objectOf<Manifest['partition'][number]>({ name: text, value: text, hashed: optional(flag) }),
  ),
  period: optional(objectOf<Period>({ start: localTime, end: localTime })),
  outcome: oneOf('succeeded', 'skipped', 'void'),
  reason: optional(text),
  attempt,
  run,
  fingerprint: objectOf(fingerprintFields),
  settings: mapOf(scalar),
  inputs: listOf(objectOf(inputFields)),
  objects: listOf(objectOf(objectFields)),
  external: optional(objectOf(externalFields)),
  values: mapOf(text),
  contentDigest: sha256,
  omitted: listOf(objectOf<Manifest['omitted'][number]>({ need: text, instance })),
  published: listOf(
    objectOf<Manifest['published'][number]>({ path: objectPath, to: publishedPath, newest: flag }),
  ),
  startedAt: time,
  finishedAt: time,
  exitCode: optional(whole),
  imageDigest: optional(text),
  engine: optional(text),
  superseded: optional(attemptAt),
  supersededAttempts: optional(listOf(attemptAt)),
  refreshed: optional(listOf(text)),
  by: optional(byHand),
  nonce,
};

export const causeFields: Fields<Cause> = { kind: text, message: text, transient: flag };

export const failureFields: Fields<FailureRecord> = {
  schema: version,
  instance,
  run,
  attempt,
  cause: objectOf(causeFields),
  exitCode: optional(whole),
  lastLines: listOf(text),
  startedAt: time,
  finishedAt: time,
  over: nullable(attempt),
  count,
  firstFailedAt: time,
  fingerprint: optional(objectOf(fingerprintFields)),
  inputs: optional(listOf(objectOf(inputFields))),
};

export const lastAskFields: Fields<LastAsk> = { run, attempt, at: time, lastLines: listOf(text) };

export const waitFields: Fields<WaitRecord> = {
  schema: version,
  instance,
  over: nullable(attempt),
  since: time,
  count,
  lastAsk: optional(objectOf(lastAskFields)),
  deadlineToldAt: optional(time),
};

export const claimFields: Fields<ClaimRecord> = {
  schema: version,
  instance,
  run,
  attempt,
  released: optional(oneOf('run', 'gc')),
  nonce,
};

export const heartbeatFields: Fields<HeartbeatRecord> = {
  schema: version,
  run,
  beat: count,
  nonce,
};

export const slotFields: Fields<SlotRecord> = {
  schema: version,
  run,
  instance,
  released: optional(flag),
  removing: optional(flag),
  nonce,
};

export const publicationFields: Fields<PublicationRecord> = {
  schema: version,
  instance,
  attempt,
  nonce,
};

export const publishedPathFields: Fields<PublishedPathRecord> = {
  schema: version,
  path: publishedPath,
  instance,
  attempt,
  object: objectPath,
  order: text,
  bytes: count,
  sha256,
  executable: optional(flag),
  finishedAt: time,
  takenOver: optional(listOf(instance)),
  nonce,
};

const rulesFields: Fields<BackfillRules> = {
  order: oneOf('newest', 'oldest'),
  concurrency: optional(count),
  canary: count,
  maxFailures: optional(count),
};

export const backfillFields: Fields<BackfillRecord> = {
  schema: version,
  backfill: run,
  pipeline,
  request: objectOf(requestFields),
  rules: objectOf(rulesFields),
  definition,
  runs: listOf(run),
  planned: count,
  startedAt: time,
  cancelled: optional(objectOf<{ at: string; by: string }>({ at: time, by: text })),
  finishedAt: optional(time),
  outcome: optional(oneOf('succeeded', 'failed', 'incomplete', 'cancelled')),
  counts: optional(mapOf(count)),
  nonce,
};

export const processFields: Fields<ProcessIdentity> = {
  bootId: text,
  pid: count,
  startTime: text,
  host: text,
  machineId: optional(text),
  pidNamespace: optional(text),
};

export const earlierTryFields: Fields<EarlierTry> = {
  attempt,
  reason: text,
  seconds: optional(number),
  exitCode: optional(whole),
};

export const runInstanceFields: Fields<RunRecordInstance> = {
  id: instance,
  state: text,
  attempt: optional(attempt),
  reason: text,
  seconds: optional(number),
  exitCode: optional(whole),
  earlier: optional(listOf(objectOf(earlierTryFields))),
};

export const runFields: Fields<RunRecord> = {
  schema: version,
  run,
  pipeline,
  request: anything,
  process: objectOf(processFields),
  startedAt: time,
  finishedAt: optional(time),
  outcome: optional(text),
  counts: optional(mapOf(number)),
  instances: optional(listOf(objectOf(runInstanceFields))),
  by: optional(byHand),
  nonce,
};
