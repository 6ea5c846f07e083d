import { setMaxListeners } from 'node:events';
import PQueue from 'p-queue';
import type { Pipeline, Task } from '../model/pipeline.ts';
import type { RunEvent } from '../model/event.ts';
import type { InstanceId } from '../model/partition.ts';
import type { Plan, PlannedInstance } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { attemptId } from '../model/run-id.ts';
import { runHook } from './attempt/hook.ts';
import { runAttempt } from './attempt/sequence.ts';
import type { AttemptOutcome, Work } from './attempt/work.ts';
import type { Emit } from './events.ts';
import { followUp } from './progress/follow-up.ts';
import type { Heart } from './heart.ts';
import type { Masker } from './log/mask.ts';
import type { AbsentMember } from './progress/needs.ts';
import { isDoneBefore, nodesOf } from './progress/nodes.ts';
import { slotsIn } from './progress/shares.ts';
import { createProgress } from './progress/progress.ts';
import { whatIsLost } from './reach.ts';
import type { Results } from './results.ts';
import { decideRetry } from './progress/retry.ts';
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

export interface Ending {
  readonly interrupted: boolean;
  /** Engine or store went out of reach. */
  readonly halted: boolean;
}

/**
 * Starts what the progress machine releases and tells it what came of it, until nothing is left. Holds no knowledge
 * of its own about order or limits.
 */
