/** A date that no calendar can answer for, in words for a person; callers turn it into a problem. */
export class CalendarError extends Error {
  override readonly name = 'CalendarError';
}
