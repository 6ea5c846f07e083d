import { CalendarError } from '../../calendar/calendar-error.ts';
import { describeMoment } from '../../calendar/moment.ts';
import { lastDayOf } from '../../calendar/period.ts';
import { positionAtOrAfter } from '../../calendar/positions.ts';
import { ProblemsError } from '../../errors.ts';
import { paramFlag } from '../../model/flags.ts';
import type { InstanceId } from '../../model/partition.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import type { ListingRange, PlanRequest } from '../../model/plan.ts';
import { EXPRESSION_CHARACTERS, shortened } from '../../model/shortened.ts';
import type { Problem } from '../../model/problem.ts';
import { evaluateCondition, evaluateTemplate, evaluateValue } from '../../language/expression/evaluate.ts';
import { ExpressionError } from '../../language/expression/problem.ts';
import { bindNeeds, type LatestFor } from './bind.ts';
import { addDownstream } from './downstream.ts';
import { dueMs, latestDue } from './due.ts';
import { expand } from './expand.ts';
import type { Expressions } from '../expressions.ts';
import { failedRoots, newestFirst, readBy } from './due-roots.ts';
import { glanceAt } from './glance.ts';
import { instancesAt } from './instances.ts';
import { besideRange } from './beside-range.ts';
import { createLegs, type SourceValues } from './legs.ts';
import { listingRanges } from './listing.ts';
import { readRequest } from '../request/request.ts';
import { problem } from '../request/request-problem.ts';
import { createTables, type Asked, type ScopedInstance, type Tables, type TaskTable } from './tables.ts';
import { own } from '../../model/own.ts';

/** The instances that a request concerns, and what must be read of the store to judge them. */
export interface Scope {
  readonly request: PlanRequest;
  readonly tables: Tables;
  /** Every one after all it needs: asked ones, and the closure of what they need. */
  readonly instances: readonly ScopedInstance[];
  readonly ranges: readonly ListingRange[];
  /** Things to say before anything runs. */
  readonly warnings: readonly string[];
  /** Manifests are wanted, not only their names: staleness is asked for, or a setting is given. */
  readonly contents: boolean;
  /** Else those of these few: what of the asked ones is stale is said, though nothing is done about it. */
  readonly glance: ReadonlySet<InstanceId>;
  /** By placeholder, the instances whose values will name its legs. */
  readonly placeholders: ReadonlyMap<InstanceId, readonly InstanceId[]>;
}

/**
 * Expands a request into instances. Throws a `ProblemsError` with every mistake in it.
 *
 * @param now ISO instant.
 */
export function scopeOf(
  pipelines: ReadonlyMap<string, Pipeline>,
  request: PlanRequest,
  now: string,
  expressions: Expressions = SPEC_EXPRESSIONS,
  values: SourceValues = NOTHING_KNOWN,
): Scope {
  const pipeline = pipelines.get(request.pipeline);
  if (pipeline === undefined) {
    throw new ProblemsError([problem('unknown-pipeline', `there is no pipeline \`${request.pipeline}\``)]);
  }
  const nowMs = Date.parse(now);
  const problems: Problem[] = [];
  const tables = createTables(pipelines, pipeline.name, request.params, expressions, (made) =>
    createLegs(made, createLatest(made), values),
  );
  const asked = readRequest(tables, pipeline, request, nowMs, problems);
  if (problems.length > 0) throw new ProblemsError(problems);
  try {
    const latestFor = createLatest(tables);
    const bindings = (instance: ScopedInstance) => bindNeeds(tables, instance, latestFor);
    const { due } = request;
    const roots =
      due === undefined
        ? rootsOf(tables, asked)
        : newestFirst(tables, [...rootsOf(tables, asked), ...failedRoots(tables, pipeline, due.failures)]);
    if (request.downstream) roots.push(...addDownstream(tables, pipeline, asked, roots, bindings, nowMs));
    const instances = expand(roots, bindings);
    checkSettings(instances, problems);
    if (problems.length > 0) throw new ProblemsError(problems);
    return {
      request,
      tables,
      instances,
      ranges: listingRanges(instances),
      placeholders: placeholdersIn(tables, instances),
      glance: due === undefined ? glanceAt(instances) : readBy(due.failures, instances),
      warnings:
        due === undefined
          ? emptyWarnings(tables, asked, request.rebuild.stale ? instances : roots, request, nowMs)
          : [],
      contents:
        request.rebuild.stale ||
        // What was put by hand stays, and only its manifest tells.
        request.rebuild.all ||
        request.rebuild.since !== undefined ||
        request.downstream ||
        givesSetting(pipeline, request),
    };
  } catch (error) {
    if (error instanceof CalendarError) throw new ProblemsError([problem('out-of-calendar', error.message)]);
    if (error instanceof ExpressionError) throw new ProblemsError([problem('expression', error.message)]);
    throw error;
  }
}

