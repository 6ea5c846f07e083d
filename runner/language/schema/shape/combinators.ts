import type {
  BooleanShape,
  ContextName,
  Keys,
  ListShape,
  NumberShape,
  ObjectShape,
  OneOfShape,
  Rest,
  Shape,
  TextShape,
  VariantsShape,
} from './shape.ts';

/** A plain text; `${{ }}` in it is a mistake. */
export function text(rules: Omit<TextShape, 'kind' | 'contexts' | 'condition' | 'values'> = {}): TextShape {
  return { kind: 'text', ...rules };
}

/** One of a few words. */
export function choice<const V extends string>(...values: readonly V[]): TextShape<V> {
  return { kind: 'text', values };
}

/** A text that may hold `${{ }}` reading these contexts. */
export function template(
  contexts: readonly ContextName[],
  rules: Omit<TextShape, 'kind' | 'contexts' | 'condition' | 'values'> = {},
): TextShape {
  return { kind: 'text', contexts, ...rules };
}

/** A text that is an expression as a whole. */
export function condition(contexts: readonly ContextName[]): TextShape {
  return { kind: 'text', contexts, condition: true, asWritten: true };
}

export function number(bounds: Omit<NumberShape, 'kind' | 'integer'> = {}): NumberShape {
  return { kind: 'number', integer: false, ...bounds };
}

export function integer(bounds: Omit<NumberShape, 'kind' | 'integer'> = {}): NumberShape {
  return { kind: 'number', integer: true, ...bounds };
}

export const boolean: BooleanShape = { kind: 'boolean' };

export function list<I extends Shape>(item: I, minItems = 0, maxItems?: number): ListShape<I> {
  return { kind: 'list', item, minItems, ...(maxItems !== undefined && { maxItems }) };
}

/** An object whose keys are all known. */
export function object<K extends Keys>(
  called: string,
  keys: K,
  rules: Pick<ObjectShape, 'oneOfKeys' | 'instead' | 'mayBeEmpty' | 'extensible'> = {},
): { readonly kind: 'object'; readonly called: string; readonly keys: K } & typeof rules {
  return { kind: 'object', called, keys, ...rules };
}

/** An object whose keys are names given by the writer. */
export function map<R extends Shape>(
  called: string,
  rest: Rest<R>,
): {
  readonly kind: 'object';
  readonly called: string;
  readonly keys: Keys;
  readonly rest: Rest<R>;
} {
  return { kind: 'object', called, keys: {}, rest };
}

/** Some known keys, and names given by the writer beside them. */
export function objectWithRest<K extends Keys, R extends Shape>(
  called: string,
  keys: K,
  rest: Rest<R>,
): { readonly kind: 'object'; readonly called: string; readonly keys: K; readonly rest: Rest<R> } {
  return { kind: 'object', called, keys, rest };
}

export function oneOf<const S extends readonly Shape[]>(...options: S): OneOfShape<S> {
  return { kind: 'oneOf', options };
}

/** Objects told apart by their `type`. */
export function variants<C extends Readonly<Record<string, ObjectShape>>>(
  called: string,
  about: string,
  cases: C,
): VariantsShape<C> {
  return { kind: 'variants', called, tag: 'type', about, cases };
}
