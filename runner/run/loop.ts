import { setMaxListeners } from 'node:events';
import PQueue from 'p-queue';
import { messageOf, StoreError } from '../errors.ts';
import type { RunEvent } from '../model/event.ts';
import type { InstanceId } from '../model/partition.ts';
import type { Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { attemptId } from '../model/run-id.ts';
import { runHook } from './attempt/hook.ts';
import { runAttempt } from './attempt/sequence.ts';
import type { AttemptFailure, AttemptOutcome, Work } from './attempt/work.ts';
import { endingAfter, type Ending } from './ending.ts';
import type { Emit } from './events.ts';
import { recordKeyNames } from './record.ts';
import { growPlan } from './grow.ts';
import { followUp } from './progress/follow-up.ts';
import type { Heart } from './heart.ts';
import type { Masker } from './log/mask.ts';
import type { AbsentMember } from './progress/needs.ts';
import { createPacing } from './pace/pacing.ts';
import { nodesOf } from './progress/nodes.ts';
import { slotsIn } from './progress/shares.ts';
import { createProgress } from './progress/progress.ts';
import { whatIsLost } from './reach.ts';
import { recordsOf, type InstanceRecord } from './instance-records.ts';
import type { Results } from './results.ts';
import { createRetryBudget } from './progress/retry-budget.ts';
import { decideRetry, type RetryDecision } from './progress/retry.ts';
import type { RunEnvironment } from './run-environment.ts';
import { runJson } from './run-json.ts';
import type { ProgressEvent, Step } from './progress/step.ts';

export interface Drive {
  readonly plan: Plan;
  readonly environment: RunEnvironment;
  readonly emit: Emit;
  readonly masker: Masker;
  readonly results: Results;
  readonly heart: Heart;
  /** The run so far, for hooks. */
  readonly reportOf: (ending: Ending) => Report;
}

/**
 * Starts what the progress machine releases and tells it what came of it, until nothing is left. Holds no knowledge
 * of its own about order or limits.
 */
export async function driveRun(drive: Drive): Promise<Ending> {
  const { plan, environment, emit, masker, results, heart } = drive;
  const { clock, interrupt, pipelines, run } = environment;
  const { pacer } = environment;
  const planNodes = nodesOf(plan, pipelines, environment.pools, environment.expressions);
  const { nodes, hooks } = pacer?.arrange(planNodes) ?? planNodes;
  const paceNow = (): number =>
    Math.min(
      environment.concurrency,
      environment.pace?.concurrency() ?? Infinity,
      pacer?.atOnce() ?? Infinity,
    );
  const progress = createProgress({ nodes, hooks, concurrency: paceNow() });
  const records = recordsOf(plan, pipelines, [...nodes, ...hooks]);
  // Only executes what the machine releases: all limits are there.
  const queue = new PQueue();
  const rests = new AbortController();
  // Any number of retries rest at once.
  setMaxListeners(0, rests.signal);
  const budget = createRetryBudget();
  let isSpentTold = false;
  let attemptCount = 0;
  let ending: Ending = { kind: 'complete' };
  let over = false;
  let end: () => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });

  const take = (step: Step): void => {
    if (over) return;
    for (const settled of step.settled) {
      const result = results.settle(settled);
      // What the plan had settled is no news.
      if (records.get(settled.id)?.planned.action === 'none') continue;
      emit({ type: 'instance-finished', at: new Date(clock.now()).toISOString(), result });
    }
    pacing?.stepped(step);
    for (const id of step.cancel) records.get(id)?.controller?.abort('fail-fast');
    for (const { id, absent } of step.start) {
      const record = records.get(id);
      if (record === undefined) throw new RangeError(`Expected an instance of the plan, got ${id}`);
      // Known as running from here on, so that an interrupt reaches it wherever it is.
      record.controller = new AbortController();
      const { signal } = record.controller;
      queue.add(() => attempt(record, absent, signal)).catch(fail);
    }
    const { expand } = step;
    if (expand.length > 0) growing = growing.then(() => grow(expand)).catch(fail);
    if (step.ended) end();
  };
  const grow = async (placeholders: readonly InstanceId[]): Promise<void> => {
    const grown = await growPlan(placeholders, results.plan, records, environment, masker).catch(
      whenStoreIsLost,
    );
    if (over || grown === undefined) return;
    if (grown.plan !== undefined) {
      await recordKeyNames(environment.ledger, grown.plan, pipelines);
      results.grow(grown.plan);
      for (const [id, record] of grown.records) records.set(id, record);
      emit({ type: 'plan-grown', added: grown.added, replaced: grown.replaced });
      apply({ type: 'grown', nodes: grown.nodes, replaced: grown.replaced, needs: grown.needs });
    }
    for (const { id, state, reason } of grown.ended) {
      apply({ type: 'finished', id, state, reason, ran: false });
    }
    pacing?.grown();
  };
  const whenStoreIsLost = (error: unknown): undefined => {
    if (!(error instanceof StoreError)) throw error;
    halt(`the store is out of reach: ${messageOf(error)}`);
    return undefined;
  };
  /** One after the other: each begins with the plan that the one before has left. */
  let growing: Promise<void> = Promise.resolve();

  const apply = (event: ProgressEvent): void => {
    if (!over) take(progress.apply(event));
  };
  const pacing =
    pacer &&
    createPacing(pacer, { apply, emit, clock, signal: rests.signal, onError: (error) => fail(error) });

  const halt = (reason: string): void => {
    ending = endingAfter(ending, 'halted');
    rests.abort();
    apply({ type: 'halted', reason });
  };

  const attempt = async (
    record: InstanceRecord,
    absent: readonly AbsentMember[],
    signal: AbortSignal,
  ): Promise<void> => {
    const { planned, pipeline, task } = record;
    if (over) return;
    if (signal.aborted) {
      record.controller = undefined;
      const reason = String(signal.reason);
      apply({ type: 'finished', id: planned.id, state: 'cancelled', reason, ran: false });
      pacing?.ended(planned.id, undefined);
      return;
    }
    if (record.attempt === undefined) {
      attemptCount += 1;
      record.attempt = attemptId(run, attemptCount);
      record.tries += 1;
    }
    const work: Work = {
      planned,
      pipeline,
      task,
      attempt: record.attempt,
      absent,
      environment,
      masker,
      emit,
      slots: slotsIn(record.shares),
      waited: record.waitedFor !== undefined,
      isAlive: heart.isAlive,
      decideRetry: (failure) =>
        ending.kind !== 'complete' || signal.aborted ? { kind: 'final' } : retryOf(record, failure),
    };
    const outcome =
      task.kind === 'hook'
        ? await runHook(work, hookStatus(), runJson(drive.reportOf(ending)), signal)
        : await runAttempt(work, signal);
    if (over) return;
    record.controller = undefined;
    await follow(record, work, outcome);
  };

  const retryOf = ({ planned, task, tries }: InstanceRecord, failure: AttemptFailure): RetryDecision => {
    if (pacer !== undefined && task.kind !== 'hook') {
      return { kind: pacer.isPutBack(planned.id, failure) ? 'put-back' : 'final' };
    }
    const decision = decideRetry(task.retry, failure, tries, environment.random());
    if (decision.kind !== 'retry' || budget.take(failure.cause.kind)) return decision;
    if (!isSpentTold) emit({ type: 'warning', message: BUDGET_SPENT });
    isSpentTold = true;
    return { kind: 'final' };
  };

  const hookStatus = () => ({
    failure: results
      .all()
      .some(({ state, continueOnError }) => state === 'failed' && continueOnError !== true),
    cancelled: ending.kind === 'interrupted',
  });

  const follow = async (record: InstanceRecord, work: Work, outcome: AttemptOutcome): Promise<void> => {
    const { id } = work.planned;
    const next = followUp(work, outcome, {
      nowMs: environment.nowMs?.() ?? clock.now(),
      fraction: environment.random(),
      onHeld: environment.onHeld ?? 'wait',
    });
    results.note(id, work.attempt, outcome);
    if (outcome.kind === 'succeeded' || outcome.kind === 'skipped') budget.refill(record.failed);
    if (outcome.kind === 'held' && next.kind === 'rest') {
      const { run: holder } = outcome.by;
      waitOn(record, holder, { type: 'waiting-on-claim', id, run: holder });
    }
    if (outcome.kind === 'crowded') {
      const { want, by } = outcome;
      const { kind, name } = want;
      waitOn(record, `${kind} ${name}`, {
        type: 'waiting-on-pool',
        id,
        kind,
        name,
        ...(by !== undefined && { by }),
      });
    }
    if (outcome.kind === 'retry') {
      const { failure, afterSeconds } = outcome;
      record.attempt = undefined;
      record.failed = [...record.failed, failure.cause.kind];
      emit({ type: 'retry-scheduled', id, attempt: work.attempt, cause: failure.cause, afterSeconds });
    }
    if (outcome.kind === 'put-back') {
      record.attempt = undefined;
      emit({ type: 'put-back', id, attempt: work.attempt, cause: outcome.failure.cause });
    }
    if (outcome.kind === 'failed' || outcome.kind === 'put-back') {
      // Before anything else starts: it would only fail the same way.
      const lost = await whatIsLost(outcome.failure, environment.engine);
      if (lost !== undefined) halt(lost);
    }
    switch (next.kind) {
      case 'finish':
        apply(next.event);
        break;
      case 'rest':
        rest(id, next.seconds, next.failed).catch(fail);
        break;
      case 'put-back':
        apply({ type: 'resting', id, failed: next.failed });
        break;
    }
    pacing?.ended(id, outcome);
  };

  /** Told once for each run or pool that it waits for. */
  const waitOn = (record: InstanceRecord, what: string, event: RunEvent): void => {
    if (record.waitedFor === what) return;
    record.waitedFor = what;
    emit(event);
  };

  const rest = async (id: InstanceId, seconds: number, failed: boolean): Promise<void> => {
    apply({ type: 'resting', id, failed });
    try {
      await clock.sleep(seconds * 1000, rests.signal);
    } catch {
      // Stopped: the machine has settled it.
      return;
    }
    apply({ type: 'retry-due', id });
  };

  const abortAll = (reason: string): void => {
    for (const { controller } of records.values()) controller?.abort(reason);
  };

  /** Others may have taken over: whatever goes on here is for nothing, or in their way. */
  const onDeath = (): void => {
    const reason = String(heart.death.reason);
    // Where all that was left is done by others, no instance tells it.
    emit({ type: 'warning', message: `Stopped: ${reason}` });
    abortAll(reason);
    halt(reason);
  };
  const onInterrupt = (): void => {
    ending = endingAfter(ending, 'interrupted');
    emit({ type: 'interrupted', stage: 1, signal: String(interrupt.signal.reason) });
    rests.abort();
    abortAll('interrupted');
    apply({ type: 'interrupted' });
  };
  const onHard = (): void => {
    ending = endingAfter(ending, 'interrupted');
    emit({ type: 'interrupted', stage: 2, signal: String(interrupt.hard.reason) });
    abortAll('interrupted');
    over = true;
    for (const [id, { controller }] of records) {
      if (results.has(id)) continue;
      const reason =
        controller === undefined
          ? 'interrupted before it was started'
          : 'left as it was at the second interrupt';
      results.settle({ id, state: 'cancelled', reason, blockedBy: [], raises: true });
    }
    end();
  };
  heart.death.addEventListener('abort', onDeath, { once: true });
  interrupt.signal.addEventListener('abort', onInterrupt, { once: true });
  interrupt.hard.addEventListener('abort', onHard, { once: true });
  const stopPacing = environment.pace?.onChange(() => apply({ type: 'paced', concurrency: paceNow() }));
  try {
    take(progress.begin());
    pacing?.begin();
    if (heart.death.aborted) onDeath();
    if (interrupt.signal.aborted) onInterrupt();
    if (interrupt.hard.aborted) onHard();
    await ended;
    return ending;
  } finally {
    over = true;
    rests.abort();
    queue.clear();
    stopPacing?.();
    heart.death.removeEventListener('abort', onDeath);
    interrupt.signal.removeEventListener('abort', onInterrupt);
    interrupt.hard.removeEventListener('abort', onHard);
  }
}

const BUDGET_SPENT =
  'Too much fails in this run: nothing is tried a second time until something succeeds (its budget of retries is spent)';
