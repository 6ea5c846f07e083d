import type { Contexts } from '../language/expression/evaluate.ts';

/** What an expression may read when an instance's turn has come; a hook's also how the run stands. */
export type RunContexts = Contexts;

export type NeedsContext = NonNullable<Contexts['needs']>;

/** How the run stands, for always(), failure() and cancelled(). */
export type RunStatus = NonNullable<Contexts['status']>;

/** `${{ }}` as `language/expression` evaluates it; handed in, so that what has no expressions loads none of it. */
export interface Expressions {
  readonly template: (template: string, contexts: RunContexts) => string;
  readonly condition: (expression: string, contexts: RunContexts) => boolean;
  /** A template that is one expression as a whole keeps its type. */
  readonly value: (template: string, contexts: RunContexts) => unknown;
}
