import type { Drafts, LocatedNeed, PipelineDraft } from './drafts.ts';
import type { Report } from './report.ts';
import type { TaskDraft } from './task.ts';

export function checkTemplates(
  _draft: TaskDraft,
  _needs: readonly LocatedNeed[],
  _own: PipelineDraft,
  _drafts: Drafts,
  _report: Report,
): void {}
