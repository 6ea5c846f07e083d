import { own } from '../../model/own.ts';

/** Says in words where a value differs from what was expected; undefined where it does not. */
export type Expectation = (value: unknown, path: string) => string | undefined;

/** The fields of a record, every one named; fields that are not named are let through. */
export type Fields<T> = { readonly [Key in keyof Required<T>]: Expectation };

export const text: Expectation = (value, path) => expected(typeof value === 'string', 'text', value, path);

/** A text that a name, a path or the like may be. */
export function matching(is: (text: string) => boolean, what: string): Expectation {
  return (value, path) => expected(typeof value === 'string' && is(value), what, value, path);
}

export const whole: Expectation = (value, path) =>
  expected(Number.isSafeInteger(value), 'a whole number', value, path);
export const count: Expectation = (value, path) =>
  expected(Number.isSafeInteger(value) && Number(value) >= 0, 'a whole number from 0', value, path);
export const version: Expectation = (value, path) =>
  expected(Number.isSafeInteger(value) && Number(value) >= 1, 'the version of a record', value, path);
export const number: Expectation = (value, path) => expected(Number.isFinite(value), 'a number', value, path);
export const flag: Expectation = (value, path) =>
  expected(typeof value === 'boolean', 'true or false', value, path);
export const anything: Expectation = () => undefined;

export const scalar: Expectation = (value, path) =>
  expected(
    ['string', 'number', 'boolean'].includes(typeof value),
    'text, a number or true/false',
    value,
    path,
  );

/** As sluice writes them, in UTC: they are compared as texts too. */
export const time: Expectation = matching(
  (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text) && !Number.isNaN(Date.parse(text)),
  'an ISO 8601 instant',
);

/** With the offset of a zone. */
export const localTime: Expectation = matching(
  (text) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text) &&
    !Number.isNaN(Date.parse(text)),
  'an ISO 8601 instant',
);

export const sha256: Expectation = matching((text) => /^[0-9a-f]{64}$/.test(text), '64 hexadecimal digits');

export function oneOf(...words: readonly string[]): Expectation {
  return (value, path) =>
    expected(typeof value === 'string' && words.includes(value), words.join(' or '), value, path);
}

export function optional(shape: Expectation): Expectation {
  return (value, path) => (value === undefined ? undefined : shape(value, path));
}

export function nullable(shape: Expectation): Expectation {
  return (value, path) => (value === null ? undefined : shape(value, path));
}

export function listOf(shape: Expectation): Expectation {
  return (value, path) => {
    if (!Array.isArray(value)) return expected(false, 'a list', value, path);
    return first(value.map((item: unknown, index) => () => shape(item, `${path}[${index}]`)));
  };
}

export function mapOf(shape: Expectation): Expectation {
  return (value, path) => {
    if (!isObject(value)) return expected(false, 'an object', value, path);
    return first(
      Object.entries(value).map(
        ([name, item]) =>
          () =>
            shape(item, join(path, name)),
      ),
    );
  };
}

export function objectOf<T>(fields: Fields<T>): Expectation {
  const entries = Object.entries<Expectation>(fields);
  return (value, path) => {
    if (!isObject(value)) return expected(false, 'an object', value, path);
    return first(
      entries.map(
        ([name, shape]) =>
          () =>
            shape(own(value, name), join(path, name)),
      ),
    );
  };
}

function first(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const problem = check();
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function expected(holds: boolean, what: string, value: unknown, path: string): string | undefined {
  if (holds) return undefined;
  const found = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
  return `${path === '' ? '' : `${path}: `}expected ${what}, found ${found}`;
}
