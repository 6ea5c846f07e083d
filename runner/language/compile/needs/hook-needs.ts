import { findTarget } from './needs.ts';
import type { PipelineDraft } from '../drafts.ts';
import { child, members, text } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import type { TaskDraft } from '../task/task.ts';

/** A hook's needs only say after which tasks of its pipeline it runs. */
export function compileAfter(draft: TaskDraft, own: PipelineDraft, report: ProblemReport): readonly string[] {
  const names = draft.merged.lists.needs.flatMap((node) => {
    const written = text(node) ?? text(child(node, 'task'));
    if (written === undefined) return [];
    const at = child(node, 'task') ?? node;
    if (written.includes('/')) {
      report.error(at, 'hook-invalid', 'a hook follows tasks of its own pipeline only', {
        fix: 'Remove this need.',
      });
      return [];
    }
    for (const [key, value] of members(node)) {
      if (key === 'task') continue;
      report.error(value, 'hook-invalid', `a hook's needs only order it: \`${key}\` means nothing here`, {
        fix: `Write the task alone: ${written}.`,
        at: 'key',
      });
    }
    const target = findTarget(at, written, own, new Map(), report);
    if (target?.end.draft.task.kind === 'hook') {
      report.error(
        at,
        'need-of-hook',
        `\`${target.task}\` is a hook itself: hooks run side by side, when all else is done`,
        {
          fix: 'Remove this need.',
        },
      );
      return [];
    }
    return target === undefined ? [] : [target.task];
  });
  return [...new Set(names)];
}
