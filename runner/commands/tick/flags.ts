import { parseRebuild } from '../../app/rebuild.ts';
import { usageError } from '../../errors.ts';
import type { TickWords } from '../../plan/tick/asks.ts';
import type { CommonFlags } from '../cli/flags.ts';

export interface TickFlags extends CommonFlags {
  readonly dryRun?: boolean;
  readonly lookbackDays?: string;
  readonly rebuild?: string;
  readonly now?: string;
  readonly concurrency?: string;
  readonly envFile?: string;
  readonly logs?: boolean;
  readonly logFormat?: string;
}

/** A schedule may look back as far. */
const MOST_DAYS = 36_600;

/** What is typed of a schedule's own options. */
export function readWords({ lookbackDays, rebuild }: TickFlags): TickWords {
  return {
    ...(lookbackDays === undefined ? {} : { lookbackDays: days(lookbackDays) }),
    ...(rebuild === undefined ? {} : { rebuild: parseRebuild({ rebuild }) }),
  };
}

function days(text: string): number {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number <= MOST_DAYS) return number;
  throw usageError(
    'bad-number',
    `expected a whole number of days from 0 to ${MOST_DAYS.toLocaleString('en-US')} for --lookback-days, found "${text}"`,
  );
}

export function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9][0-9]*$/.test(text)) return Number(text);
  throw usageError('bad-number', `expected a whole number from 1 for ${flag}, found "${text}"`);
}
