import { encodeValue, NO_KEYS } from '../../model/partition.ts';
import type { Scalar } from '../../model/pipeline.ts';
import type { TimeKey } from '../../model/time.ts';
import type { PlanContexts } from '../expressions.ts';
import type { Binding, ScopedInstance, Tables, TaskTable, Variant } from './tables.ts';
import { legOf, legsBehind } from './variants.ts';
import { own, setOwn } from '../../model/own.ts';

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
  const time = timeKey === undefined ? '' : `${timeKey.name}=${storedTime(timeKey, position)}`;
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
    // Which of its legs the condition removes is not known yet.
    (variant.placeholder && task.if.expression.includes('matrix')) ||
    tables.expressions.condition(task.if.expression, contextsOf(tables, instance));
  variant.instances.set(position, exists ? instance : null);
  return exists ? instance : undefined;
}

/** Only a minute's text holds what a name in the store does not; asked for every instance of a plan. */
function storedTime({ type }: TimeKey, position: string): string {
  return type === 'minute' ? encodeValue(position) : position;
}

/** The instances there: one, or of a placeholder its legs as soon as they are known. */
export function instancesAt(
  tables: Tables,
  table: TaskTable,
  position: string,
  variant: Variant,
): readonly ScopedInstance[] {
  const instance = instanceAt(tables, table, position, variant);
  if (instance === undefined) return NOBODY;
  if (!variant.placeholder) return [instance];
  const found = tables.legsAt(instance);
  if (found.kind !== 'known') return [instance];
  return legsBehind(variant, found).flatMap(
    (leg) => instanceAt(tables, table, position, legOf(table, variant, leg)) ?? [],
  );
}

const NOBODY: readonly ScopedInstance[] = [];

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
      name === table.timeKey?.name
        ? position
        : (own(variant.params, name) ?? own(table.settings, name) ?? undefined);
    if (value !== undefined) setOwn(params, name, value);
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
    setOwn(
      inputs,
      name,
      template.includes('${{')
        ? tables.expressions.template(template, { params, matrix, inputs: {} })
        : template,
    );
  }
  return { params, matrix, inputs };
}
