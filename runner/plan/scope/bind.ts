import { parseTimeValue } from '../../calendar/value.ts';
import {
  isPosition,
  offsetPosition,
  positionAround,
  positionAtOrBefore,
  positionEndingWith,
  positionsWithin,
} from '../../calendar/positions.ts';
import { keyText } from '../../model/partition.ts';
import { isSingle } from '../../model/pipeline.ts';
import type { NeedRule } from '../../model/pipeline.ts';
import type { BoundNeed } from '../../model/plan.ts';
import type { TimeKey } from '../../model/time.ts';
import { contextsOf, instanceAt, instancesAt } from './instances.ts';
import type { Binding, ScopedInstance, Tables, TaskTable, Variant } from './tables.ts';
import { variantsOf } from './variants.ts';
import { own, setOwn } from '../../model/own.ts';

/** The newest position of a task that was due by an instance's own due time. */
export type LatestFor = (instance: ScopedInstance, target: TaskTable) => string | undefined;

/** Turns every need of an instance into the instances it reads. Nobody else knows what a `NeedRule` means. */
export function bindNeeds(
  tables: Tables,
  instance: ScopedInstance,
  latestFor: LatestFor,
): readonly Binding[] {
  return rulesOf(tables, instance.table).map(({ rule, target, cache }) => {
    const fixed = pairedValues(tables, instance, rule);
    const time = givenTime(tables, instance, rule);
    // Legs and other keys may read the same; where a position has one instance, there is nobody to share with.
    if (instance.table.variantsByText.size === 1) {
      return bind(tables, instance, rule, target, fixed, time, latestFor);
    }
    const cacheKey = `${instance.position}\0${time ?? ''}\0${Object.values(fixed).join('\0')}`;
    let binding = cache.get(cacheKey);
    if (binding === undefined) {
      binding = bind(tables, instance, rule, target, fixed, time, latestFor);
      cache.set(cacheKey, binding);
    }
    return binding;
  });
}

interface TableRule {
  readonly rule: NeedRule;
  readonly target: TaskTable;
  readonly cache: Map<string, Binding>;
}

const rules = new WeakMap<TaskTable, readonly TableRule[]>();

function rulesOf(tables: Tables, table: TaskTable): readonly TableRule[] {
  let known = rules.get(table);
  if (known === undefined) {
    known = table.task.needs.flatMap((rule) => {
      const target = tables.tableOf(rule.target.pipeline, rule.target.task);
      return target === undefined ? [] : [{ rule, target, cache: new Map<string, Binding>() }];
    });
    rules.set(table, known);
  }
  return known;
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
    return one(parseTimeValue(target, given).ok && isPosition(target, given) ? given : undefined);
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
  const { members, perPosition, hollow } = membersAt(tables, target, selected.positions, variants);
  const positions = selected.wanted - hollow;
  const need: BoundNeed = {
    name: rule.name,
    task: rule.target.task,
    pipeline: rule.target.pipeline,
    foreign: rule.foreign,
    optional: rule.optional,
    select: rule.select.kind,
    members: members.map((member) => member.id),
    single: isSingle(rule),
    atLeast: rule.atLeast ?? (rule.optional ? 0 : positions),
    atLeastWritten: rule.atLeast !== undefined,
    positions,
  };
  return { need: perPosition === undefined ? need : { ...need, perPosition }, members };
}

/** `perPosition` is left out where each position has one; `hollow`: positions whose list of legs is empty. */
function membersAt(
  tables: Tables,
  target: TaskTable,
  positions: readonly string[],
  variants: readonly Variant[],
): {
  readonly members: readonly ScopedInstance[];
  readonly perPosition?: readonly number[];
  readonly hollow: number;
} {
  const [position] = positions;
  const [variant] = variants;
  const isAlone = positions.length === 1 && variants.length === 1;
  if (isAlone && position !== undefined && variant?.placeholder === false) {
    const member = instanceAt(tables, target, position, variant);
    // By far the commonest: an array of exactly one, where one that grew would keep room for many.
    return member === undefined
      ? { members: [], perPosition: [0], hollow: 0 }
      : { members: [member], hollow: 0 };
  }
  const perPosition: number[] = [];
  let hollow = 0;
  const members = positions.flatMap((position) => {
    const here = variants.flatMap((variant) => instancesAt(tables, target, position, variant));
    if (here.length === 0 && variants.some((variant) => isEmpty(tables, target, position, variant)))
      hollow += 1;
    else perPosition.push(here.length);
    return here;
  });
  return perPosition.every((count) => count === 1) ? { members, hollow } : { members, perPosition, hollow };
}

/** Its source is done and lists nothing: there is nothing to wait for, and nothing is missing. */
function isEmpty(tables: Tables, target: TaskTable, position: string, variant: Variant): boolean {
  if (!variant.placeholder) return false;
  const placeholder = instanceAt(tables, target, position, variant);
  if (placeholder === undefined) return false;
  const found = tables.legsAt(placeholder);
  return found.kind === 'known' && found.legs.length === 0;
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
    if (value !== undefined) setOwn(fixed, binding.key, value);
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
        own(variant.keys, binding.name) ??
        own(variant.matrix, binding.name) ??
        own(table.settings, binding.name) ??
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
  const sameKind = target.type === key.type && target.step === key.step && spans(target) === spans(key);
  return sameKind ? positionAtOrBefore(target, position) : positionEndingWith(target, key, position);
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
