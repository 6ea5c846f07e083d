import { parseTimeValue } from '../calendar/value.ts';
import {
  isPosition,
  offsetPosition,
  positionAround,
  positionAtOrBefore,
  positionEndingBy,
  positionsWithin,
} from '../calendar/positions.ts';
import { lastDayOf } from '../calendar/period.ts';
import { keyText } from '../model/partition.ts';
import type { NeedRule } from '../model/pipeline.ts';
import type { BoundNeed } from '../model/plan.ts';
import type { TimeKey } from '../model/time.ts';
import {
  contextsOf,
  instanceAt,
  variantsOf,
  type Binding,
  type ScopedInstance,
  type Tables,
  type TaskTable,
} from './tables.ts';

/** The newest position of a task that was due by an instance's own due time. */
export type LatestFor = (instance: ScopedInstance, target: TaskTable) => string | undefined;

/** Turns every need of an instance into the instances it reads. Nobody else knows what a `NeedRule` means. */
export function bindNeeds(
  tables: Tables,
  instance: ScopedInstance,
  latestFor: LatestFor,
): readonly Binding[] {
  const { table } = instance;
  const bindings: Binding[] = [];
  for (const [index, rule] of table.task.needs.entries()) {
    const target = tables.tableOf(rule.target.pipeline, rule.target.task);
    if (target === undefined) continue;
    const fixed = pairedValues(tables, instance, rule);
    const time = givenTime(tables, instance, rule);
    const cache = table.bindings[index];
    // Legs and other keys may read the same; where a position has one instance, there is nobody to share with.
    if (cache === undefined || table.variantsByText.size === 1) {
      bindings.push(bind(tables, instance, rule, target, fixed, time, latestFor));
      continue;
    }
    const cacheKey = `${instance.position}\0${time ?? ''}\0${Object.values(fixed).join('\0')}`;
    let binding = cache.get(cacheKey);
    if (binding === undefined) {
      binding = bind(tables, instance, rule, target, fixed, time, latestFor);
      cache.set(cacheKey, binding);
    }
    bindings.push(binding);
  }
  return bindings;
}

/** Where on the target's time key a rule points, and at how many positions, absent ones included. */
export interface Selected {
  readonly positions: readonly string[];
  readonly wanted: number;
}

export function selectPositions(
  rule: NeedRule,
  from: { readonly key: TimeKey | undefined; readonly position: string },
  target: TimeKey | undefined,
  given: string | undefined,
  latest: () => string | undefined,
): Selected {
  if (target === undefined) return { positions: [''], wanted: 1 };
  if (given !== undefined)
    return one(parseTimeValue(target.type, given).ok && isPosition(target, given) ? given : undefined);
  const { key, position } = from;
  if (key === undefined) return one(undefined);
  const { select } = rule;
  switch (select.kind) {
    case 'same':
      return one(isPosition(target, position) ? position : undefined);
    case 'window': {
      const positions: string[] = [];
      let at = alignedAtOrBefore(target, key, position);
      while (at !== undefined && positions.length < select.last) {
        positions.push(at);
        at = offsetPosition(target, at, -1);
      }
      return { positions: positions.reverse(), wanted: select.last };
    }
    case 'latest':
      return one(latest());
    case 'offset':
      return one(offsetPosition(target, position, select.offset));
    case 'within':
      return {
        positions: positionsWithin(target, key, position),
        // Those before `start` were asked for too: they count against `at-least`.
        wanted: positionsWithin(endless(target), key, position).length,
      };
    case 'around':
      return one(positionAround(target, key, position));
  }
}

function bind(
  tables: Tables,
  instance: ScopedInstance,
  rule: NeedRule,
  target: TaskTable,
  fixed: Readonly<Record<string, string>>,
  time: string | undefined,
  latestFor: LatestFor,
): Binding {
  const from = { key: instance.table.timeKey, position: instance.position };
  const selected = selectPositions(rule, from, target.timeKey, time, () => latestFor(instance, target));
  const variants = variantsOf(target, fixed);
  const members: ScopedInstance[] = [];
  const ids: string[] = [];
  const perPosition: number[] = [];
  for (const position of selected.positions) {
    const before = members.length;
    for (const variant of variants) {
      const member = instanceAt(tables, target, position, variant);
      if (member === undefined) continue;
      members.push(member);
      ids.push(member.id);
    }
    perPosition.push(members.length - before);
  }
  const need: BoundNeed = {
    name: rule.name,
    task: rule.target.task,
    pipeline: rule.target.pipeline,
    foreign: rule.foreign,
    optional: rule.optional,
    select: rule.select.kind,
    members: ids,
    single: isSingle(rule),
    atLeast: rule.atLeast ?? selected.wanted,
    atLeastWritten: rule.atLeast !== undefined,
    positions: selected.wanted,
  };
  const oneEach = perPosition.every((count) => count === 1);
  return { need: oneEach ? need : { ...need, perPosition }, members };
}

/** By the rule's form there can only be one, whatever the range or the file's matrix holds today. */
function isSingle(rule: NeedRule): boolean {
  return rule.fanIn.length === 0 && rule.select.kind !== 'window' && rule.select.kind !== 'within';
}

function pairedValues(
  tables: Tables,
  instance: ScopedInstance,
  rule: NeedRule,
): Readonly<Record<string, string>> {
  if (rule.pair.length === 0) return NOTHING;
  const fixed: Record<string, string> = {};
  for (const binding of rule.pair) {
    const value = pairedValue(tables, instance, binding);
    if (value !== undefined) fixed[binding.key] = value;
  }
  return fixed;
}

const NOTHING: Readonly<Record<string, string>> = {};

function pairedValue(
  tables: Tables,
  instance: ScopedInstance,
  binding: NeedRule['pair'][number],
): string | undefined {
  switch (binding.source) {
    case 'param':
    case 'matrix': {
      const { table, variant } = instance;
      if (binding.name === table.timeKey?.name) return instance.position;
      const value =
        variant.keys[binding.name] ??
        variant.matrix[binding.name] ??
        table.settings[binding.name] ??
        undefined;
      return value === undefined ? undefined : keyText(value);
    }
    case 'value':
      return evaluated(tables, instance, binding.value);
  }
}

/** The time that a `params:` override writes down. */
function givenTime(tables: Tables, instance: ScopedInstance, rule: NeedRule): string | undefined {
  const { select } = rule;
  if (select.kind !== 'same' || select.value === undefined) return undefined;
  return evaluated(tables, instance, select.value);
}

function evaluated(tables: Tables, instance: ScopedInstance, template: string): string {
  if (!template.includes('${{')) return template;
  return tables.expressions.template(template, contextsOf(tables, instance));
}

/** Up to and with mine: the same value where both keys are of one kind, else what ended by my last day. */
function alignedAtOrBefore(target: TimeKey, key: TimeKey, position: string): string | undefined {
  const spans = (one: TimeKey): boolean => one.calendar?.kind === 'month-days';
  const sameKind = target.type === key.type && spans(target) === spans(key);
  return sameKind ? positionAtOrBefore(target, position) : positionEndingBy(target, lastDayOf(key, position));
}

const endlessKeys = new WeakMap<TimeKey, TimeKey>();

function endless(key: TimeKey): TimeKey {
  let known = endlessKeys.get(key);
  if (known === undefined) {
    const { start: _start, ...rest } = key;
    known = rest;
    endlessKeys.set(key, known);
  }
  return known;
}

function one(position: string | undefined): Selected {
  return { positions: position === undefined ? [] : [position], wanted: 1 };
}
