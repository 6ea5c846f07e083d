import type { MatrixLeg, Param, Pipeline, Scalar, Task } from '../model/pipeline.ts';
import { encodeValue, keyText, NO_KEYS, type InstanceId } from '../model/partition.ts';
import type { BoundNeed } from '../model/plan.ts';
import type { TimeKey } from '../model/time.ts';
import type { Expressions, PlanContexts } from './expressions.ts';

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

/** The value of a matrix key that is known only when its source is done. */
export const UNKNOWN_LEG = '*';

export interface Tables {
  readonly expressions: Expressions;
  /** Undefined for a task that does not exist; spec has reported it. */
  readonly tableOf: (pipeline: string, task: string) => TaskTable | undefined;
}

export function createTables(
  pipelines: ReadonlyMap<string, Pipeline>,
  own: string,
  given: Readonly<Record<string, Scalar>>,
  expressions: Expressions,
): Tables {
  const tables = new Map<string, TaskTable>();
  const tableOf = (pipelineName: string, taskName: string): TaskTable | undefined => {
    const name = `${pipelineName}/${taskName}`;
    const known = tables.get(name);
    if (known !== undefined) return known;
    const pipeline = pipelines.get(pipelineName);
    const task = pipeline?.tasks[taskName];
    if (pipeline === undefined || task === undefined) return undefined;
    const foreign = pipelineName !== own;
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
  return { expressions, tableOf };
}

const NO_BINDINGS: readonly Binding[] = [];

/** Undefined where its `if` on params removes it. */
export function instanceAt(
  tables: Tables,
  table: TaskTable,
  position: string,
  variant: Variant,
): ScopedInstance | undefined {
  const known = variant.instances.get(position);
  if (known !== undefined) return known ?? undefined;
  const { pipeline, task, timeKey } = table;
  const time = timeKey === undefined ? '' : `${timeKey.name}=${position}`;
  const partition =
    time === '' ? variant.text || NO_KEYS : variant.text === '' ? time : `${time}/${variant.text}`;
  const instance: ScopedInstance = {
    id: `${pipeline.name}/${task.name}/${partition}`,
    table,
    position,
    variant,
    index: -1,
    bindings: NO_BINDINGS,
    asked: false,
    downstream: false,
  };
  const exists =
    task.if?.reads !== 'params' ||
    tables.expressions.condition(task.if.expression, contextsOf(tables, instance));
  variant.instances.set(position, exists ? instance : null);
  return exists ? instance : undefined;
}

/** The variants with these key values; keys that are not named take all their values. */
export function variantsOf(table: TaskTable, fixed: Readonly<Record<string, string>>): readonly Variant[] {
  let cacheKey = '';
  for (const name of table.task.keys) {
    const value = fixed[name];
    if (value !== undefined) cacheKey += `${name}=${value}\0`;
  }
  let variants = table.variants.get(cacheKey);
  if (variants === undefined) {
    variants = buildVariants(table, fixed);
    table.variants.set(cacheKey, variants);
  }
  return variants;
}

/** All that the task sees, typed: keys and settings. */
export function paramsOf(instance: ScopedInstance): Readonly<Record<string, Scalar>> {
  const { table, variant, position } = instance;
  const { params: names } = table.task;
  if (table.timeKey !== undefined && names.length === 1 && names[0] === table.timeKey.name) {
    return timeAlone(table.timeKey, position);
  }
  const params: Record<string, Scalar> = {};
  for (const name of names) {
    const value =
      name === table.timeKey?.name ? position : (variant.params[name] ?? table.settings[name] ?? undefined);
    if (value !== undefined) params[name] = value;
  }
  return params;
}

/** Keys in canonical text and stored order. */
export function keysOf(instance: ScopedInstance): Readonly<Record<string, string>> {
  const { table, variant, position } = instance;
  if (table.timeKey === undefined) return variant.keys;
  if (variant.text === '') return timeAlone(table.timeKey, position);
  return { [table.timeKey.name]: position, ...variant.keys };
}

const timesAlone = new WeakMap<TimeKey, Map<string, Readonly<Record<string, string>>>>();

/** `{ date: '2021-01-29' }`: most tasks have no other key, so that they can share it. */
function timeAlone(key: TimeKey, position: string): Readonly<Record<string, string>> {
  let known = timesAlone.get(key);
  if (known === undefined) {
    known = new Map();
    timesAlone.set(key, known);
  }
  let keys = known.get(position);
  if (keys === undefined) {
    keys = { [key.name]: position };
    known.set(position, keys);
  }
  return keys;
}

export function contextsOf(tables: Tables, instance: ScopedInstance): PlanContexts {
  const params = paramsOf(instance);
  const { matrix } = instance.variant;
  const inputs: Record<string, string> = {};
  for (const [name, template] of Object.entries(instance.table.task.inputs)) {
    // An input that reads what a need produced is not known before it has run.
    if (template.includes('needs.')) continue;
    inputs[name] = template.includes('${{')
      ? tables.expressions.template(template, { params, matrix, inputs: {} })
      : template;
  }
  return { params, matrix, inputs };
}

const timeKeys = new WeakMap<Pipeline, Map<string, TimeKey>>();

/** One object a key, so that whatever is remembered of its dates is remembered once. */
export function timeKeyOf(pipeline: Pipeline, name: string): TimeKey | undefined {
  let known = timeKeys.get(pipeline);
  if (known === undefined) {
    known = new Map();
    timeKeys.set(pipeline, known);
  }
  const key = known.get(name);
  if (key !== undefined) return key;
  const param = pipeline.params[name];
  if (param?.kind !== 'time') return undefined;
  const built: TimeKey = {
    name,
    type: param.type,
    timezone: pipeline.timezone,
    ...(param.calendar && { calendar: param.calendar }),
    ...(param.start !== undefined && { start: param.start }),
  };
  known.set(name, built);
  return built;
}

function settingsOf(
  pipeline: Pipeline,
  task: Task,
  given: Readonly<Record<string, Scalar>>,
): Readonly<Record<string, Scalar>> {
  const settings: Record<string, Scalar> = {};
  for (const name of task.params) {
    const param = pipeline.params[name];
    if (param?.kind !== 'plain' || param.key) continue;
    const value = typed(param, given[name] ?? param.default);
    if (value !== undefined) settings[name] = value;
  }
  return settings;
}

function buildVariants(table: TaskTable, fixed: Readonly<Record<string, string>>): readonly Variant[] {
  const { pipeline, task } = table;
  let combinations: Readonly<Record<string, Scalar>>[] = [{}];
  for (const name of task.keys) {
    const param = pipeline.params[name];
    if (param?.kind !== 'plain') continue;
    const values = valuesOf(param, fixed[name]);
    combinations = combinations.flatMap((known) => values.map((value) => ({ ...known, [name]: value })));
  }
  return combinations.flatMap((params) =>
    legsOf(task, fixed).map((leg) => buildVariant(table, params, leg.matrix, leg.placeholder)),
  );
}

function buildVariant(
  table: TaskTable,
  params: Readonly<Record<string, Scalar>>,
  matrix: MatrixLeg,
  placeholder: boolean,
): Variant {
  const { task } = table;
  const keys: Record<string, string> = {};
  for (const name of task.keys) {
    const value = params[name] ?? matrix[name];
    if (name !== task.timeKey && value !== undefined) keys[name] = keyText(value);
  }
  const text = Object.entries(keys)
    .map(([name, value]) => `${name}=${encodeValue(value)}`)
    .join('/');
  let variant = table.variantsByText.get(text);
  if (variant === undefined) {
    variant = { text, keys, params, matrix, placeholder, instances: new Map() };
    table.variantsByText.set(text, variant);
  }
  return variant;
}

interface Leg {
  readonly matrix: MatrixLeg;
  readonly placeholder: boolean;
}

function legsOf(task: Task, fixed: Readonly<Record<string, string>>): readonly Leg[] {
  const { matrix } = task;
  if (matrix === undefined) return [{ matrix: {}, placeholder: false }];
  switch (matrix.kind) {
    case 'dynamic':
      return [
        {
          matrix: Object.fromEntries(matrix.keys.map((name) => [name, fixed[name] ?? UNKNOWN_LEG])),
          placeholder: true,
        },
      ];
    case 'static':
      return matrix.legs
        .filter((leg) =>
          matrix.keys.every((name) => {
            const wanted = fixed[name];
            const value = leg[name];
            return wanted === undefined || (value !== undefined && keyText(value) === wanted);
          }),
        )
        .map((leg) => ({ matrix: leg, placeholder: false }));
  }
}

type PlainParam = Extract<Param, { kind: 'plain' }>;

/** The values a key can take: the one that is asked for, else every one that its type spells out. */
function valuesOf(param: PlainParam, fixed: string | undefined): readonly Scalar[] {
  if (fixed !== undefined) {
    const value = typed(param, fixed);
    return value === undefined ? [] : [value];
  }
  switch (param.type) {
    case 'choice':
      return param.options ?? [];
    case 'boolean':
      return [false, true];
    case 'string':
    case 'number':
      return param.default === undefined ? [] : [param.default];
  }
}

/** A value as its param's type; undefined for one that is none of it. */
export function typed(param: PlainParam, value: Scalar | undefined): Scalar | undefined {
  if (value === undefined) return undefined;
  switch (param.type) {
    case 'string':
      return keyText(value);
    case 'choice':
      return param.options?.includes(keyText(value)) === true ? keyText(value) : undefined;
    case 'number': {
      const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
      return typeof value !== 'boolean' && Number.isFinite(number) ? number : undefined;
    }
    case 'boolean':
      return typeof value === 'boolean'
        ? value
        : value === 'true'
          ? true
          : value === 'false'
            ? false
            : undefined;
  }
}
