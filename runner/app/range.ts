import { parseTimeValue } from '../calendar/value.ts';
import { usageError } from '../errors.ts';
import { paramFlag, paramName } from '../model/flags.ts';
import { own } from '../model/own.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { DateRange } from '../model/plan.ts';
import type { Grain } from '../model/time.ts';
import type { Target } from './target.ts';

/** Flags that say which partitions, whatever the time keys are called. */
export interface RangeOptions {
  readonly from?: string;
  /** Without it, `from` reaches to the newest that is due. */
  readonly to?: string;
  /** So many of each task's newest that are due. */
  readonly last?: string;
}

/** `2021-01-04..2021-01-29`, `2021-01-04..` (to the newest that is due), `latest-4..latest`, `yesterday`, a value. */
export function parseRange(name: string, text: string): DateRange {
  if (text === 'latest' || text === 'today') return { kind: text };
  const dots = text.indexOf('..');
  if (dots < 0) return { kind: 'single', value: text };
  const [from, to] = [text.slice(0, dots), text.slice(dots + 2)];
  if (from === '') {
    throw usageError(
      'bad-range',
      `expected where the range begins, found ${paramFlag(name, text)}`,
      `write the first before the dots, as in ${paramFlag(name, `latest-6..${to === '' ? 'latest' : to}`)}`,
    );
  }
  return { kind: 'range', from, to: to === '' ? 'latest' : to };
}

/** `--date 2021-01..2021-03` where the param `date` is a month: by its own name, and not by days. */
export function isOfOwnGrain(grain: Grain, text: string): boolean {
  const [from = '', to = '', ...more] = text.split('..');
  const isRange = text.includes('..') && more.length === 0;
  return isRange && [from, to].some((end) => parseTimeValue(grain, end).ok && !isDate(end));
}

function isDate(text: string): boolean {
  return parseTimeValue({ type: 'date' }, text).ok;
}

/** Undefined where none of the flags is given. */
export function rangeOfFlags(
  pipeline: Pipeline,
  target: Target,
  { from, to, last }: RangeOptions,
): DateRange | undefined {
  if (from === undefined && to === undefined && last === undefined) return undefined;
  if (last !== undefined) return newest(pipeline, target, { from, to, last });
  if (from === undefined) {
    throw usageError(
      'bad-range',
      '--to says where a range ends, and nothing where it begins',
      `give --from too, as in --from latest-6 --to ${to ?? 'latest'}`,
    );
  }
  if (target.params['date'] !== undefined || target.keys['date'] !== undefined) {
    throw usageError('bad-range', '--date and --from/--to say the same thing twice', 'give one of them');
  }
  return { kind: 'range', from, to: to ?? 'latest' };
}

const MOST = 100_000;

function newest(
  pipeline: Pipeline,
  target: Target,
  { from, to, last }: { from: string | undefined; to: string | undefined; last: string },
): DateRange {
  const count = /^[1-9]\d{0,5}$/.test(last) ? Number(last) : undefined;
  if (count === undefined || count > MOST) {
    throw usageError(
      'bad-number',
      `expected a whole number from 1 to ${MOST.toLocaleString('en-US')} for --last, found "${last}"`,
      'write --last 7 for the newest seven that are due',
    );
  }
  const given = Object.keys({ ...target.params, ...target.keys }).find(
    (name) => name === 'date' || own(pipeline.params, name)?.kind === 'time',
  );
  const other =
    given !== undefined
      ? paramName(given)
      : from !== undefined
        ? '--from'
        : to !== undefined
          ? '--to'
          : undefined;
  if (other !== undefined) {
    throw usageError(
      'bad-range',
      `--last and ${other} both say which partitions`,
      'give one of them; --last 7 is latest-6..latest of each task',
    );
  }
  return { kind: 'range', from: `latest-${count - 1}`, to: 'latest' };
}
