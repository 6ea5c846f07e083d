/** What a text is as a number. */
export type NumberReading =
  | { readonly kind: 'exact'; readonly value: number }
  /** It has more digits than a number can hold, or is out of its range: `value` is another one. */
  | { readonly kind: 'inexact'; readonly value: number }
  | { readonly kind: 'none' };

/**
 * Reads a number by the rules of JavaScript, and says whether it is the one that is written: 1234567890123456789
 * would become 1234567890123456800. A name of a partition must not lose digits on its way.
 */
export function readNumber(text: string): NumberReading {
  const trimmed = text.trim();
  const value = trimmed === '' ? Number.NaN : Number(trimmed);
  if (Number.isNaN(value)) return { kind: 'none' };
  const written = decimalOf(trimmed);
  const isExact = Number.isFinite(value) && written !== undefined && written === decimalOf(String(value));
  return { kind: isExact ? 'exact' : 'inexact', value };
}

/** In words, to follow "found". */
export function inexactWords(text: string, value: number): string {
  const written = text.length > 60 ? `${text.slice(0, 40)}… (${String(text.length)} characters)` : text;
  if (!Number.isFinite(value))
    return `${written}, which is beyond the largest number there is, about 1.8e308`;
  if (value === 0) return `${written}, which is nearer to 0 than any number but 0 itself`;
  return `${written}, which has more digits than a number can hold: it would become ${String(value)}`;
}

/** One spelling for equal decimal numbers: sign, digits without zeros at either end, and the power of ten. */
function decimalOf(text: string): string | undefined {
  if (/^0[xob][\da-f]{1,64}$/i.test(text)) return decimalOf(BigInt(text).toString());
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text);
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = `${whole}${fraction}`;
  let [start, end] = [0, digits.length];
  while (digits[start] === '0') start += 1;
  while (end > start && digits[end - 1] === '0') end -= 1;
  if (start === end) return '0';
  const power = Number(exponent) - fraction.length + (digits.length - end);
  return `${sign === '-' ? '-' : ''}${digits.slice(start, end)}e${String(power)}`;
}

/** The first number of a JSON text that is not exact. */
export function inexactInJson(json: string): string | undefined {
  // A text is passed over whole, digits in it too; one that does not end, to the end of all, so that none of it is
  // looked at twice.
  for (const [part] of json.matchAll(/"[^"\\]*(?:\\[^][^"\\]*)*"?|[\d-][\d.eE+-]*/g)) {
    if (!part.startsWith('"') && readNumber(part).kind === 'inexact') return part;
  }
  return undefined;
}
