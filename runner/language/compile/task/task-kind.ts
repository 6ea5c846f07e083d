import type { Task } from '../../../model/pipeline.ts';
import type { MergedTask } from '../merge.ts';
import { child } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';

/** What only a container can do: a task without one must not ask for it. */
const OF_CONTAINERS = [
  'outputs',
  'files',
  'secrets',
  'env',
  'shell',
  'user',
  'working-directory',
  'resources',
  'retry',
];

/**
 * A wrapper has nothing to run. An image alone runs its own command, but not one that only stands under
 * `defaults`: the wrappers of such a pipeline would all become containers.
 */
export function kindOf(merged: MergedTask, condition: Task['if']): Task['kind'] {
  if (merged.keys.has('external')) return 'external';
  if (condition?.reads === 'status') return 'hook';
  return hasWork(merged) ? 'container' : 'wrapper';
}

function hasWork(merged: MergedTask): boolean {
  return merged.keys.has('run') || ['image', 'entrypoint', 'args'].some((key) => merged.own.has(key));
}

/** Keys that contradict each other or what kind of task this is. */
export function checkKind(merged: MergedTask, kind: Task['kind'], report: ProblemReport): void {
  switch (kind) {
    case 'container':
      return checkContainer(merged, report);
    case 'hook':
      checkContainer(merged, report);
      return checkHook(merged, report);
    case 'wrapper':
      return checkWrapper(merged, report);
    case 'external':
      return checkExternal(merged, report);
  }
}

function checkContainer(merged: MergedTask, report: ProblemReport): void {
  if (!merged.keys.has('image') && !isUnread(merged, report)) {
    report.error(merged.node, 'image-missing', `task \`${merged.name}\` has no image to run in`, {
      fix: 'Write `image:` in it, or under `defaults:` for all tasks, for example python:3.13-slim.',
      at: 'key',
    });
  }
  if (!merged.keys.has('run')) return;
  for (const key of ['entrypoint', 'args']) {
    const node = merged.keys.get(key);
    if (node === undefined) continue;
    report.error(node, 'task-contradiction', `a task has \`run\` or \`${key}\`, not both`, {
      fix: `Remove \`${key}\`, or write the whole command under \`run\`.`,
      at: 'key',
    });
  }
}

/** A key that was left out for a mistake told already is not missed a second time. */
function isUnread(merged: MergedTask, report: ProblemReport): boolean {
  const { file, from, to } = merged.extent;
  return report.hasErrorIn(file, from, to);
}

function checkHook(merged: MergedTask, report: ProblemReport): void {
  if (!hasWork(merged) && !isUnread(merged, report)) {
    report.error(
      merged.node,
      'task-empty',
      `hook \`${merged.name}\` does nothing: it has neither \`run\` nor an \`image\` of its own`,
      {
        fix: 'Give it a script with `run:`.',
        at: 'key',
      },
    );
  }
  for (const key of ['outputs', 'due', 'deadline', 'until']) {
    refuse(
      merged,
      key,
      'hook-invalid',
      `a hook commits nothing: it can't have \`${key}\``,
      'Remove it, or the status function from `if`.',
      report,
    );
  }
  const matrix = child(merged.keys.get('strategy'), 'matrix');
  if (matrix !== undefined) {
    report.error(matrix, 'hook-invalid', "a hook runs once per run: it can't have a matrix", {
      fix: 'Remove it, or the status function from `if`.',
      at: 'key',
    });
  }
}

function checkWrapper(merged: MergedTask, report: ProblemReport): void {
  for (const key of OF_CONTAINERS) {
    refuse(
      merged,
      key,
      'task-contradiction',
      `\`${key}\` is for something that runs, and this task has neither \`run\` nor an \`image\` of its own`,
      `Add \`run:\`, or remove \`${key}\`: such a task only waits for its needs.`,
      report,
    );
  }
  if (isUnread(merged, report)) return;
  if (merged.lists.needs.length > 0 || OF_CONTAINERS.some((key) => merged.own.has(key))) return;
  report.error(
    merged.node,
    'task-empty',
    `task \`${merged.name}\` does nothing: it has neither \`run\` nor \`image\` nor \`needs\``,
    {
      fix: 'Give it a script with `run:`, or `needs:` to wait for.',
      at: 'key',
    },
  );
}

function checkExternal(merged: MergedTask, report: ProblemReport): void {
  for (const key of ['run', 'image', 'entrypoint', 'args', 'needs', ...OF_CONTAINERS]) {
    refuse(
      merged,
      key,
      'task-contradiction',
      `an external task is made by somebody else: it can't have \`${key}\``,
      'Remove it, and let a task of your own need this one.',
      report,
    );
  }
}

function refuse(
  merged: MergedTask,
  key: string,
  code: 'task-contradiction' | 'hook-invalid',
  message: string,
  fix: string,
  report: ProblemReport,
): void {
  if (!merged.own.has(key)) return;
  const node =
    merged.keys.get(key) ??
    merged.lists[key === 'outputs' || key === 'files' || key === 'secrets' ? key : 'needs'][0];
  report.error(child(merged.node, key) ?? node ?? merged.node, code, message, { fix, at: 'key' });
}
