/** A value of an expression. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

/** A function that expressions may call; the reference page is made from these. */
export interface ExpressionFunction {
  readonly name: string;
  /** `formatDate(time, pattern)` */
  readonly signature: string;
  readonly minArgs: number;
  readonly maxArgs: number;
  readonly description: string;
  readonly example: { readonly call: string; readonly result: string };
  /** Absent: the expression library's own. Throws an `Error` in words for wrong arguments. */
  readonly call?: (...args: readonly Plain[]) => Plain;
}

/** A text argument; numbers and booleans count as their text. */
export function textArgument(value: Plain | undefined, called: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`expected ${called} as a text, found ${shown(value)}`);
}

export function wholeNumber(value: Plain | undefined, called: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw new Error(`expected ${called} as a whole number, found ${shown(value)}`);
}

export function shown(value: Plain | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
