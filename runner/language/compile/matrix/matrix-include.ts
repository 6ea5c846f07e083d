import type { MatrixLeg, Scalar } from '../../../model/pipeline.ts';
import { keyText } from '../../../model/partition.ts';
import { members, scalar } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import { quoted } from '../source/words.ts';
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
  const legs = [...combined];
  const finders = new Map<string, Finder>();
  const added: MatrixLeg[] = [];
  for (const node of include) {
    report.budget.check();
    const entry: Record<string, Scalar> = {};
    for (const [name, item] of members(node)) {
      const value = scalar(item);
      if (value !== undefined) setOwn(entry, name, value);
    }
    const given = axes.filter((axis) => Object.hasOwn(entry, axis));
    const fitting = finderOf(finders, given, combined)(entry);
    // The axes keep the type in which they are written there.
    for (const at of fitting) legs[at] = { ...legs[at], ...entry, ...pick(legs[at], axes) };
    if (fitting.length > 0) continue;
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

/** Where the legs stand that agree with values of some axes. */
type Finder = (values: Readonly<Record<string, Scalar>>) => readonly number[];

/** One for each set of axes: a search for each entry among all legs would be their product. */
export function finderOf(
  known: Map<string, Finder>,
  axes: readonly string[],
  legs: readonly MatrixLeg[],
): Finder {
  const identity = JSON.stringify(axes);
  const before = known.get(identity);
  if (before !== undefined) return before;
  const textOf = (values: MatrixLeg) => JSON.stringify(axes.map((axis) => keyText(own(values, axis) ?? '')));
  const places = new Map<string, number[]>();
  for (const [at, leg] of legs.entries()) {
    const text = textOf(leg);
    const same = places.get(text);
    if (same === undefined) places.set(text, [at]);
    else same.push(at);
  }
  const finder: Finder = (values) => places.get(textOf(values)) ?? [];
  known.set(identity, finder);
  return finder;
}

function pick(leg: MatrixLeg | undefined, names: readonly string[]): MatrixLeg {
  return Object.fromEntries(Object.entries(leg ?? {}).filter(([name]) => names.includes(name)));
}
