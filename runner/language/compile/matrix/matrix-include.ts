import type { MatrixLeg, Scalar } from '../../../model/pipeline.ts';
import { keyText } from '../../../model/partition.ts';
import { members, scalar } from '../node.ts';
import type { Node } from '../node.ts';
import type { ProblemReport } from '../problem-report.ts';
import { quoted } from '../words.ts';
import { own, setOwn } from '../../../model/own.ts';

/**
 * GitHub's rule: an entry extends every combination whose axes it does not contradict (what an earlier entry
 * added may be replaced); one that fits none is a combination of its own, which then needs every axis.
 */
export function addIncludes(
  combined: readonly MatrixLeg[],
  axes: readonly string[],
  include: readonly Node[],
  report: ProblemReport,
): readonly MatrixLeg[] {
  let legs = [...combined];
  const added: MatrixLeg[] = [];
  for (const node of include) {
    const entry: Record<string, Scalar> = {};
    for (const [name, item] of members(node)) {
      const value = scalar(item);
      if (value !== undefined) setOwn(entry, name, value);
    }
    const fits = (leg: MatrixLeg): boolean =>
      axes.every((axis) => !Object.hasOwn(entry, axis) || sameValue(own(leg, axis), own(entry, axis)));
    if (combined.length > 0 && legs.some(fits)) {
      // The axes keep the type in which they are written there.
      legs = legs.map((leg) => (fits(leg) ? { ...leg, ...entry, ...pick(leg, axes) } : leg));
      continue;
    }
    const missing = axes.filter((axis) => !Object.hasOwn(entry, axis));
    if (missing.length > 0) {
      report.error(
        node,
        'matrix-unmatched',
        `this \`include\` entry fits no combination, and is none itself without ${quoted(missing)}`,
        {
          fix: `Add ${quoted(missing)}, or write values that stand above.`,
        },
      );
    } else added.push(entry);
  }
  return [...legs, ...added];
}

function pick(leg: MatrixLeg, names: readonly string[]): MatrixLeg {
  return Object.fromEntries(Object.entries(leg).filter(([name]) => names.includes(name)));
}

/** Values that name the same partition: 1 and '1'. */
export function sameValue(left: Scalar | undefined, right: Scalar | undefined): boolean {
  return left !== undefined && right !== undefined && keyText(left) === keyText(right);
}
