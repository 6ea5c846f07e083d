import type { Select } from '../../../model/pipeline.ts';
import type { TimeType } from '../../../model/time.ts';
import type { TimeParam } from '../time/grain.ts';
import { boolean, child, number } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import { quoted } from '../source/words.ts';

const REACHES = ['last', 'latest', 'offset'] as const;

export type Reach = (typeof REACHES)[number];

/** The key of a need that walks along a time key. */
export function reachOf(node: Node, report: ProblemReport): Reach | 'several' | undefined {
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

/** A window, the newest, or so many steps away: each needs to know where the key begins. */
export function byReach(
  node: Node,
  reach: Reach,
  mine: TimeParam,
  theirs: TimeParam,
  name: string,
  report: ProblemReport,
): Select | undefined {
  const at = child(node, reach) ?? node;
  if (theirs.start === undefined) {
    report.error(
      at,
      'start-missing',
      `\`${reach}\` reaches back, and nothing says where \`${theirs.name}\` of \`${name}\` begins`,
      {
        fix: `Add a start to that param: ${theirs.name}: { type: ${theirs.type}, ${stepOf(theirs)}start: ${EXAMPLES[theirs.type]} }.`,
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
      if (theirs.type === mine.type && theirs.step === mine.step)
        return { kind: 'offset', ...ends, offset: number(at) ?? 0 };
      report.error(
        at,
        'need-invalid',
        `\`offset\` counts steps of one key, and \`${theirs.name}\` of \`${name}\` is ${described(theirs)} where mine is ${described(mine)}`,
        {
          fix: 'Use `last` or `latest`.',
          at: 'key',
        },
      );
      return undefined;
    }
  }
}

const EXAMPLES: Readonly<Record<TimeType, string>> = {
  minute: '2024-01-01T00:00',
  hour: '2024-01-01T00',
  date: '2024-01-01',
  week: '2024-W01',
  month: '2024-01',
  quarter: '2024-Q1',
  year: '2024',
};

function stepOf({ step }: TimeParam): string {
  return step === undefined ? '' : `step: ${step}, `;
}

function described({ type, step }: TimeParam): string {
  if (step !== undefined) return `a stretch of ${step} minutes`;
  return type === 'hour' ? 'an hour' : `a ${type}`;
}

/** `listed`: legs that are known at run time, of which there may be none: `at-least: 1` asks for one. */
export function checkAtLeast(node: Node, select: Select, listed: boolean, report: ProblemReport): void {
  const at = child(node, 'at-least');
  const atLeast = number(at);
  if (at === undefined || atLeast === undefined || (listed && atLeast === 1)) return;
  const isOptional = boolean(child(node, 'optional')) === true;
  if (select.kind === 'window' && isOptional && atLeast === select.last) {
    report.error(
      at,
      'need-invalid',
      `\`optional\` leaves members out, and at least ${atLeast} of the last ${select.last} is all of them`,
      { fix: 'Write a smaller number, or remove `optional: true`.' },
    );
  } else if (select.kind === 'window' && atLeast > select.last) {
    report.error(at, 'need-invalid', `at least ${atLeast} of the last ${select.last} can never be there`, {
      fix: `Write ${select.last} or less.`,
    });
  } else if (select.kind !== 'window' && select.kind !== 'within') {
    report.error(at, 'need-invalid', '`at-least` counts positions in time, and this need has only one', {
      fix: 'Write `optional: true` to go without it, or `last: N` for a window.',
      at: 'key',
    });
  }
}
