import type { InstanceId } from '../../model/partition.ts';
import type { MatrixLeg, Pipeline, Scalar, Task } from '../../model/pipeline.ts';
import type { BoundNeed } from '../../model/plan.ts';
import type { TimeKey } from '../../model/time.ts';
import type { Expressions } from '../expressions.ts';
import { timeKeyOf } from './time-keys.ts';
import { typed } from '../request/typed-value.ts';
import { own, setOwn } from '../../model/own.ts';

/**
 * One instance that a plan may concern. There are 100,000 of them: what they have in common (time keys, settings,
 * legs, bound needs) is shared, and what few ask for (params, period) is made when asked.
 */
export interface ScopedInstance {
  readonly id: InstanceId;
  readonly table: TaskTable;
  /** The time key's value; empty without one. */
  readonly position: string;
  readonly variant: Variant;
  /** Its place in the scope's order; with `bindings` filled when the scope is expanded. */
  index: number;
  bindings: readonly Binding[];
  asked: boolean;
  /** Beyond the asked range, only because it depends on something in it. */
  downstream: boolean;
}

/** A bound need with its members at hand; shared by all instances that read the same. */
export interface Binding {
  readonly need: BoundNeed;
  readonly members: readonly ScopedInstance[];
}

/** The keys of an instance other than its time key: other keys and one matrix leg. */
export interface Variant {
  /** As stored, without the time key's segment: `venue=nyse`; empty when there is none. */
  readonly text: string;
  readonly keys: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, Scalar>>;
  readonly matrix: MatrixLeg;
  /** Stands for legs that are not known yet. */
  readonly placeholder: boolean;
  readonly instances: Map<string, ScopedInstance | null>;
}

/** One task with all of its instances that were ever asked for. */
export interface TaskTable {
  readonly pipeline: Pipeline;
  readonly task: Task;
  /** Another pipeline's: only checked. */
  readonly foreign: boolean;
  readonly timeKey: TimeKey | undefined;
  /** The values of the settings it sees. */
  readonly settings: Readonly<Record<string, Scalar>>;
  readonly variants: Map<string, readonly Variant[]>;
  /** By their text: however it is asked for, one variant is one object. */
  readonly variantsByText: Map<string, Variant>;
  readonly dueMs: Map<string, number>;
}

/** What of one task was asked for. */
export interface Asked {
  readonly table: TaskTable;
  readonly positions: readonly string[];
  readonly variants: readonly Variant[];
}

/** What a matrix that is known only at run time comes to for one placeholder. */
export type LegsOf =
  | {
      readonly kind: 'known';
      readonly legs: readonly MatrixLeg[];
      readonly byName: ReadonlyMap<string, MatrixLeg>;
    }
  /** Its sources are not done, or have not been looked at. */
  | { readonly kind: 'unknown'; readonly sources: readonly InstanceId[] }
  /** What they declared names no legs; in words. */
  | { readonly kind: 'broken'; readonly sources: readonly InstanceId[]; readonly message: string };

export type LegsAt = (placeholder: ScopedInstance) => LegsOf;

export interface Tables {
  readonly expressions: Expressions;
  /** The legs behind a placeholder. */
  readonly legsAt: LegsAt;
  /** Undefined for a task that does not exist; spec has reported it. */
  readonly tableOf: (pipeline: string, task: string) => TaskTable | undefined;
}

export function createTables(
  pipelines: ReadonlyMap<string, Pipeline>,
  asked: string,
  given: Readonly<Record<string, Scalar>>,
  expressions: Expressions,
  createLegs: (tables: Tables) => LegsAt = () => () => NO_LEGS,
): Tables {
  const tables = new Map<string, TaskTable>();
  const tableOf = (pipelineName: string, taskName: string): TaskTable | undefined => {
    const name = `${pipelineName}/${taskName}`;
    const known = tables.get(name);
    if (known !== undefined) return known;
    const pipeline = pipelines.get(pipelineName);
    const task = own(pipeline?.tasks, taskName);
    if (pipeline === undefined || task === undefined) return undefined;
    const foreign = pipelineName !== asked;
    const table: TaskTable = {
      pipeline,
      task,
      foreign,
      timeKey: task.timeKey === undefined ? undefined : timeKeyOf(pipeline, task.timeKey),
      settings: settingsOf(pipeline, task, foreign ? {} : given),
      variants: new Map(),
      variantsByText: new Map(),
      dueMs: new Map(),
    };
    tables.set(name, table);
    return table;
  };
  let legsAt: LegsAt | undefined;
  const made: Tables = {
    expressions,
    tableOf,
    legsAt: (placeholder) => (legsAt ??= createLegs(made))(placeholder),
  };
  return made;
}

const NO_LEGS: LegsOf = { kind: 'unknown', sources: [] };

function settingsOf(
  pipeline: Pipeline,
  task: Task,
  given: Readonly<Record<string, Scalar>>,
): Readonly<Record<string, Scalar>> {
  const settings: Record<string, Scalar> = {};
  for (const name of task.params) {
    const param = own(pipeline.params, name);
    if (param?.kind !== 'plain' || param.key) continue;
    const value = typed(param, own(given, name) ?? param.default);
    if (value !== undefined) setOwn(settings, name, value);
  }
  return settings;
}
