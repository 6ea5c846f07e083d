import type { KeyBinding, MatrixLeg } from '../../../model/pipeline.ts';
import { keyText } from '../../../model/partition.ts';
import type { TaskEnd } from '../drafts.ts';
import { boolean, child, members, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import { list, quoted, suggest } from '../source/words.ts';
import { own } from '../../../model/own.ts';

interface Bindings {
  readonly pair: readonly KeyBinding[];
  readonly fanIn: readonly string[];
}

/**
 * Where the needed task's other keys take their values from: what `params` of the need says, the same name on
 * my side, else all there are (which must be a known list).
 */
export function bindKeys(
  node: Node,
  needer: TaskEnd,
  target: TaskEnd,
  report: ProblemReport,
): Bindings | undefined {
  const { task } = target.draft;
  const overrides = child(node, 'params');
  checkOverrides(overrides, target, report);
  const pair: KeyBinding[] = [];
  const fanIn: string[] = [];
  let bounded = true;
  for (const key of task.keys) {
    if (key === task.timeKey) continue;
    const given = text(child(overrides, key));
    const mine = needer.draft.task;
    if (given !== undefined) pair.push({ key, source: 'value', value: given });
    else if (mine.matrix?.keys.includes(key) === true) pair.push({ key, source: 'matrix', name: key });
    else if (mine.keys.includes(key) && key !== mine.timeKey) pair.push({ key, source: 'param', name: key });
    else if (hasKnownValues(target, key)) fanIn.push(key);
    else {
      bounded = false;
      reportUnbounded(node, key, needer, target, report);
    }
  }
  if (!bounded) return undefined;
  checkCounterparts(node, pair, needer, target, report);
  return { pair, fanIn };
}

function hasKnownValues(target: TaskEnd, key: string): boolean {
  if (target.draft.task.matrix?.keys.includes(key) === true) return true;
  const param = own(target.params, key);
  return param?.kind === 'plain' && (param.type === 'choice' || param.type === 'boolean');
}

function reportUnbounded(
  node: Node,
  key: string,
  needer: TaskEnd,
  target: TaskEnd,
  report: ProblemReport,
): void {
  const name = target.called;
  const write = `write { task: ${name}, params: { ${key}: … } }`;
  report.error(
    node,
    'need-unbounded',
    `\`${name}\` has a result for every \`${key}\`, and nothing says which are meant`,
    {
      fix: Object.hasOwn(needer.params, key)
        ? `Add \`${key}\` to the params of \`${needer.draft.task.name}\`, or ${write}.`
        : `${write.charAt(0).toUpperCase()}${write.slice(1)}, or make \`${key}\` a choice with options.`,
    },
  );
}

function checkOverrides(overrides: Node | undefined, target: TaskEnd, report: ProblemReport): void {
  const { task } = target.draft;
  for (const [name, node] of members(overrides)) {
    if (task.keys.includes(name)) {
      checkValue(name, node, target, report);
      continue;
    }
    const isSetting = task.params.includes(name);
    report.error(
      node,
      'need-invalid',
      isSetting
        ? `\`${name}\` is a setting of \`${task.name}\`, which tells no results apart`
        : `\`${task.name}\` has no key \`${name}\``,
      {
        fix: isSetting
          ? 'Remove it, or make the param a key (`key: true`).'
          : suggest(name, task.keys, 'It has no keys at all.'),
        at: 'key',
      },
    );
  }
}

/** A value that is written out must be one that the needed task has. */
function checkValue(name: string, node: Node, target: TaskEnd, report: ProblemReport): void {
  const value = text(node);
  if (value === undefined || value.includes('${{')) return;
  const { matrix } = target.draft.task;
  const param = own(target.params, name);
  const known =
    matrix?.kind === 'static' && matrix.keys.includes(name)
      ? [...new Set(matrix.legs.map((leg) => keyText(own(leg, name) ?? '')))]
      : param?.kind === 'plain'
        ? param.options
        : undefined;
  if (known === undefined || known.includes(value)) return;
  report.error(node, 'need-without-counterpart', `\`${target.called}\` has no \`${name}\` ${value}`, {
    fix: suggest(value, known, 'It has none at all.'),
  });
}

/** Each of my combinations must find at least one of theirs, where both are known. */
function checkCounterparts(
  node: Node,
  pair: readonly KeyBinding[],
  needer: TaskEnd,
  target: TaskEnd,
  report: ProblemReport,
): void {
  const mine = needer.draft.task.matrix;
  const theirs = target.draft.task.matrix;
  // An optional need goes without.
  if (boolean(child(node, 'optional')) === true) return;
  if (mine?.kind !== 'static' || theirs?.kind !== 'static') return;
  const keys = pair.filter((binding) => binding.source === 'matrix').map((binding) => binding.key);
  const identify = (leg: MatrixLeg): string =>
    keys.map((key) => `${key}=${keyText(own(leg, key) ?? '')}`).join('/');
  const there = new Set(theirs.legs.map(identify));
  const missing = [...new Set(mine.legs.map(identify))].filter((identity) => !there.has(identity));
  if (keys.length === 0 || missing.length === 0) return;
  report.error(
    node,
    'need-without-counterpart',
    `\`${target.called}\` has no ${list(missing.slice(0, 5), 'or')}, which this task's matrix has`,
    {
      fix: `Give both the same values of ${quoted(keys)}, or write which is meant: params: { ${keys[0] ?? ''}: … }.`,
    },
  );
}
