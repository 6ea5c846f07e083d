import type { Problem } from '../../model/problem.ts';

/** Every mistake that reading one file by a shape can find. */
export type DocumentProblemCode =
  | 'yaml-syntax'
  | 'file-too-large'
  | 'empty-file'
  | 'duplicate-key'
  | 'bad-key'
  | 'bad-alias'
  | 'too-many-aliases'
  | 'too-many'
  | 'bad-tag'
  | 'unknown-key'
  | 'missing-key'
  | 'missing-value'
  | 'wrong-type'
  | 'bad-value'
  | 'bad-name'
  | 'expression-not-allowed'
  | 'ambiguous-value';

/** A stretch of a file, with the line that a person sees. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly source: string;
}

/** Offsets of the text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Takes what is found wrong; the same thing at the same place only once. */
export interface Findings {
  add(
    code: DocumentProblemCode,
    span: Span,
    message: string,
    fix?: string,
    severity?: Problem['severity'],
  ): void;
}
