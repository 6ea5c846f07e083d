import { posix } from 'node:path';
import type { LocatedOutput } from './outputs.ts';
import { child } from './node.ts';
import { keysIn } from './needs/reads.ts';
import type { Report } from './report.ts';
import type { TaskDraft } from './task.ts';
import { quoted } from './words.ts';

/** What must hold between a published path and its task's keys, and between all published paths. */
export function checkPublications(
  tasks: readonly { readonly pipeline: string; readonly draft: TaskDraft }[],
  report: Report,
): void {
  const taken = new Map<string, string>();
  for (const { pipeline, draft } of tasks) {
    for (const located of draft.outputs) {
      const { output, node } = located;
      if (output.kind !== 'path' || output.publish === undefined) continue;
      checkKeys(draft, located, output.publish, report);
      // Into a folder, a file keeps its name.
      const whole = output.publish.path.endsWith('/')
        ? output.publish.path + posix.basename(output.path)
        : output.publish.path;
      // `${{params.date}}` and `${{ params.date }}` are one path.
      const path = whole.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/gs, '${{ $1 }}');
      const owner = `${pipeline}/${draft.task.name}`;
      const other = taken.get(path);
      if (other !== undefined) {
        const who = other === owner ? 'another output of this task' : `\`${other}\``;
        report.error(
          child(node, 'publish') ?? node,
          'publish-conflict',
          `${who} publishes ${path} too: each would overwrite the other`,
          {
            fix: 'Publish to different paths.',
          },
        );
      }
      taken.set(path, owner);
    }
  }
}

function checkKeys(
  draft: TaskDraft,
  { node }: LocatedOutput,
  publish: { readonly path: string; readonly newest: boolean },
  report: Report,
): void {
  const { task } = draft;
  const named = keysIn(publish.path, task.inputs, task.keys);
  // A later date may replace an earlier one; two venues of one date have no order.
  const needed = publish.newest ? task.keys.filter((key) => key !== task.timeKey) : task.keys;
  const missing = needed.filter((key) => !named.has(key));
  if (missing.length === 0) return;
  const source = (key: string) => (task.matrix?.keys.includes(key) === true ? 'matrix' : 'params');
  const write = `Put ${missing.map((key) => `\${{ ${source(key)}.${key} }}`).join(' and ')} into the path`;
  const isTime = missing.length === 1 && missing[0] === task.timeKey;
  report.error(
    child(node, 'publish') ?? node,
    'publish-without-key',
    `${publish.path} is the same for every ${quoted(missing, 'or')}: results would overwrite each other`,
    { fix: isTime ? `${write}, or write publish: { path: ${publish.path}, newest: true }.` : `${write}.` },
  );
}
