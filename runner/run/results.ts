import type { InstanceId } from '../model/partition.ts';
import type { Task } from '../model/pipeline.ts';
import type { Plan, PlannedInstance } from '../model/plan.ts';
import type { EarlierTry } from '../model/records.ts';
import type { ReportInstance } from '../model/report.ts';
import type { AttemptOutcome, AttemptFailure } from './attempt/work.ts';
import { isDoneBefore } from './progress/nodes.ts';
import type { Settled } from './progress/step.ts';

/** Gathers what the report says of each instance: the machine knows the state, the attempts the rest. */
export interface Results {
  /** Of the latest try. */
  note(id: InstanceId, attempt: string, outcome: AttemptOutcome): void;
  settle(settled: Settled): ReportInstance;
  has(id: InstanceId): boolean;
  /** From now on this is the plan: legs stand in the place of placeholders. */
  grow(plan: Plan): void;
  readonly plan: Plan;
  /** Asked for, and not done before. */
  asked(): ReadonlySet<InstanceId>;
  /** In plan order: those that are settled. */
  all(): readonly ReportInstance[];
  readonly raising: ReadonlySet<InstanceId>;
  readonly published: readonly string[];
}

interface Facts {
  readonly attempt?: string;
  readonly seconds?: number;
  readonly exitCode?: number;
  readonly failure?: AttemptFailure;
}

export function createResults(first: Plan, taskOf: (planned: PlannedInstance) => Task | undefined): Results {
  let plan = first;
  /** Of the plan as it was, and not as it is: what became of them is told all the same. */
  let left: readonly PlannedInstance[] = [];
  const planned = new Map<InstanceId, PlannedInstance>();
  const enter = (): void => {
    for (const instance of plan.instances) if (!isDoneBefore(instance)) planned.set(instance.id, instance);
  };
  enter();
  const facts = new Map<InstanceId, Facts>();
  const earlier = new Map<InstanceId, EarlierTry[]>();
  const results = new Map<InstanceId, ReportInstance>();
  const raising = new Set<InstanceId>();
  const published: string[] = [];

  return {
    raising,
    published,
    get plan() {
      return plan;
    },
    grow(now) {
      const there = new Set(now.instances.map(({ id }) => id));
      left = [...left, ...plan.instances].filter(({ id }) => !there.has(id));
      plan = now;
      enter();
    },
    asked() {
      const asked = new Set<InstanceId>();
      for (const instance of [...left, ...plan.instances]) {
        if (instance.asked && !isDoneBefore(instance)) asked.add(instance.id);
      }
      return asked;
    },
    has: (id) => results.has(id),
    all: () =>
      [...left, ...plan.instances].flatMap((instance) => {
        const { id, task, reason } = instance;
        return isDoneBefore(instance)
          ? { id, task, state: 'done' as const, reason }
          : (results.get(id) ?? []);
      }),
    note(id, attempt, outcome) {
      facts.set(id, factsOf(attempt, outcome));
      if (outcome.kind === 'retry')
        earlier.set(id, [...(earlier.get(id) ?? []), earlierTry(attempt, outcome)]);
      if (outcome.kind === 'succeeded' || outcome.kind === 'republished')
        published.push(...outcome.published);
    },
    settle(settled) {
      const { id, state, reason, blockedBy } = settled;
      const { failure, ...known } = facts.get(id) ?? {};
      const instance = planned.get(id);
      const tries = earlier.get(id);
      const task = instance === undefined ? undefined : taskOf(instance);
      const cause = state === 'failed' || state === 'unpublished' ? failure?.cause : undefined;
      const result: ReportInstance = {
        id,
        task: instance?.task ?? '',
        state,
        reason: state === 'failed' && cause !== undefined ? cause.message : reason,
        ...known,
        ...(cause === undefined ? {} : { cause }),
        ...(tries === undefined ? {} : { earlier: tries }),
        ...(failure === undefined || failure.lastLines.length === 0 ? {} : { lastLines: failure.lastLines }),
        ...(task?.continueOnError === true ? { continueOnError: true } : {}),
        ...(task?.kind === 'hook' ? { hook: true } : {}),
        ...(task?.outputs.some(({ kind }) => kind === 'path') === true ? { hasFiles: true } : {}),
        ...(instance?.asked === false ? { added: true } : {}),
        ...(blockedBy.length === 0 ? {} : { blockedBy }),
        ...(settled.raises ? { raises: true } : {}),
      };
      results.set(id, result);
      if (settled.raises) raising.add(id);
      return result;
    },
  };
}

function earlierTry(
  attempt: string,
  { failure, ran }: Extract<AttemptOutcome, { kind: 'retry' }>,
): EarlierTry {
  const { cause, exitCode } = failure;
  return {
    attempt,
    reason: cause.message,
    ...(ran === undefined ? {} : { seconds: ran.seconds }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

function factsOf(attempt: string, outcome: AttemptOutcome): Facts {
  switch (outcome.kind) {
    case 'taken':
    case 'unchanged':
    case 'republished':
      return { attempt: outcome.attempt };
    case 'blocked':
    case 'gone':
    case 'held':
    case 'crowded':
      return {};
    case 'retry':
    case 'put-back':
    case 'failed': {
      const { exitCode } = outcome.failure;
      return {
        attempt,
        failure: outcome.failure,
        ...(outcome.ran === undefined ? {} : { seconds: outcome.ran.seconds }),
        ...(exitCode === undefined ? {} : { exitCode }),
      };
    }
    case 'unpublished':
      return {
        attempt,
        ...outcome.ran,
        failure: { cause: outcome.cause, lastLines: [], storeLost: false },
      };
    case 'succeeded':
    case 'skipped':
    case 'waiting':
    case 'cancelled':
      return outcome.ran === undefined ? {} : { attempt, ...outcome.ran };
  }
}
