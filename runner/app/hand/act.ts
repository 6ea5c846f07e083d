import { randomUUID } from 'node:crypto';
import { upMilliseconds } from '../../clock.ts';
import { randomHex } from '../../compose.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { processIdentity } from '../../ledger/runs/process.ts';
import { sideBySide } from '../../ledger/side-by-side.ts';
import { isCarriedOut, type HandInstance, type HandResult } from '../../model/hand.ts';
import type { InstanceId } from '../../model/partition.ts';
import { STORE_SCHEMA, type ByHand, type RunRecord } from '../../model/records.ts';
import { attemptId, runId } from '../../model/run-id.ts';
import type { ReportState } from '../../model/state.ts';
import type { Clock } from '../../ports.ts';
import { startHeart } from '../../run/heart.ts';

export interface HandWork {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly pipeline: string;
  readonly by: ByHand;
  /** What was asked for, as the record of a run has it. */
  readonly request: unknown;
  /** Before anything is claimed. */
  readonly prepare?: (run: string) => Promise<void>;
  readonly warn: (message: string) => void;
}

/** One instance whose claim is held. */
export interface HandTurn {
  readonly id: InstanceId;
  readonly run: string;
  readonly attempt: string;
  /** False: others may hold us for dead, and nothing more may be committed. */
  readonly isAlive: () => boolean;
}

/** At a time: a distant store answers slowly, but many at once. */
const WIDTH = 16;

/**
 * What a person does is a run like any other: recorded, with a heart that beats, and under the claim of each instance.
 * What a live run has in hand is left to it.
 */
export async function actByHand<Subject extends { readonly id: InstanceId }>(
  work: HandWork,
  subjects: readonly Subject[],
  act: (subject: Subject, turn: HandTurn) => Promise<HandInstance>,
): Promise<{ readonly run: string; readonly instances: readonly HandInstance[] }> {
  const { ledger, clock, pipeline, by, request, prepare, warn } = work;
  const run = runId(clock.now(), randomHex);
  const startedAt = new Date(clock.now()).toISOString();
  const process = await processIdentity();
  const begun = { schema: STORE_SCHEMA, run, pipeline, request, process, startedAt, by };
  await ledger.startRun({ ...begun, nonce: randomUUID() });
  const heart = await startHeart({ ledger, run, clock, elapsed: upMilliseconds }, warn);
  const done = new Map<InstanceId, HandInstance>();
  const inOrder = () => subjects.flatMap(({ id }) => done.get(id) ?? []);
  const end = async (outcome: NonNullable<RunRecord['outcome']>): Promise<void> => {
    const instances = inOrder();
    await ledger.updateRun({
      ...begun,
      ...ending(instances),
      outcome,
      finishedAt: isoTime(clock),
      nonce: randomUUID(),
    });
  };
  try {
    await prepare?.(run);
    await sideBySide(subjects.entries(), WIDTH, async ([index, subject]) => {
      const turn = { id: subject.id, run, attempt: attemptId(run, index + 1), isAlive: heart.isAlive };
      done.set(subject.id, await underClaim(ledger, turn, () => act(subject, turn)));
    });
    const instances = inOrder();
    await end(isCarriedOut({ instances }) ? 'succeeded' : 'incomplete');
    return { run, instances };
  } catch (error) {
    // The first error is the one to tell; a run without an end is soon known to be dead.
    await end('failed').catch(() => undefined);
    throw error;
  } finally {
    await heart.stop();
  }
}

async function underClaim(
  ledger: Ledger,
  turn: HandTurn,
  act: () => Promise<HandInstance>,
): Promise<HandInstance> {
  const claimed = await ledger.claim(turn.id, turn.attempt, turn.run);
  if (claimed.kind === 'held') {
    const holder = await ledger.readRun(claimed.by.run);
    const reason = `run ${claimed.by.run}${holder === undefined ? '' : placeOf(holder)} is at work on it: stop that, or wait for its end`;
    return { id: turn.id, result: 'held', reason };
  }
  try {
    return await act();
  } finally {
    await ledger.release(claimed.claim);
  }
}

function placeOf({ process: { host } }: RunRecord): string {
  return ` on ${host}`;
}

/** As a run's record tells of its instances. */
const STATES: Readonly<Record<HandResult, ReportState>> = {
  skipped: 'skipped',
  put: 'succeeded',
  cleared: 'missing',
  published: 'done',
  unchanged: 'unchanged',
  kept: 'done',
  missing: 'missing',
  held: 'running',
  overtaken: 'done',
  unpublished: 'unpublished',
};

function ending(instances: readonly HandInstance[]): Pick<RunRecord, 'counts' | 'instances'> {
  const counts = new Map<ReportState, number>();
  for (const { result } of instances) counts.set(STATES[result], (counts.get(STATES[result]) ?? 0) + 1);
  return {
    counts: Object.fromEntries(counts),
    instances: instances.map(({ id, result, reason, attempt }) => ({
      id,
      state: STATES[result],
      reason,
      ...(attempt !== undefined && { attempt }),
    })),
  };
}

function isoTime(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
