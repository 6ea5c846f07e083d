import { periodOf } from '../../calendar/period.ts';
import type { Output } from '../../model/pipeline.ts';
import type { Period } from '../../model/time.ts';
import type { Fingerprint, Manifest } from '../../model/records.ts';
import { fingerprintOf } from './fingerprint.ts';
import { differences, inputDifferences, settingDifferences, type CurrentInput } from './staleness.ts';
import type { Assessment, Assessing } from '../states/assessment.ts';
import { contextsOf, paramsOf } from '../scope/instances.ts';
import { ExpressionError } from '../../language/expression/problem.ts';
import { publishedPaths, type PublishedOutput } from './published-paths.ts';
import type { ScopedInstance, Variant } from '../scope/tables.ts';

/**
 * How a committed instance differs from what the file says now and from what its needs hold now. Where staleness is
 * not asked for, only of the settings that were given.
 */
export function ownDifferences(
  assessing: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
): readonly string[] {
  const { scope, knowledge } = assessing;
  const manifest = knowledge.contents.get(instance.id);
  if (manifest === undefined) return [];
  const { settings } = instance.table;
  if (!scope.request.rebuild.stale && manifest.by !== undefined) return [];
  if (!scope.request.rebuild.stale) return settingDifferences(manifest.settings, settings);
  return allDifferences(assessing, instance, assessed, manifest);
}

/** What of that is of inputs, which `--downstream` goes by. */
export function changedInputs(
  assessing: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
): readonly string[] {
  const manifest = assessing.knowledge.contents.get(instance.id);
  const inputs = currentInputs(assessing, instance, assessed);
  return manifest === undefined || inputs === undefined ? [] : inputDifferences(manifest, inputs);
}

/** The same, whatever is asked for. */
export function allDifferences(
  assessing: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
  manifest: Manifest,
): readonly string[] {
  const { settings, foreign } = instance.table;
  const fingerprint = currentFingerprint(instance);
  return differences(manifest, {
    // Which settings another pipeline is run with is not known here.
    fingerprint: foreign ? { ...fingerprint, settings: manifest.fingerprint.settings } : fingerprint,
    inputs: currentInputs(assessing, instance, assessed),
    settings,
    period: currentPeriod(instance),
    outputs: instance.table.task.outputs,
    published:
      manifest.fingerprint.outputs === fingerprint.outputs
        ? manifest.published
        : publishedNow(assessing, instance, manifest),
  });
}

/** Undefined where that reads what its needs have made. */
function publishedNow(
  { scope }: Assessing,
  instance: ScopedInstance,
  manifest: Manifest,
): Manifest['published'] | undefined {
  const { expressions } = scope.tables;
  const declared = instance.table.task.outputs;
  if (declared.some((output) => output.kind === 'path' && readsNeeds(output))) return undefined;
  const contexts = contextsOf(scope.tables, instance);
  try {
    const outputs = declared.flatMap((output): PublishedOutput[] => {
      if (output.kind === 'value' || output.publish === undefined) return [];
      const { path, newest } = output.publish;
      const publish = { path: expressions.template(path, contexts), newest };
      return [{ pattern: expressions.template(output.path, contexts), publish }];
    });
    return publishedPaths(outputs, manifest.objects);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

function readsNeeds({ path, publish }: Extract<Output, { kind: 'path' }>): boolean {
  return [path, publish?.path ?? ''].some((template) => template.includes('needs.'));
}

export function currentPeriod({ table, position }: ScopedInstance): Period | undefined {
  return table.timeKey === undefined ? undefined : periodOf(table.timeKey, position);
}

const fingerprints = new WeakMap<Variant, Fingerprint>();

export function currentFingerprint(instance: ScopedInstance): Fingerprint {
  const { table, variant } = instance;
  let known = fingerprints.get(variant);
  if (known === undefined) {
    known = fingerprintOf(table.pipeline, table.task, paramsOf(instance), variant.matrix);
    fingerprints.set(variant, known);
  }
  return known;
}

/** Undefined where what a member holds is not known. */
export function currentInputs(
  assessing: Assessing,
  instance: ScopedInstance,
  assessed: readonly Assessment[],
): readonly CurrentInput[] | undefined {
  const { contents } = assessing.knowledge;
  const recorded = contents.get(instance.id)?.inputs ?? [];
  const inputs: CurrentInput[] = [];
  for (const { need, members } of instance.bindings) {
    // Which legs there will be is not known: until then all that was read counts as it was.
    const legsToCome = members.some(({ variant }) => variant.placeholder);
    if (legsToCome) {
      const others = new Set(members.map(({ id }) => id));
      inputs.push(...recorded.filter((one) => one.need === need.name && !others.has(one.instance)));
    }
    for (const member of members) {
      if (member.table.task.kind === 'wrapper') continue;
      const state = assessed[member.index]?.state;
      // Whoever has read it reads it no more.
      if (state === 'skipped' || state === 'lost' || state === 'not-in-range') continue;
      if (state === 'done' || state === 'stale' || state === 'unpublished') {
        const manifest = contents.get(member.id);
        if (manifest === undefined) return undefined;
        if (manifest.outcome === 'succeeded') {
          inputs.push({ need: need.name, instance: member.id, contentDigest: manifest.contentDigest });
          continue;
        }
      }
      // What is being remade is compared when its turn comes; until then it counts as it was read.
      const before = recorded.find((input) => input.need === need.name && input.instance === member.id);
      if (before !== undefined) inputs.push(before);
    }
  }
  return inputs;
}
