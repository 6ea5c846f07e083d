import type { ReadContext } from './context.ts';
import type { Span } from './problem.ts';

/** Of a list whose shape says nothing else: nobody writes as many by hand. */
export const MAX_ITEMS = 1000;
/** Of the names that a writer gives, where the shape says nothing else. */
export const MAX_NAMES = 500;

/** What is compared with each other grows with the square of its number. */
export function isTooMany(
  count: number,
  most: number,
  called: string,
  place: Span,
  context: ReadContext,
): boolean {
  if (count <= most) return false;
  const words = (number: number): string => number.toLocaleString('en-US');
  const message = `expected at most ${words(most)} ${called}, found ${words(count)}`;
  context.findings.add('too-many', place, message, 'Split it, or let a task make out the rest at run time.');
  return true;
}