export async function driveRun(drive: Drive): Promise<Ending> {
  const { plan, environment, emit, masker, results, heart } = drive;
  const { clock, interrupt, pipelines, run } = environment;
  const planned = new Map<InstanceId, PlannedInstance>();
  for (const instance of plan.instances) if (!isDoneBefore(instance)) planned.set(instance.id, instance);
  const { nodes, hooks } = nodesOf(plan, pipelines, environment.pools, environment.expressions);
  const progress = createProgress({ nodes, hooks, concurrency: environment.concurrency });
  const slotsOf = new Map([...nodes, ...hooks].map(({ id, shares }) => [id, slotsIn(shares)]));
  const queue = new PQueue({ concurrency: environment.concurrency });
  const running = new Map<InstanceId, AbortController>();
  const tries = new Map<InstanceId, number>();
  const attempts = new Map<InstanceId, string>();
  /** The run or the pool that an instance waited for last. */
  const waits = new Map<InstanceId, string>();
  const rests = new AbortController();
  // Any number of retries rest at once.
  setMaxListeners(0, rests.signal);
  let attemptCount = 0;
  let interrupted = false;
  let halted = false;
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
      if (planned.get(settled.id)?.action === 'none') continue;
      emit({ type: 'instance-finished', at: new Date(clock.now()).toISOString(), result });
    }
    for (const id of step.cancel) running.get(id)?.abort('fail-fast');
    for (const { id, absent } of step.start) {
      // Known as running from here on, so that an interrupt reaches it wherever it is.
      running.set(id, new AbortController());
      queue.add(() => attempt(id, absent)).catch(fail);
    }
    if (step.ended) end();
  };
  const apply = (event: ProgressEvent): void => {
    if (!over) take(progress.apply(event));
  };

  const halt = (reason: string): void => {
    halted = true;
    rests.abort();
    apply({ type: 'halted', reason });
  };

  const attempt = async (id: InstanceId, absent: readonly AbsentMember[]): Promise<void> => {
    const instance = planned.get(id);
    const found = instance === undefined ? undefined : taskOf(pipelines, instance);
    const signal = running.get(id)?.signal;
    if (over || instance === undefined || found === undefined || signal === undefined) return;
    if (signal.aborted) {
      running.delete(id);
      apply({ type: 'finished', id, state: 'cancelled', reason: String(signal.reason), ran: false });
      return;
    }
    let name = attempts.get(id);
    if (name === undefined) {
      attemptCount += 1;
      name = attemptId(run, attemptCount);
      attempts.set(id, name);
      tries.set(id, (tries.get(id) ?? 0) + 1);
    }
    const work: Work = {
      planned: instance,
      ...found,
      attempt: name,
      absent,
      environment,
      masker,
      emit,
      slots: slotsOf.get(id) ?? [],
      waited: waits.has(id),
      isAlive: heart.isAlive,
      decideRetry: (failure) =>
        interrupted || halted || signal.aborted
          ? { kind: 'final' }
          : decideRetry(found.task.retry, failure, tries.get(id) ?? 1, environment.random()),
    };
    const outcome =
      found.task.kind === 'hook'
        ? await runHook(work, hookStatus(), runJson(drive.reportOf({ interrupted, halted })), signal)
        : await runAttempt(work, signal);
    if (over) return;
    running.delete(id);
    await follow(work, outcome);
  };

  const hookStatus = () => ({
    failure: results
      .all()
      .some(({ state, continueOnError }) => state === 'failed' && continueOnError !== true),
    cancelled: interrupted,
  });

  const follow = async (work: Work, outcome: AttemptOutcome): Promise<void> => {
    const { id } = work.planned;
    results.note(id, work.attempt, outcome);
    if (outcome.kind === 'held') {
      const { run: holder } = outcome.by;
      waitOn(id, holder, { type: 'waiting-on-claim', id, run: holder });
    }
    if (outcome.kind === 'crowded') {
      const { want, by } = outcome;
      const { kind, name } = want;
      waitOn(id, `${kind} ${name}`, {
        type: 'waiting-on-pool',
        id,
        kind,
        name,
        ...(by !== undefined && { by }),
      });
    }
    if (outcome.kind === 'retry') {
      const { failure, afterSeconds } = outcome;
      attempts.delete(id);
      emit({ type: 'retry-scheduled', id, attempt: work.attempt, cause: failure.cause, afterSeconds });
    }
    if (outcome.kind === 'failed') {
      // Before anything else starts: it would only fail the same way.
      const lost = await whatIsLost(outcome.failure, environment.engine);
      if (lost !== undefined) halt(lost);
    }
    const next = followUp(work, outcome, clock.now(), environment.random());
    if (next.kind === 'finish') apply(next.event);
    else rest(id, next.seconds, next.failed).catch(fail);
  };

  /** Told once for each run or pool that it waits for. */
  const waitOn = (id: InstanceId, what: string, event: RunEvent): void => {
    if (waits.get(id) === what) return;
    waits.set(id, what);
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

  /** Others may have taken over: whatever goes on here is for nothing, or in their way. */
  const onDeath = (): void => {
    const reason = String(heart.death.reason);
    // Where all that was left is done by others, no instance tells it.
    emit({ type: 'warning', message: `Stopped: ${reason}` });
    for (const controller of running.values()) controller.abort(reason);
    halt(reason);
  };
  const onInterrupt = (): void => {
    interrupted = true;
    emit({ type: 'interrupted', stage: 1, signal: String(interrupt.signal.reason) });
    rests.abort();
    for (const controller of running.values()) controller.abort('interrupted');
    apply({ type: 'interrupted' });
  };
  const onHard = (): void => {
    interrupted = true;
    emit({ type: 'interrupted', stage: 2, signal: String(interrupt.hard.reason) });
    for (const controller of running.values()) controller.abort('interrupted');
    over = true;
    for (const id of planned.keys()) {
      if (results.has(id)) continue;
      const reason = running.has(id)
        ? 'left as it was at the second interrupt'
        : 'interrupted before it was started';
      results.settle({ id, state: 'cancelled', reason, blockedBy: [], raises: true });
    }
    end();
  };
  heart.death.addEventListener('abort', onDeath, { once: true });
  interrupt.signal.addEventListener('abort', onInterrupt, { once: true });
  interrupt.hard.addEventListener('abort', onHard, { once: true });
  try {
    take(progress.begin());
    if (heart.death.aborted) onDeath();
    if (interrupt.signal.aborted) onInterrupt();
    if (interrupt.hard.aborted) onHard();
    await ended;
    return { interrupted, halted };
  } finally {
    over = true;
    rests.abort();
    queue.clear();
    heart.death.removeEventListener('abort', onDeath);
    interrupt.signal.removeEventListener('abort', onInterrupt);
    interrupt.hard.removeEventListener('abort', onHard);
  }
}

function taskOf(
  pipelines: ReadonlyMap<string, Pipeline>,
  instance: PlannedInstance,
): { readonly pipeline: Pipeline; readonly task: Task } | undefined {
  const pipeline = pipelines.get(instance.pipeline);
  const task = pipeline?.tasks[instance.task];
  return pipeline === undefined || task === undefined ? undefined : { pipeline, task };
}