const NOTHING_KNOWN: SourceValues = new Map();

export const SPEC_EXPRESSIONS: Expressions = {
  template: (template, contexts) => evaluateTemplate(template, { ...contexts, needs: {} }),
  condition: (expression, contexts) => evaluateCondition(expression, { ...contexts, needs: {} }),
  value: evaluateValue,
};

function placeholdersIn(
  tables: Tables,
  instances: readonly ScopedInstance[],
): ReadonlyMap<InstanceId, readonly InstanceId[]> {
  const found = new Map<InstanceId, readonly InstanceId[]>();
  for (const instance of instances) {
    if (!instance.variant.placeholder) continue;
    const legs = tables.legsAt(instance);
    if (legs.kind === 'unknown') found.set(instance.id, legs.sources);
  }
  return found;
}

function createLatest(tables: Tables): LatestFor {
  return (instance: ScopedInstance, target: TaskTable) =>
    latestDue(tables, target, dueMs(tables, instance.table, instance.position));
}

/** By day, then in the file's order: what a person reads first comes first. */
function rootsOf(tables: Tables, asked: readonly Asked[]): ScopedInstance[] {
  const byDay = new Map<string, ScopedInstance[]>();
  for (const { table, positions, variants } of asked) {
    for (const position of positions) {
      const day = table.timeKey === undefined ? '' : lastDayOf(table.timeKey, position);
      let sameDay = byDay.get(day);
      if (sameDay === undefined) {
        sameDay = [];
        byDay.set(day, sameDay);
      }
      for (const variant of variants) {
        for (const instance of instancesAt(tables, table, position, variant)) {
          instance.asked = true;
          sameDay.push(instance);
        }
      }
    }
  }
  return [...byDay.keys()].sort().flatMap((day) => byDay.get(day) ?? []);
}

function checkSettings(instances: readonly ScopedInstance[], problems: Problem[]): void {
  for (const table of new Set(instances.map((instance) => instance.table))) {
    if (table.foreign) continue;
    for (const name of table.task.params) {
      const param = own(table.pipeline.params, name);
      if (param?.kind !== 'plain' || param.key || own(table.settings, name) !== undefined) continue;
      if (problems.some((known) => known.message.includes(`\`${name}\``))) continue;
      const message = `task ${table.task.name} needs a value for \`${name}\``;
      problems.push(
        problem('missing-param', message, `Give ${paramFlag(name, `<${param.type}>`)}, or write a default.`),
      );
    }
  }
}

/** Asked by name, or alone, and nothing is found of it: silence would look like success. */
function emptyWarnings(
  tables: Tables,
  asked: readonly Asked[],
  found: readonly ScopedInstance[],
  request: PlanRequest,
  nowMs: number,
): readonly string[] {
  if (request.instances !== undefined)
    return found.length > 0 ? [] : ['no failure is open: nothing is to be run'];
  if (request.tasks.length === 0 && found.length > 0) return [];
  const there = new Set(found.map(({ table }) => table));
  return asked.flatMap(({ table, positions }) => {
    const { task, timeKey, pipeline } = table;
    if (there.has(table)) return [];
    if (positions.length > 0) {
      if (task.matrix?.kind === 'dynamic') {
        return [`nothing of ${task.name} exists there: no such leg is in the list of its matrix`];
      }
      return task.if === undefined
        ? []
        : [
            `nothing of ${task.name} exists there: if: ${shortened(task.if.expression, EXPRESSION_CHARACTERS)} is false`,
          ];
    }
    if (timeKey === undefined) return [];
    const range = own(request.times, timeKey.name) ?? request.range;
    if (range.kind !== 'latest') {
      return [
        `nothing of ${task.name} is in the range that is asked for${besideRange(timeKey, range, nowMs)}`,
      ];
    }
    const first = timeKey.start === undefined ? undefined : positionAtOrAfter(timeKey, timeKey.start);
    if (first === undefined) return [`nothing of ${task.name} is due yet`];
    const due = describeMoment(dueMs(tables, table, first), nowMs, pipeline.timezone);
    return [`nothing of ${task.name} is due yet: the first, ${timeKey.name}=${first}, is due ${due}`];
  });
}

function givesSetting(pipeline: Pipeline, request: PlanRequest): boolean {
  return Object.keys(request.params).some((name) => {
    const param = own(pipeline.params, name);
    return param?.kind === 'plain' && !param.key;
  });
}
