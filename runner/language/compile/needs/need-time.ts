import type { Select } from '../../../model/pipeline.ts';
import { parseTime } from '../time/date.ts';
import type { TaskEnd } from '../drafts.ts';
import { grainOf, timeOf } from '../time/grain.ts';
import type { TimeParam } from '../time/grain.ts';
import { byReach, reachOf } from './need-reach.ts';
import type { Reach } from './need-reach.ts';
import { child, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';

/**
 * How the needed task's time is found from the needer's: the same key, an earlier position of it, or, where
 * the grains differ, containment. Undefined where that was reported as unbounded.
 */
export function bindTime(
  node: Node,
  needer: TaskEnd,
  target: TaskEnd,
  report: ProblemReport,
): Select | undefined {
  const mine = timeOf(needer);
  const theirs = timeOf(target);
  const reach = reachOf(node, report);
  if (reach === 'several') return undefined;
  const name = target.called;
  if (theirs === undefined) {
    if (reach === undefined) return { kind: 'same' };
    report.error(
      child(node, reach) ?? node,
      'need-invalid',
      `\`${reach}\` walks along a time key, and \`${name}\` has none`,
      {
        fix: `Remove \`${reach}\`.`,
        at: 'key',
      },
    );
    return undefined;
  }
  const given = child(child(node, 'params'), theirs.name);
  if (given !== undefined) return givenTime(given, theirs, reach, report);
  if (mine === undefined) {
    report.error(
      node,
      'need-unbounded',
      `\`${name}\` has a result for every \`${theirs.name}\`, and nothing says which are meant: \`${needer.draft.task.name}\` has no time key`,
      {
        fix: `Write one: { task: ${name}, params: { ${theirs.name}: … } }, or give this task a time key.`,
      },
    );
    return undefined;
  }
  return reach === undefined
    ? byGrain(node, mine, theirs, name, report)
    : byReach(node, reach, mine, theirs, name, report);
}

function givenTime(
  given: Node,
  theirs: TimeParam,
  reach: Reach | undefined,
  report: ProblemReport,
): Select | undefined {
  if (reach !== undefined) {
    report.error(
      given,
      'need-invalid',
      `\`${theirs.name}\` is written down here, so \`${reach}\` has nothing to walk from`,
      {
        fix: `Remove \`${reach}\`, or \`${theirs.name}\` from \`params\`.`,
        at: 'key',
      },
    );
    return undefined;
  }
  const value = text(given);
  if (value === undefined) return undefined;
  const literal = value.includes('${{') ? value : parseTime(given, theirs, value, report);
  if (literal === undefined) return undefined;
  return { kind: 'same', key: theirs.name, value: literal };
}

/** The same key, or containment; two keys of one grain have no relation that could be guessed. */
function byGrain(
  node: Node,
  mine: TimeParam,
  theirs: TimeParam,
  name: string,
  report: ProblemReport,
): Select | undefined {
  const ends = { key: theirs.name, from: mine.name };
  const difference = grainOf(theirs) - grainOf(mine);
  if (difference > 0) return { kind: 'around', ...ends };
  if (difference < 0) return { kind: 'within', ...ends };
  if (theirs.name === mine.name && theirs.type === mine.type) return { kind: 'same', ...ends };
  report.error(
    node,
    'need-unbounded',
    `\`${name}\` goes by \`${theirs.name}\` and this task by \`${mine.name}\`: nothing says which belong together`,
    {
      fix: `Write { task: ${name}, latest: true } for the newest, or { task: ${name}, params: { ${theirs.name}: '\${{ params.${mine.name} }}' } }.`,
    },
  );
  return undefined;
}
