import { encodeValue, keyText } from './partition.ts';
import type { MatrixLeg, Scalar } from './pipeline.ts';
import { setOwn } from './own.ts';

/** The value of a matrix key that is known only when its source is done. */
export const UNKNOWN_LEG = '*';

/** More would be a mistake in what lists them. */
export const MAX_LEGS = 10_000;

/**
 * The legs that lists found at run time make, one of each combination.
 *
 * @throws Error in words for what is no list, for values that are no key, and for one that is there twice.
 */
export function legsIn(axes: readonly (readonly [name: string, values: unknown])[]): readonly MatrixLeg[] {
  let legs: MatrixLeg[] = [{}];
  for (const [name, values] of axes) {
    const list = listOf(name, values);
    if (legs.length * list.length > MAX_LEGS) {
      throw new Error(
        `expected at most ${MAX_LEGS.toLocaleString('en-US')} legs, found ${(legs.length * list.length).toLocaleString('en-US')}`,
      );
    }
    legs = legs.flatMap((leg) =>
      list.map((value) => {
        const next: Record<string, Scalar> = { ...leg };
        setOwn(next, name, value);
        return next;
      }),
    );
  }
  return legs;
}

function listOf(name: string, values: unknown): readonly Scalar[] {
  if (!Array.isArray(values)) {
    throw new Error(`expected a JSON list for \`${name}\`, found ${described(values)}`);
  }
  const seen = new Set<string>();
  const items: readonly unknown[] = values;
  return items.map((value, place) => {
    if (!isKey(value)) {
      throw new Error(
        `expected texts, numbers or booleans in the list for \`${name}\`, found ${described(value)} at place ${place + 1}`,
      );
    }
    const text = encodeValue(keyText(value));
    if (text === '') throw new Error(`the list for \`${name}\` has an empty text at place ${place + 1}`);
    if (value === UNKNOWN_LEG) {
      throw new Error(`the list for \`${name}\` has "*", which stands for what is not known yet`);
    }
    if (seen.has(text)) throw new Error(`the list for \`${name}\` has ${quoted(value)} twice`);
    seen.add(text);
    return value;
  });
}

function isKey(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

function described(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : quoted(value);
}

const SHOWN = 60;

function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
