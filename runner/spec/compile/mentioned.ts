import { posix } from 'node:path';
import type { TaskFile } from '../../model/pipeline.ts';
import { text } from './node.ts';
import type { Node } from './node.ts';
import type { Report } from './report.ts';
import type { Tree } from './tree.ts';

/** Warns of a script that a command names, that the project has, and that the container would not. */
export async function warnOfUndeclared(
  commands: readonly Node[],
  files: readonly TaskFile[],
  tree: Tree,
  report: Report,
): Promise<void> {
  const declared = new Set(files.map((file) => file.path));
  for (const node of commands) {
    for (const path of new Set(words(text(node) ?? ''))) {
      if (declared.has(path) || (await tree.kindOf(path)) !== 'file') continue;
      report.warning(
        node,
        'file-not-declared',
        `${path} is mentioned here but is not in \`files\`: the container won't have it`,
        {
          fix: `Add it: files: [${[...declared, path].slice(-3).join(', ')}].`,
        },
      );
    }
  }
}

/** Words that could be a path of the project: with a folder or an ending, not absolute, nothing to expand. */
function words(command: string): readonly string[] {
  return command
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .flatMap((line) => line.split(/[\s"'`;|&()<>=,]+/))
    .map((word) => word.replace(/^\/workspace\//, ''))
    .filter((word) => /^[\w.][\w./+-]*$/.test(word) && /[./]/.test(word.replace(/^\.\//, '')))
    .map((word) => posix.normalize(word))
    .filter((word) => !word.startsWith('..') && word !== '.');
}
