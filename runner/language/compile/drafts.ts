import type { NeedRule, Param, Pipeline } from '../../model/pipeline.ts';
import type { Node } from './source/node.ts';
import type { TaskDraft } from './task/task.ts';

/** A pipeline whose tasks are known, but not yet their needs. */
export interface PipelineDraft {
  readonly pipeline: Pipeline;
  /** The whole file. */
  readonly node: Node;
  readonly tasks: ReadonlyMap<string, TaskDraft>;
}

/** The pipelines there are, by name; undefined for one whose file could not be read, which is told already. */
export type Drafts = ReadonlyMap<string, PipelineDraft | undefined>;

/** One side of a need: a task with the params that its keys are. */
export interface TaskEnd {
  readonly draft: TaskDraft;
  /** As the needer writes it: `prices`, or `copy/main`. */
  readonly called: string;
  readonly params: Readonly<Record<string, Param>>;
}

/** A need with where it is written, for what is checked between tasks. */
export interface LocatedNeed {
  readonly rule: NeedRule;
  readonly node: Node;
}
