import type { InstanceId } from '../../model/partition.ts';
import type { Action, LeftStale } from '../../model/plan.ts';
import { allDifferences } from './current.ts';
import type { Assessment, Assessing } from '../states/assessment.ts';
import type { ScopedInstance } from '../scope/tables.ts';
import { own } from '../../model/own.ts';

/** What this run leaves stale among what it was asked for; undefined where nothing is known to be. */
export function leftStale(
  assessing: Assessing,
  assessed: readonly Assessment[],
  actions: readonly Action[],
): LeftStale | undefined {
  const { scope, knowledge } = assessing;
  const { rebuild } = scope.request;
  // Asked for, or `--only` says that it is not wanted.
  if (rebuild.stale || rebuild.all || !rebuild.missing || knowledge.contents.size === 0) return undefined;
  const reasons = new Map<string, number>();
  const instances: InstanceId[] = [];
  let passed = 0;
  for (const instance of scope.instances) {
    const { asked, table, index, id } = instance;
    const state = assessed[index]?.state;
    if (!asked || table.foreign || table.task.kind !== 'container' || actions[index] !== 'none') continue;
    if (!(state === 'done' || state === 'stale' || state === 'skipped')) continue;
    const manifest = knowledge.contents.get(id);
    if (manifest === undefined) {
      if (knowledge.manifests.has(id)) passed += 1;
      continue;
    }
    const changed = allDifferences(assessing, instance, assessed, manifest);
    if (changed.length === 0) continue;
    instances.push(id);
    for (const reason of changed) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  if (instances.length === 0) return undefined;
  const often = [...reasons].sort(([, one], [, other]) => other - one).map(([reason]) => reason);
  return { instances, atLeast: passed > 0, reasons: often, unused: unusedSettings(assessing, actions) };
}

/** A setting that was given, and that nothing asked for is or will be made with: silence would look like success. */
function unusedSettings(assessing: Assessing, actions: readonly Action[]): readonly string[] {
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
  if (action === 'run' || action === 'compare') return true;
  const manifest = knowledge.contents.get(id);
  return manifest === undefined || own(manifest.settings, name) === own(table.settings, name);
}
