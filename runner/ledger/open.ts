import type { StoreError } from '../errors.ts';
import type { ProcessIdentity } from '../model/records.ts';
import { HEARTBEAT_TIMES, type HeartbeatTimes } from '../model/heartbeat.ts';
import type { ProcessState } from '../machine/process.ts';
import { runId } from '../model/run-id.ts';
import type { Clock, ObjectStore } from '../ports.ts';
import { createClaims } from './claims/claims.ts';
import type { Context } from './context.ts';
import { createFailures } from './failures.ts';
import { createGc } from './gc/gc.ts';
import { createGone } from './gc/gone.ts';
import { createHeartbeats } from './runs/heartbeats.ts';
import { createKnowledge } from './knowledge/knowledge.ts';
import type { Ledger } from './ledger.ts';
import { createLogs } from './runs/logs.ts';
import { openManifestCache } from './knowledge/manifest-cache.ts';
import { createManifests } from './manifests.ts';
import { stateFrom } from './runs/process.ts';
import { createPublications } from './publish/publications.ts';
import { createRuns } from './runs/runs.ts';
import { createSlots } from './claims/slots.ts';
import { createPassBy, tellOnce } from './records/damage.ts';
import { ensureStoreRecord } from './records/store-record.ts';
import { createOwners } from './records/owners.ts';
import { createWaits } from './waits.ts';
import { createTicks } from './records/ticks.ts';
import { createTaskKeys } from './records/task-keys.ts';

export interface LedgerOptions {
  readonly clock: Clock;
  /** This process: whether another one of the machine still runs is judged from here. */
  readonly process: ProcessIdentity;
  /** So many bytes as hexadecimal digits. */
  readonly random: (bytes: number) => string;
  /** Where manifests are kept that were read before, by etag; absent: only in memory. */
  readonly cacheFolder?: string;
  /** How often runs on this store show that they live; the same for all that use it. */
  readonly heartbeat?: HeartbeatTimes;
  /** Told of each broken record that is passed by, once. */
  readonly onDamage?: (damage: StoreError) => void;
  /** Replaced in tests; the default asks the system. */
  readonly processState?: (identity: ProcessIdentity) => ProcessState;
}

/** The ledger of a store, which gets its id at the first time. Refuses one that a newer sluice has written. */
export async function openLedger(store: ObjectStore, options: LedgerOptions): Promise<Ledger> {
  const nonce = () => options.random(16);
  const { id: storeId } = await ensureStoreRecord(store, nonce);
  const tell = tellOnce(options.onDamage ?? (() => undefined));
  const context: Context = {
    store,
    storeId,
    clock: options.clock,
    nonce,
    heartbeat: options.heartbeat ?? HEARTBEAT_TIMES,
    tell,
    passBy: createPassBy(tell),
    processState: options.processState ?? stateFrom(options.process),
  };
  const { replaceManifest, ...manifests } = createManifests(context);
  const run = () => runId(options.clock.now(), options.random);
  const gone = createGone(context, manifests, run);
  const runs = createRuns(context);
  const claims = createClaims(context, runs.liveness);
  const failures = createFailures(context, manifests);
  const taskKeys = createTaskKeys(context);
  return {
    store,
    storeId,
    heartbeat: context.heartbeat,
    passBy: context.passBy,
    ...manifests,
    ...gone,
    ...runs,
    ...createHeartbeats(context),
    ...claims,
    ...createSlots(context, runs.liveness),
    ...failures,
    ...createWaits(context, manifests),
    ...taskKeys,
    ...createOwners(context),
    ...createTicks(context),
    ...createLogs(context),
    ...createPublications(context, { ...manifests, ...gone }, runs.liveness),
    readKnowledge: createKnowledge(context, {
      cache: openManifestCache(options.cacheFolder, context),
      liveness: runs.liveness,
      readRun: runs.readRun,
      readTaskKeys: taskKeys.readTaskKeys,
    }),
    gc: createGc(context, { ...manifests, replaceManifest }, runs.liveness, run),
  };
}
