/** A mistake in a file or an argument, complete enough to mend it. Lines and columns count from 1. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Stable, kebab-case: `unknown-key`, `wrong-type`, … */
  readonly code: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Columns under the caret; default 1. */
  readonly length?: number;
  /** The line's text, for the frame. */
  readonly source?: string;
  /** Expected and found. */
  readonly message: string;
  /** What to do, as a sentence. */
  readonly fix?: string;
}
