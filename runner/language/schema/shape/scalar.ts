import { boolean, number, oneOf, text } from './combinators.ts';

/** A value with its type kept. */
export const scalar = oneOf(text({ mayBeEmpty: true }), number(), boolean);
