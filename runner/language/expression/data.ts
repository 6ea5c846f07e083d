import {
  Array as ListData,
  BooleanData,
  Dictionary,
  Kind,
  Null,
  NumberData,
  StringData,
} from '@actions/expressions/data/index';
import type { ExpressionData } from '@actions/expressions/data/index';
import { keyText } from '../../model/partition.ts';
import type { Plain } from './function.ts';

/** A plain value as the evaluator wants it. */
export function toData(value: Plain | undefined): ExpressionData {
  if (value === undefined || value === null) return new Null();
  if (typeof value === 'string') return new StringData(value);
  if (typeof value === 'number') return new WholeNumber(value);
  if (typeof value === 'boolean') return new BooleanData(value);
  if (isList(value)) {
    const list = new ListData();
    for (const item of value) list.add(toData(item));
    return list;
  }
  return new Members(value);
}

export function toPlain(data: ExpressionData): Plain {
  switch (data.kind) {
    case Kind.String:
    case Kind.Number:
    case Kind.Boolean:
      return data.value;
    case Kind.Null:
      return null;
    case Kind.Array:
      return data.values().map(toPlain);
    case Kind.Dictionary:
      return Object.fromEntries(data.pairs().map(({ key, value }) => [key, toPlain(value)]));
  }
}

/** The library's own writes 15 digits behind the point at most. */
class WholeNumber extends NumberData {
  override coerceString(): string {
    return keyText(this.value);
  }
}

/** The library's own finds `constructor` in every object and drops a member of that name. */
class Members extends Dictionary {
  readonly #members: ReadonlyMap<string, { readonly key: string; readonly value: ExpressionData }>;
  constructor(members: { readonly [name: string]: Plain }) {
    super();
    this.#members = new Map(
      Object.entries(members).map(([key, value]) => [key.toLowerCase(), { key, value: toData(value) }]),
    );
  }
  override get(key: string): ExpressionData | undefined {
    return this.#members.get(key.toLowerCase())?.value;
  }
  override values(): ExpressionData[] {
    return [...this.#members.values()].map(({ value }) => value);
  }
  override pairs(): { key: string; value: ExpressionData }[] {
    return [...this.#members.values()];
  }
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}
