import type {
  ClaimRecord,
  FailureRecord,
  Fingerprint,
  HeartbeatRecord,
  Manifest,
  ManifestInput,
  ProcessIdentity,
  PublicationRecord,
  PublishedPathRecord,
  RunRecord,
  RunRecordInstance,
  SlotRecord,
  StoreRecord,
  TaskRecord,
} from '../../model/records.ts';
import type { Cause } from '../../model/cause.ts';
import type { StoredObject } from '../../model/job.ts';
import type { Period } from '../../model/time.ts';
import {
  anything,
  flag,
  listOf,
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
  whole,
  type Fields,
} from './shape.ts';

/** Every record that sluice writes, field by field; `docs/store.md` is held to these. */
export const storeFields: Fields<StoreRecord> = { schema: whole, id: text, copiedFrom: optional(text) };

export const taskFields: Fields<TaskRecord> = { schema: whole, keys: listOf(text) };

export const inputFields: Fields<ManifestInput> = {
  need: text,
  instance: text,
  attempt: text,
  contentDigest: sha256,
};

export const objectFields: Fields<StoredObject> = {
  path: text,
  bytes: whole,
  sha256,
  executable: optional(flag),
};

const fingerprintFields: Fields<Fingerprint> = {
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

const attemptAt = objectOf<{ attempt: string; at: string }>({ attempt: text, at: time });

export const manifestFields: Fields<Manifest> = {
  schema: whole,
  instance: text,
  partition: listOf(
    objectOf<Manifest['partition'][number]>({ name: text, value: text, hashed: optional(flag) }),
  ),
  period: optional(objectOf<Period>({ start: time, end: time })),
  outcome: oneOf('succeeded', 'skipped', 'void'),
  reason: optional(text),
  attempt: text,
  run: text,
  fingerprint: objectOf(fingerprintFields),
  settings: mapOf(scalar),
  inputs: listOf(objectOf(inputFields)),
  objects: listOf(objectOf(objectFields)),
  values: mapOf(text),
  contentDigest: sha256,
  omitted: listOf(objectOf<Manifest['omitted'][number]>({ need: text, instance: text })),
  published: listOf(objectOf<Manifest['published'][number]>({ path: text, to: text, newest: flag })),
  startedAt: time,
  finishedAt: time,
  exitCode: optional(whole),
  imageDigest: optional(text),
  engine: optional(text),
  superseded: optional(attemptAt),
  supersededAttempts: optional(listOf(attemptAt)),
  refreshed: optional(listOf(text)),
  nonce: text,
};

export const causeFields: Fields<Cause> = { kind: text, message: text, transient: flag };

export const failureFields: Fields<FailureRecord> = {
  schema: whole,
  instance: text,
  run: text,
  attempt: text,
  cause: objectOf(causeFields),
  exitCode: optional(whole),
  lastLines: listOf(text),
  startedAt: time,
  finishedAt: time,
  over: nullable(text),
  count: whole,
  firstFailedAt: time,
};

export const claimFields: Fields<ClaimRecord> = {
  schema: whole,
  instance: text,
  run: text,
  attempt: text,
  released: optional(oneOf('run', 'gc')),
  nonce: text,
};

export const heartbeatFields: Fields<HeartbeatRecord> = {
  schema: whole,
  run: text,
  beat: whole,
  nonce: text,
};

export const slotFields: Fields<SlotRecord> = {
  schema: whole,
  run: text,
  instance: text,
  released: optional(flag),
  nonce: text,
};

export const publicationFields: Fields<PublicationRecord> = {
  schema: whole,
  instance: text,
  attempt: text,
  nonce: text,
};

export const publishedPathFields: Fields<PublishedPathRecord> = {
  schema: whole,
  path: text,
  instance: text,
  attempt: text,
  object: text,
  order: text,
  bytes: whole,
  sha256,
  finishedAt: time,
  takenOver: optional(listOf(text)),
  nonce: text,
};

export const processFields: Fields<ProcessIdentity> = {
  bootId: text,
  pid: whole,
  startTime: text,
  host: text,
  machineId: optional(text),
  pidNamespace: optional(text),
};

export const runInstanceFields: Fields<RunRecordInstance> = {
  id: text,
  state: text,
  attempt: optional(text),
  reason: text,
  seconds: optional(number),
  exitCode: optional(whole),
};

export const runFields: Fields<RunRecord> = {
  schema: whole,
  run: text,
  pipeline: text,
  request: anything,
  process: objectOf(processFields),
  startedAt: time,
  finishedAt: optional(time),
  outcome: optional(text),
  counts: optional(mapOf(number)),
  instances: optional(listOf(objectOf(runInstanceFields))),
  nonce: text,
};
