import type { Node, YAMLSeq } from 'yaml';
import type { Budget } from '../budget.ts';
import type { Shape } from '../schema/shape/shape.ts';
import type { Nodes } from './nodes.ts';
import type { Findings, Span } from './problem.ts';

/** What the readers of one file share. */
export interface ReadContext {
  readonly nodes: Nodes;
  readonly findings: Findings;
  /** The file's text, for places inside a value. */
  readonly text: string;
  /** Which items of a list were right, by their place in the file. */
  readonly kept: Map<YAMLSeq, readonly number[]>;
  /** Nodes that may still be read: aliases of aliases multiply without end. */
  nodesLeft: number;
  readonly budget: Budget;
  /** `readNode`, for the readers below it. */
  readonly read: (node: Node | undefined, shape: Shape, owner: Span, context: ReadContext) => unknown;
}
