import { checkCondition, checkTemplate } from '../../language/expression/check.ts';
import { valuesOf, type Scope } from '../../language/expression/known.ts';
import { isSingle, type NeedRule, type Task } from '../../model/pipeline.ts';

/** Names of the values of `target` that a task reads through one of its needs, wherever it writes `${{ }}`. */
export function valuesReadOf(needer: Task, rule: NeedRule, target: Task): ReadonlySet<string> {
  let known = readsByRule.get(rule);
  if (known === undefined) {
    known = findReads(needer, rule, target);
    readsByRule.set(rule, known);
  }
  return known;
}

/** A run asks for each instance, and an expression does not change between two of them. */
const readsByRule = new WeakMap<NeedRule, ReadonlySet<string>>();

function findReads(needer: Task, rule: NeedRule, target: Task): ReadonlySet<string> {
  const declared = target.outputs.flatMap((output) => (output.kind === 'value' ? [output.name] : []));
  // All of them stand in the file that tells of the need.
  if (rule.mode === 'uri') return new Set(declared);
  // Of several instances none is the one that is meant: an expression cannot read them.
  if (!isSingle(rule)) return new Set();
  const scope = scopeOf(needer, rule.name, declared);
  const reads = [
    ...(needer.if === undefined ? [] : checkCondition(needer.if.expression, scope).reads),
    ...textsOf(needer).flatMap((text) => checkTemplate(text, scope).reads),
  ];
  const found = new Set<string>();
  for (const [root, need, member, value] of reads) {
    if (root !== 'needs' || (need !== undefined && need !== rule.name)) continue;
    if (member !== undefined && member !== 'outputs') continue;
    // `toJSON(needs.count.outputs)` reads them all.
    for (const name of value === undefined ? declared : [value]) found.add(name);
  }
  return found;
}

function scopeOf(needer: Task, name: string, declared: readonly string[]): Scope {
  const need = {
    kind: 'object',
    called: 'member',
    members: { outputs: valuesOf('value', declared), result: { kind: 'value' } },
  } as const;
  const others = Object.fromEntries(needer.needs.map((rule) => [rule.name, { kind: 'anything' }] as const));
  return {
    contexts: {
      params: { kind: 'anything' },
      matrix: { kind: 'anything' },
      inputs: { kind: 'anything' },
      needs: { kind: 'object', called: 'need', members: { ...others, [name]: need } },
    },
    statusFunctions: true,
  };
}

function textsOf({ env, inputs, args, image, outputs }: Task): readonly string[] {
  return [
    ...Object.values(env),
    ...Object.values(inputs),
    ...(args ?? []),
    ...(image?.kind === 'reference' ? [image.reference] : []),
    ...outputs.flatMap((output) =>
      output.kind === 'path'
        ? [output.path, ...(output.publish === undefined ? [] : [output.publish.path])]
        : [],
    ),
  ];
}
