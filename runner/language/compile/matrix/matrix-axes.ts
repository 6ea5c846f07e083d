import { MAX_LEGS } from '../../../model/matrix-legs.ts';
import type { MatrixLeg, Scalar } from '../../../model/pipeline.ts';
import { keyText } from '../../../model/partition.ts';
import { finderOf } from './matrix-include.ts';
import { items, members, scalar } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import { quoted, suggest } from '../source/words.ts';

/** Every combination of the axes' values, in their order. */
export function combine(
  axes: readonly (readonly [string, Node])[],
  report: ProblemReport,
): readonly MatrixLeg[] {
  if (axes.length === 0) return [];
  let legs: MatrixLeg[] = [{}];
  for (const [name, values] of axes) {
    const distinct = new Map<string, Scalar>();
    for (const item of items(values)) {
      const value = scalar(item);
      if (value === undefined) continue;
      if (distinct.has(keyText(value))) {
        report.error(item, 'matrix-duplicate', `\`${name}\` has the value ${keyText(value)} twice`, {
          fix: "Remove one; 1 and '1' name the same partition.",
        });
      } else if (keyText(value) === '') {
        report.error(item, 'matrix-invalid', `\`${name}\` has an empty value, which can't name a partition`, {
          fix: 'Write a word for it, such as none.',
        });
      } else distinct.set(keyText(value), value);
    }
    legs = legs.flatMap((leg) => [...distinct.values()].map((value) => ({ ...leg, [name]: value })));
    // Longer products are cut off, so that they do not fill memory first.
    if (legs.length > MAX_LEGS) return legs;
  }
  return legs;
}

/** What no `exclude` entry matches, by some of the axes or all. */
export function applyExcludes(
  legs: readonly MatrixLeg[],
  axes: readonly string[],
  exclude: readonly Node[],
  report: ProblemReport,
): readonly MatrixLeg[] {
  const left = new Set(legs.keys());
  const finders: Parameters<typeof finderOf>[0] = new Map();
  for (const node of exclude) {
    report.budget.check();
    const wanted = members(node);
    const unknown = wanted.filter(([name]) => !axes.includes(name));
    for (const [name, value] of unknown) {
      report.error(value, 'matrix-unmatched', `there is no axis \`${name}\` to exclude by`, {
        fix: suggest(name, axes, 'Add the axis, or remove `exclude`.'),
        at: 'key',
      });
    }
    if (unknown.length > 0) continue;
    const values = Object.fromEntries(wanted.map(([name, value]) => [name, scalar(value) ?? '']));
    const matching = finderOf(
      finders,
      axes.filter((axis) => Object.hasOwn(values, axis)),
      legs,
    )(values);
    if (matching.length === 0) {
      report.error(node, 'matrix-unmatched', 'this `exclude` matches no combination', {
        fix: `Write values of ${quoted(axes)} as they stand above.`,
      });
    }
    for (const at of matching) left.delete(at);
  }
  return legs.filter((_, at) => left.has(at));
}
