import { messageOf } from '../../errors.ts';
import { needsIn } from '../../language/compile/needs/reads.ts';
import { legsIn } from '../../model/matrix-legs.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { Matrix, MatrixLeg, Task, Template } from '../../model/pipeline.ts';
import { own, setOwn } from '../../model/own.ts';
import { bindNeeds, type LatestFor } from './bind.ts';
import { contextsOf } from './instances.ts';
import type { Binding, LegsAt, LegsOf, ScopedInstance, Tables, TaskTable } from './tables.ts';
import { legName } from './variants.ts';

/** What done instances declared in `$SLUICE_OUTPUT`, by instance: of those that legs are made of. */
export type SourceValues = ReadonlyMap<InstanceId, Readonly<Record<string, string>>>;

/** The legs that stand behind a placeholder, once what lists them is known. Asked once a partition. */
export function createLegs(tables: Tables, latestFor: LatestFor, values: SourceValues): LegsAt {
  const known = new Map<TaskTable, Map<string, LegsOf>>();
  return (placeholder) => {
    const { table, position, variant } = placeholder;
    let ofTable = known.get(table);
    if (ofTable === undefined) {
      ofTable = new Map();
      known.set(table, ofTable);
    }
    // One that is asked for by name is of the same list.
    const partition = [position, ...Object.values(variant.params)].join('\0');
    let legs = ofTable.get(partition);
    if (legs === undefined) {
      legs = findLegs(tables, placeholder, latestFor, values);
      ofTable.set(partition, legs);
    }
    return legs;
  };
}

function findLegs(
  tables: Tables,
  placeholder: ScopedInstance,
  latestFor: LatestFor,
  values: SourceValues,
): LegsOf {
  const { task } = placeholder.table;
  const read = sourcesOf(task);
  const bindings = bindNeeds(tables, placeholder, latestFor).filter(({ need }) => read.has(need.name));
  const sources = bindings.flatMap(({ need }) => need.members);
  if (sources.length === 0 || sources.some((id) => !values.has(id))) return { kind: 'unknown', sources };
  try {
    const legs = evaluate(tables, placeholder, bindings, values);
    return { kind: 'known', legs, byName: new Map(legs.map((leg) => [legName(leg), leg])) };
  } catch (error) {
    // Its text is the source's, whatever the axis makes of it.
    return { kind: 'broken', sources, message: messageOf(error) };
  }
}

function evaluate(
  tables: Tables,
  placeholder: ScopedInstance,
  bindings: readonly Binding[],
  values: SourceValues,
): readonly MatrixLeg[] {
  const { matrix } = placeholder.table.task;
  if (matrix?.kind !== 'dynamic') return [];
  const needs: Record<string, { result: string; outputs: Readonly<Record<string, string>> }> = {};
  for (const { need } of bindings) {
    const outputs = need.members[0] === undefined ? undefined : values.get(need.members[0]);
    if (outputs !== undefined) setOwn(needs, need.name, { result: 'success', outputs });
  }
  const contexts = { ...contextsOf(tables, placeholder), matrix: {}, needs };
  return legsOf(matrix, (axis) => tables.expressions.value(axis, contexts));
}

/**
 * The legs of a matrix by what its axes come to.
 *
 * @throws Error in words for what no legs can be made of.
 */
export function legsOf(
  { keys, axes }: Extract<Matrix, { kind: 'dynamic' }>,
  valueOf: (axis: Template) => unknown,
): readonly MatrixLeg[] {
  return legsIn(keys.map((name) => [name, valueOf(own(axes, name) ?? '')]));
}

/** The need that lists the legs, where they are made of nothing else: what else is read is known to the reader alone. */
export function onlyListOf(task: Task): string | undefined {
  const axes = task.matrix?.kind === 'dynamic' ? Object.values(task.matrix.axes) : [];
  const [only, ...more] = sourcesOf(task);
  return more.length > 0 || axes.some((axis) => /\b(?:params|inputs)\b/.test(axis)) ? undefined : only;
}

const sources = new WeakMap<Task, ReadonlySet<string>>();

/** The needs whose values name the legs. */
export function sourcesOf(task: Task): ReadonlySet<string> {
  let known = sources.get(task);
  if (known === undefined) {
    const axes = task.matrix?.kind === 'dynamic' ? Object.values(task.matrix.axes) : [];
    const names = task.needs.map(({ name }) => name);
    known = new Set(axes.flatMap((axis) => [...needsIn(axis, names)]));
    sources.set(task, known);
  }
  return known;
}
