/**
 * What may stand at one place of a file. Validation, the JSON Schema and the reference page all read the same
 * value, so a key is written down once.
 */
export type Shape =
  TextShape | NumberShape | BooleanShape | ListShape | ObjectShape | OneOfShape | VariantsShape;

/** The contexts that an expression may read. */
export type ContextName = 'params' | 'matrix' | 'inputs' | 'needs';

export interface TextShape<V extends string = string> {
  readonly kind: 'text';
  /** Only these. */
  readonly values?: readonly V[];
  readonly format?: Format;
  /** The contexts that a `${{ }}` may read here; absent: an expression is a mistake. */
  readonly contexts?: readonly ContextName[];
  /** The whole text is an expression, with or without `${{ }}` around it. */
  readonly condition?: true;
  /** Numbers and booleans are taken as they are written: `1.10` stays `1.10`. */
  readonly asWritten?: true;
  /** A text without `${{ }}` is a mistake: a list was meant. */
  readonly onlyExpression?: true;
  /** An empty text is a value. */
  readonly mayBeEmpty?: true;
  /** What to do instead of writing `${{ }}`. */
  readonly insteadOfExpression?: string;
}

/** A rule for a text that is more than a set of values. */
export interface Format {
  /** With its article, to follow "expected": `a time of day such as '18:00'`. */
  readonly words: string;
  /** The same in a few words, for tables; default `words`. */
  readonly short?: string;
  /** For editors; `check` may be stricter. */
  readonly pattern: RegExp;
  /** What is wrong and what to do, for a text that matches the pattern. */
  readonly check?: (text: string) => { readonly message: string; readonly fix?: string } | undefined;
  /** A correct spelling of what the writer seems to have meant. */
  readonly mend?: (text: string) => string | undefined;
}

export interface NumberShape {
  readonly kind: 'number';
  readonly integer: boolean;
  /** Only these. */
  readonly values?: readonly number[];
  /** Inclusive. */
  readonly min?: number;
  readonly max?: number;
  /** Exclusive. */
  readonly above?: number;
}

export interface BooleanShape {
  readonly kind: 'boolean';
}

export interface ListShape<I extends Shape = Shape> {
  readonly kind: 'list';
  readonly item: I;
  readonly minItems: number;
  /** Where it is not what holds for every list. */
  readonly maxItems?: number;
}

/** One key of an object. */
export interface Key<S extends Shape = Shape> {
  readonly shape: S;
  readonly description: string;
  readonly required?: true;
  /** As it would be written in the file, or in words. */
  readonly default?: string | number | boolean;
  /** YAML, shown on the reference page. */
  readonly example?: string;
}

export type Keys = Readonly<Record<string, Key>>;

/** The keys that the writer names: tasks, params, pools. */
export interface Rest<S extends Shape = Shape> {
  /** What such a key is called: `task`. */
  readonly called: string;
  readonly name: Format;
  readonly shape: S;
  /** How many there may be, where it is not what holds for all names. */
  readonly most?: number;
}

export interface ObjectShape<K extends Keys = Keys, R extends Shape = Shape> {
  readonly kind: 'object';
  /** With its article: `a task`. */
  readonly called: string;
  readonly keys: K;
  readonly rest?: Rest<R>;
  /** At least one of these must be there. */
  readonly oneOfKeys?: readonly (readonly string[])[];
  /** Keys that people bring along from elsewhere, each with what to write instead. */
  readonly instead?: Readonly<Record<string, string>>;
  /** Nothing written counts as no keys. */
  readonly mayBeEmpty?: true;
  /** Keys that begin with `x-` are the writer's own and are not read: a place for anchors. */
  readonly extensible?: true;
}

/** Alternatives that differ in kind (text, list, object), or objects that differ in their required keys. */
export interface OneOfShape<S extends readonly Shape[] = readonly Shape[]> {
  readonly kind: 'oneOf';
  readonly options: S;
}

/** Objects told apart by the value of one key. */
export interface VariantsShape<
  C extends Readonly<Record<string, ObjectShape>> = Readonly<Record<string, ObjectShape>>,
> {
  readonly kind: 'variants';
  readonly called: string;
  readonly tag: 'type';
  /** What the tag's value says, for the reference page. */
  readonly about: string;
  readonly cases: C;
}

/**
 * What a place of this shape holds once read. Every key may be absent, required ones too: what is wrong is
 * reported and left out, all that is there is right. A name that the writer chose stays, with null, so that what
 * mentions it is not called a mistake too.
 */
export type ValueOf<S> =
  S extends TextShape<infer V>
    ? V
    : S extends NumberShape
      ? number
      : S extends BooleanShape
        ? boolean
        : S extends ListShape<infer I>
          ? readonly ValueOf<I>[]
          : S extends OneOfShape<infer O>
            ? ValueOf<O[number]>
            : S extends VariantsShape<infer C>
              ? { [N in keyof C]: { readonly type: N } & ValueOf<C[N]> }[keyof C]
              : S extends { kind: 'object'; keys: infer K; rest: Rest<infer R> }
                ? string extends keyof K
                  ? Readonly<Record<string, ValueOf<R> | null>>
                  : ValueOfKeys<K> & Readonly<Record<string, unknown>>
                : S extends { kind: 'object'; keys: infer K }
                  ? ValueOfKeys<K>
                  : never;

type ValueOfKeys<K> = {
  readonly [N in keyof K]?: K[N] extends { shape: infer S } ? ValueOf<S> : never;
};
