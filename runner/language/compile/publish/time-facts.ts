import type { Calendar, TimeType } from '../../../model/time.ts';

/** How the values of a time type are written. */
export const TIME_VALUES: Readonly<
  Record<TimeType, { readonly length: number; readonly characters: RegExp }>
> = {
  minute: { length: 16, characters: /[\dT:-]/ },
  hour: { length: 13, characters: /[\dT-]/ },
  date: { length: 10, characters: /[\d-]/ },
  week: { length: 8, characters: /[\dW-]/ },
  month: { length: 7, characters: /[\d-]/ },
  quarter: { length: 7, characters: /[\dQ-]/ },
  year: { length: 4, characters: /\d/ },
};

/** A part of a time that letters of a pattern write. */
type Fact =
  'year' | 'quarter' | 'month' | 'day' | 'day-of-year' | 'week-year' | 'week' | 'weekday' | 'hour' | 'minute';

/** How a path names a part of a key's time among what it tells; no key is called so. */
export function timeFact(key: string, fact: Fact): string {
  return `${key} ${fact}`;
}

/** Whether the key's value follows from what is told. */
export function followsFrom(
  told: ReadonlySet<string>,
  key: string,
  time: { readonly type: TimeType; readonly calendar?: Calendar } | undefined,
): boolean {
  if (told.has(key)) return true;
  if (time === undefined) return false;
  const has = (...facts: readonly Fact[]): boolean => facts.every((fact) => told.has(timeFact(key, fact)));
  const hasWeek = has('week-year', 'week');
  const hasDay = has('year', 'month', 'day') || has('year', 'day-of-year') || (hasWeek && has('weekday'));
  switch (time.type) {
    case 'year':
      return has('year');
    case 'quarter':
      return has('year', 'quarter') || has('year', 'month');
    case 'month':
      return has('year', 'month');
    case 'week':
      return hasWeek;
    case 'date':
      return hasDay || (isMonthly(time.calendar) && has('year', 'month'));
    case 'hour':
      return hasDay && has('hour');
    case 'minute':
      return hasDay && has('hour', 'minute');
  }
}

/** One date a month: the month tells which. */
function isMonthly(calendar: Calendar | undefined): boolean {
  return calendar?.kind === 'month-days' && calendar.days.length === 1;
}

interface Letters {
  /** Absent: what they write is not enough to tell anything. `yy` is the same for two centuries. */
  readonly fact?: Fact;
  readonly length?: number;
  readonly mayHold: (character: string) => boolean;
}

const isDigit = (character: string): boolean => /\d/.test(character);
const isLetter = (character: string): boolean => /[A-Za-z]/.test(character);

/** What a group of equal letters writes. */
export function lettersOf(letters: string): Letters {
  switch (letters) {
    case 'yyyy':
      return { fact: 'year', length: 4, mayHold: isDigit };
    case 'yy':
      return { length: 2, mayHold: isDigit };
    case 'Q':
      return { fact: 'quarter', length: 1, mayHold: isDigit };
    case 'YYYY':
      return { fact: 'week-year', length: 4, mayHold: isDigit };
    case 'ww':
      return { fact: 'week', length: 2, mayHold: isDigit };
    case 'w':
      return { fact: 'week', mayHold: isDigit };
    case 'MMMM':
      return { fact: 'month', mayHold: isLetter };
    case 'MMM':
      return { fact: 'month', length: 3, mayHold: isLetter };
    case 'MM':
      return { fact: 'month', length: 2, mayHold: isDigit };
    case 'M':
      return { fact: 'month', mayHold: isDigit };
    case 'dd':
      return { fact: 'day', length: 2, mayHold: isDigit };
    case 'd':
      return { fact: 'day', mayHold: isDigit };
    case 'DDD':
      return { fact: 'day-of-year', length: 3, mayHold: isDigit };
    case 'HH':
      return { fact: 'hour', length: 2, mayHold: isDigit };
    case 'H':
      return { fact: 'hour', mayHold: isDigit };
    case 'mm':
      return { fact: 'minute', length: 2, mayHold: isDigit };
    case 'm':
      return { fact: 'minute', mayHold: isDigit };
    case 'EEE':
      return { fact: 'weekday', length: 3, mayHold: isLetter };
    case 'EEEE':
      return { fact: 'weekday', mayHold: isLetter };
    default:
      // It will be refused when it is written.
      return { mayHold: () => true };
  }
}
