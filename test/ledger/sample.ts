import { createHash } from 'node:crypto';
import { openLedger, type LedgerOptions } from '../../runner/ledger/open.ts';
import type { Ask, Ledger } from '../../runner/ledger/ledger.ts';
import { contentDigest } from '../../runner/model/outputs/content-digest.ts';
import { parseInstanceId, type InstanceId } from '../../runner/model/partition.ts';
import { runOfAttempt } from '../../runner/model/run-id.ts';
import type { BackfillRecord } from '../../runner/model/backfill.ts';
import {
  STORE_SCHEMA,
  type FailureRecord,
  type Manifest,
  type ProcessIdentity,
  type RunRecord,
} from '../../runner/model/records.ts';
import type { ObjectStore } from '../../runner/ports.ts';
import { openMemoryStore } from '../../runner/stores/memory/store.ts';

export const ID = 'short-score/prices/date=2021-01-29';
export const RUN = '20210129T220000Z-aaaaaa';
export const OTHER_RUN = '20210130T220000Z-bbbbbb';

export const PROCESS: ProcessIdentity = { bootId: 'boot', pid: 100, startTime: '5', host: 'here' };

/** Processes by pid, for the ledger to judge. */
export const DEAD = 666;
export const ELSEWHERE = 777;

export interface Bench {
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  /** Another one over the same store. */
  readonly open: (store?: ObjectStore) => Promise<Ledger>;
  /** Lets time pass. */
  readonly pass: (seconds: number) => void;
  readonly now: () => number;
}

export async function openBench(over?: ObjectStore, more: Partial<LedgerOptions> = {}): Promise<Bench> {
  let time = Date.parse('2021-02-01T00:00:00Z');
  const store = over ?? openMemoryStore(undefined, () => time);
  let count = 0;
  const open = (seen: ObjectStore = store) =>
    openLedger(seen, {
      clock: { now: () => time, sleep: async () => {} },
      process: PROCESS,
      random: (bytes) => {
        count += 1;
        return sha256(`${count}`).slice(0, 2 * bytes);
      },
      processState: ({ pid }) => (pid === DEAD ? 'dead' : pid === ELSEWHERE ? 'unknown' : 'alive'),
      ...more,
    });
  return {
    store,
    ledger: await open(),
    open,
    pass: (seconds) => {
      time += seconds * 1000;
    },
    now: () => time,
  };
}

let nonces = 0;

/** A manifest as a run writes it; with `files` their contents by path, `programs` those of them that can be run. */
export function manifestOf(
  attempt: string,
  more: Partial<Manifest> & {
    readonly files?: Readonly<Record<string, string>>;
    readonly programs?: readonly string[];
  } = {},
): Manifest {
  const { files = {}, programs = [], ...rest } = more;
  const objects = Object.entries(files).map(([path, content]) => ({
    path,
    bytes: Buffer.byteLength(content),
    sha256: sha256(content),
    ...(programs.includes(path) && { executable: true as const }),
  }));
  const instance = rest.instance ?? ID;
  const values = rest.values ?? {};
  nonces += 1;
  return {
    schema: STORE_SCHEMA,
    instance,
    partition: parseInstanceId(instance).keys,
    outcome: 'succeeded',
    attempt,
    run: runOfAttempt(attempt),
    fingerprint: {
      script: 's',
      image: 'i',
      files: 'f',
      env: 'e',
      settings: 't',
      shell: 'h',
      user: 'u',
      outputs: 'o',
      needs: 'n',
    },
    settings: { top: 50 },
    inputs: [],
    objects,
    contentDigest: contentDigest(objects, values, sha256),
    omitted: [],
    published: [],
    startedAt: '2021-01-29T22:00:01.000Z',
    finishedAt: '2021-01-29T22:00:02.000Z',
    nonce: `nonce-${nonces}`,
    ...rest,
    values,
  };
}

/** Puts the outputs of an attempt where its manifest says they are. */
export async function upload(
  store: ObjectStore,
  attempt: string,
  files: Readonly<Record<string, string>>,
  id: InstanceId = ID,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await store.put(`objects/${id}/${attempt}/${path}`, new TextEncoder().encode(content));
  }
}

export function runRecord(run: string, more: Partial<RunRecord> = {}): RunRecord {
  return {
    schema: STORE_SCHEMA,
    run,
    pipeline: 'short-score',
    request: {},
    process: PROCESS,
    startedAt: '2021-01-29T22:00:00.000Z',
    nonce: `run-${run}`,
    ...more,
  };
}

/** With each field that it can have. */
export function backfillOf(id: string, more: Partial<BackfillRecord> = {}): Omit<BackfillRecord, 'nonce'> {
  return {
    schema: STORE_SCHEMA,
    backfill: id,
    pipeline: 'short-score',
    request: {
      pipeline: 'short-score',
      tasks: [],
      range: { kind: 'range', from: '2021-01-04', to: '2021-01-29' },
      params: {},
      times: {},
      rebuild: { missing: true, failed: true, stale: false, all: false },
      downstream: false,
    },
    rules: { order: 'newest', concurrency: 4, canary: 3, maxFailures: 20 },
    definition: { 'short-score/prices': { run: '0123456789abcdef' } },
    runs: [id],
    planned: 20,
    startedAt: '2021-01-29T22:00:00.000Z',
    cancelled: { at: '2021-01-29T22:30:00.000Z', by: 'somebody' },
    finishedAt: '2021-01-29T22:31:00.000Z',
    outcome: 'cancelled',
    counts: { done: 1 },
    ...more,
  };
}

export function failureOf(
  attempt: string,
  over: string | null,
  more: Partial<FailureRecord> = {},
): FailureRecord {
  return {
    schema: STORE_SCHEMA,
    instance: ID,
    run: runOfAttempt(attempt),
    attempt,
    cause: { kind: 'exit', message: 'exit status 1', transient: false },
    exitCode: 1,
    lastLines: ['boom'],
    startedAt: '2021-01-29T22:00:01.000Z',
    finishedAt: '2021-01-29T22:00:02.000Z',
    over,
    count: 1,
    firstFailedAt: '2021-01-29T22:00:02.000Z',
    ...more,
  };
}

export function askOf(attempt: string, over: string | null, more: Partial<Ask> = {}): Ask {
  return {
    instance: ID,
    over,
    run: runOfAttempt(attempt),
    attempt,
    at: '2021-01-29T22:00:02.000Z',
    lastLines: ['404'],
    ...more,
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
