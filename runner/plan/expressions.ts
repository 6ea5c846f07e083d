import type { Scalar } from '../model/pipeline.ts';

/** What an expression may read while planning: nothing has run yet. */
export interface PlanContexts {
  readonly params: Readonly<Record<string, Scalar>>;
  readonly matrix: Readonly<Record<string, Scalar>>;
  readonly inputs: Readonly<Record<string, string>>;
}

/** What done needs declared. */
export type NeedContexts = Readonly<
  Record<string, { readonly result: string; readonly outputs: Readonly<Record<string, string>> }>
>;

/** `${{ }}` as `language/expression` evaluates it; a seam, so that planning without expressions loads none of it. */
export interface Expressions {
  readonly template: (template: string, contexts: PlanContexts) => string;
  readonly condition: (expression: string, contexts: PlanContexts) => boolean;
  /** A template that is one expression as a whole keeps its type: the list that legs are made of. */
  readonly value: (template: string, contexts: PlanContexts & { readonly needs: NeedContexts }) => unknown;
}
