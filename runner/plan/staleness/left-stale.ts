import type { InstanceId } from '../../model/partition.ts';
import { mayMake, type Action, type LeftStale } from '../../model/plan.ts';
import { own } from '../../model/own.ts';
import { allDifferences } from './current.ts';
import type { Assessment, Assessing } from '../states/assessment.ts';
import type { StaleSource } from './made-from.ts';
import { rebuildCommand } from './rebuild-command.ts';
import type { ScopedInstance } from '../scope/tables.ts';
import { isRebuilt } from '../states/upstream.ts';

/** What was decided, by an instance's index. */
interface Decided {
  readonly assessed: readonly Assessment[];
  readonly actions: readonly Action[];
  readonly sources: readonly (StaleSource | undefined)[];
}

/**
 * What this run leaves stale among what it was asked for; undefined where nothing is known to be. Where it rebuilds
 * what is stale, that is what is made from something stale that it does not: of a task that is not named, or of
 * another pipeline.
 */
export function leftStale(assessing: Assessing, decided: Decided): LeftStale | undefined {
  const { rebuild } = assessing.scope.request;
  // Asked for, or `--only` says that it is not wanted.
  if (!rebuild.stale && (rebuild.all || !rebuild.missing)) return undefined;
  if (assessing.knowledge.contents.size === 0) return undefined;
  const reasons = new Map<string, number>();
  const instances: InstanceId[] = [];
  const made: ScopedInstance[] = [];
  let passed = 0;
  for (const instance of assessing.scope.instances) {
    if (!instance.asked || instance.table.foreign) continue;
    const changed = rebuild.stale ? [] : ownChanges(assessing, decided, instance);
    if (changed === undefined) {
      passed += 1;
      continue;
    }
    const source = decided.sources[instance.index];
    const isLeft = source !== undefined && !isRebuilt(assessing, source.instance);
    if (isLeft) made.push(instance);
    const all = isLeft ? [...changed, `made from ${staleItself(instance, source)}`] : changed;
    if (all.length === 0) continue;
    instances.push(instance.id);
    for (const reason of all) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  if (instances.length === 0) return undefined;
  const often = [...reasons].sort(([, one], [, other]) => other - one).map(([reason]) => reason);
  const command = rebuildCommand(assessing.scope.request, made, decided.sources);
  return {
    instances,
    atLeast: passed > 0,
    reasons: often,
    unused: rebuild.stale ? [] : unusedSettings(assessing, decided),
    ...(made.length > 0 && { above: true }),
    ...(command === undefined ? {} : { command }),
  };
}

/** Of a committed one that nothing is done about, by itself; undefined where it was not read. */
function ownChanges(
  assessing: Assessing,
  { assessed, actions }: Decided,
  instance: ScopedInstance,
): readonly string[] | undefined {
  const { table, index, id } = instance;
  const { contents, manifests } = assessing.knowledge;
  const state = assessed[index]?.state;
  if (table.task.kind !== 'container' || actions[index] !== 'none') return [];
  if (!(state === 'done' || state === 'stale' || state === 'skipped')) return [];
  const manifest = contents.get(id);
  if (manifest === undefined) return manifests.has(id) ? undefined : [];
  return allDifferences(assessing, instance, assessed, manifest);
}

/** Without the date: many are told at once. */
function staleItself(needer: ScopedInstance, { instance, reason }: StaleSource): string {
  const { table } = instance;
  const name =
    table.pipeline === needer.table.pipeline ? table.task.name : `${table.pipeline.name}/${table.task.name}`;
  return `${name}, which is stale itself: ${reason}`;
}

/** A setting that was given, and that nothing asked for is or will be made with: silence would look like success. */
function unusedSettings(assessing: Assessing, { actions }: Decided): readonly string[] {
  const { scope } = assessing;
  return Object.entries(scope.request.params).flatMap(([name, given]) => {
    const seeing = scope.instances.filter(({ asked, table }) => asked && Object.hasOwn(table.settings, name));
    return seeing.length > 0 && !seeing.some((instance) => isMadeWith(assessing, instance, name, actions))
      ? [`${name}=${given}`]
      : [];
  });
}

function isMadeWith(
  { knowledge }: Assessing,
  { id, index, table }: ScopedInstance,
  name: string,
  actions: readonly Action[],
): boolean {
  const action = actions[index];
  if (mayMake(action)) return true;
  const manifest = knowledge.contents.get(id);
  return manifest === undefined || own(manifest.settings, name) === own(table.settings, name);
}
