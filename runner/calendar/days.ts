/**
 * Dates as whole numbers of days since 1970-01-01, so that planning 100,000 instances costs additions and no
 * objects. Proleptic Gregorian; the algorithm counts years from 1 March, where a leap day is a year's last.
 */
export function dayNumber(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export function civilDate(number: number): CivilDate {
  const shifted = number + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

/** Of a canonical `YYYY-MM-DD`, also at the front of an hour's text. */
export function dayOfText(text: string): number {
  return dayNumber(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10));
}

/** Asked millions of times: no part of the text is copied. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at += 1) number = number * 10 + text.charCodeAt(at) - 48;
  return number;
}

const texts = new Map<number, string>();

export function textOfDay(number: number): string {
  let text = texts.get(number);
  if (text === undefined) {
    const { year, month, day } = civilDate(number);
    text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
    texts.set(number, text);
  }
  return text;
}

/** ISO: Monday is 1, Sunday 7. 1970-01-01 was a Thursday. */
export function weekdayOf(number: number): number {
  return ((((number + 3) % 7) + 7) % 7) + 1;
}

export function daysInMonth(year: number, month: number): number {
  return month === 12 ? 31 : dayNumber(year, month + 1, 1) - dayNumber(year, month, 1);
}

export function pad(number: number, width: number): string {
  return String(number).padStart(width, '0');
}
