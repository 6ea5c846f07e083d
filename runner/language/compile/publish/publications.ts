import { posix } from 'node:path';
import type { Param, Publish } from '../../../model/pipeline.ts';
import { splitTemplate } from '../../expression/template.ts';
import { child } from '../source/node.ts';
import type { LocatedOutput } from '../task/outputs.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import type { TaskDraft } from '../task/task.ts';
import { checkKeys } from './keys-told.ts';

/** A task that may publish, with what its paths are read against. */
export interface Publisher {
  readonly pipeline: string;
  readonly params: Readonly<Record<string, Param>>;
  readonly draft: TaskDraft;
}

interface Publication extends Publisher {
  readonly located: LocatedOutput;
  readonly publish: Publish;
  /** As it is written, in one spelling; ends with `/` where it is a folder. */
  readonly path: string;
}

/** What must hold between a published path and its task's keys, and between all published paths. */
export function checkPublications(publishers: readonly Publisher[], report: ProblemReport): void {
  const publications = publishers.flatMap(publicationsOf);
  const files = new Map<string, Publication>();
  for (const publication of publications) {
    report.budget.check();
    const { draft, params, located, publish, path } = publication;
    checkKeys({ task: draft.task, params }, located, publish, report);
    const other = files.get(path);
    if (other !== undefined) {
      const message = `publishes ${path} too: each would overwrite the other`;
      reportConflict(publication, other, message, report);
    }
    files.set(path, publication);
  }
  for (const publication of publications) {
    for (const folder of foldersAbove(publication.path)) {
      const file = files.get(folder);
      if (file === undefined) continue;
      const message = `publishes ${folder} as a file, and here it is a folder`;
      reportConflict(publication, file, message, report);
    }
  }
}

function publicationsOf(publisher: Publisher): readonly Publication[] {
  return publisher.draft.outputs.flatMap((located): readonly Publication[] => {
    const { output } = located;
    if (output.kind !== 'path' || output.publish === undefined) return [];
    const { publish } = output;
    // Into a folder, a file keeps its name.
    const whole = publish.path.endsWith('/') ? publish.path + posix.basename(output.path) : publish.path;
    // `${{params.date}}` and `${{ params.date }}` are one path.
    const split = splitTemplate(whole);
    const path = split.ok
      ? split.parts
          .map((part) => (part.kind === 'text' ? part.text : `\${{ ${part.source.trim()} }}`))
          .join('')
      : whole;
    return [{ ...publisher, located, publish, path }];
  });
}

/** `a/b/c` → `a`, `a/b` */
function foldersAbove(path: string): readonly string[] {
  const names = path.split('/');
  return names.slice(1).map((_, at) => names.slice(0, at + 1).join('/'));
}

function reportConflict(mine: Publication, other: Publication, message: string, report: ProblemReport): void {
  const owner = ({ pipeline, draft }: Publication): string => `${pipeline}/${draft.task.name}`;
  const who = owner(mine) === owner(other) ? 'another output of this task' : `\`${owner(other)}\``;
  const { node } = mine.located;
  report.error(child(node, 'publish') ?? node, 'publish-conflict', `${who} ${message}`, {
    fix: 'Publish to different paths.',
  });
}
