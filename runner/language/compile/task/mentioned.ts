import { posix } from 'node:path';
import type { TaskFile } from '../../../model/pipeline.ts';
import { text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import type { Tree } from '../source/tree.ts';

/** Warns of a script that a command names, that the project has, and that the container would not. */
export async function warnOfUndeclared(
  commands: readonly Node[],
  files: readonly TaskFile[],
  tree: Tree,
  report: ProblemReport,
): Promise<void> {
  const declared = new Set(files.map((file) => file.path));
  for (const node of commands) {
    const command = text(node) ?? '';
    for (const [path, offset] of mentionedPaths(command)) {
      if (declared.has(path) || (await tree.kindOf(path)) !== 'file') continue;
      const place = node.document.positionInside(node.path, offset, path.length);
      report.warning(
        place,
        'file-not-declared',
        `${path} is mentioned here but is not in \`files\`: the container won't have it`,
        { fix: `Add it: files: [${[...declared, path].slice(-3).join(', ')}].` },
      );
    }
  }
}

/** Words that could be paths of the project, each with where it first stands in the command. */
function mentionedPaths(command: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let start = 0;
  for (const line of command.split('\n')) {
    const lineStart = start;
    start += line.length + 1;
    if (/^\s*#/.test(line)) continue;
    for (const match of line.matchAll(/[^\s"'`;|&()<>=,]+/g)) {
      const word = match[0].replace(/^(?:\/workspace\/|\.\/)+/, '');
      if (!isPathLike(word)) continue;
      const path = posix.normalize(word);
      if (!found.has(path)) found.set(path, lineStart + match.index + match[0].length - word.length);
    }
  }
  return found;
}

/** With a folder or an ending, not absolute, nothing to expand. */
function isPathLike(word: string): boolean {
  return /^[\w.][\w./+-]*$/.test(word) && /\w[./]\w/.test(word) && !word.split('/').includes('..');
}
