import type { Param, Select } from '../../model/pipeline.ts';
import { parseTime } from './date.ts';
import type { TaskEnd } from './drafts.ts';
import { boolean, child, number, text } from './node.ts';
import type { Node } from './node.ts';
import type { Report } from './report.ts';
import { quoted } from './words.ts';

type TimeParam = Extract<Param, { kind: 'time' }>;

const REACHES = ['last', 'latest', 'offset'] as const;

/**
 * How the needed task's time is found from the needer's: the same key, an earlier position of it, or, where
 * the grains differ, containment. Undefined where that was reported as unbounded.
 */
export function bindTime(node: Node, needer: TaskEnd, target: TaskEnd, report: Report): Select | undefined {
  const mine = timeOf(needer);
  const theirs = timeOf(target);
  const reach = reachOf(node, report);
  if (reach === 'several') return undefined;
  const name = target.called;
  if (theirs === undefined) {
    if (reach === undefined) return checkAtLeast(node, { kind: 'same' }, report);
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
  if (given !== undefined) return givenTime(given, theirs, reach, node, report);
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
  const select =
    reach === undefined
      ? byGrain(node, mine, theirs, name, report)
      : byReach(node, reach, mine, theirs, name, report);
  return select === undefined ? undefined : checkAtLeast(node, select, report);
}

function timeOf(end: TaskEnd): TimeParam | undefined {
  const { timeKey } = end.draft.task;
  const param = timeKey === undefined ? undefined : end.params[timeKey];
  return param?.kind === 'time' ? param : undefined;
}

type Reach = (typeof REACHES)[number];

function reachOf(node: Node, report: Report): Reach | 'several' | undefined {
  const written = REACHES.filter((key) => {
    const at = child(node, key);
    return at !== undefined && boolean(at) !== false;
  });
  if (written.length <= 1) return written[0];
  report.error(node, 'need-invalid', `a need has one of ${quoted(written, 'or')}, not several`, {
    fix: 'Make two needs of it, one of them with another name (`as:`).',
  });
  return 'several';
}

function givenTime(
  given: Node,
  theirs: TimeParam,
  reach: Reach | undefined,
  node: Node,
  report: Report,
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
  const literal = value.includes('${{') ? value : parseTime(given, theirs.type, value, report);
  if (literal === undefined) return undefined;
  return checkAtLeast(node, { kind: 'same', key: theirs.name, value: literal }, report);
}

function byReach(
  node: Node,
  reach: Reach,
  mine: TimeParam,
  theirs: TimeParam,
  name: string,
  report: Report,
): Select | undefined {
  const at = child(node, reach) ?? node;
  if (theirs.start === undefined) {
    report.error(
      at,
      'start-missing',
      `\`${reach}\` reaches back, and nothing says where \`${theirs.name}\` of \`${name}\` begins`,
      {
        fix: `Add a start to that param: ${theirs.name}: { type: ${theirs.type}, start: ${EXAMPLES[theirs.type]} }.`,
        at: 'key',
      },
    );
  }
  const ends = { key: theirs.name, from: mine.name };
  switch (reach) {
    case 'last':
      return { kind: 'window', ...ends, last: number(at) ?? 1 };
    case 'latest':
      return { kind: 'latest', ...ends };
    case 'offset': {
      if (theirs.type === mine.type) return { kind: 'offset', ...ends, offset: number(at) ?? 0 };
      report.error(
        at,
        'need-invalid',
        `\`offset\` counts steps of one key, and \`${theirs.name}\` of \`${name}\` is a ${theirs.type} where mine is a ${mine.type}`,
        {
          fix: 'Use `last` or `latest`.',
          at: 'key',
        },
      );
      return undefined;
    }
  }
}

const EXAMPLES = { hour: '2024-01-01T00', date: '2024-01-01', month: '2024-01', year: '2024' } as const;

/** The same key, or containment; two keys of one grain have no relation that could be guessed. */
function byGrain(
  node: Node,
  mine: TimeParam,
  theirs: TimeParam,
  name: string,
  report: Report,
): Select | undefined {
  const ends = { key: theirs.name, from: mine.name };
  const difference = grainOf(theirs) - grainOf(mine);
  if (difference > 0) return { kind: 'around', ...ends };
  if (difference < 0) return { kind: 'within', ...ends };
  if (theirs.name === mine.name) return { kind: 'same', ...ends };
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

/** Finer is smaller. A period between days of the month lies between a day and a month. */
export function grainOf(param: TimeParam): number {
  switch (param.type) {
    case 'hour':
      return 0;
    case 'date':
      return param.calendar?.kind === 'month-days' ? 2 : 1;
    case 'month':
      return 3;
    case 'year':
      return 4;
  }
}

function checkAtLeast(node: Node, select: Select, report: Report): Select {
  const at = child(node, 'at-least');
  const atLeast = number(at);
  if (at === undefined || atLeast === undefined) return select;
  if (select.kind === 'window' && atLeast > select.last) {
    report.error(at, 'need-invalid', `at least ${atLeast} of the last ${select.last} can never be there`, {
      fix: `Write ${select.last} or less.`,
    });
  } else if (select.kind !== 'window' && select.kind !== 'within') {
    report.error(at, 'need-invalid', '`at-least` counts positions in time, and this need has only one', {
      fix: 'Write `optional: true` to go without it, or `last: N` for a window.',
      at: 'key',
    });
  }
  return select;
}
