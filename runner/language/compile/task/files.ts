import { isGlob } from '../../../model/glob.ts';
import type { TaskFile } from '../../../model/pipeline.ts';
import { posix } from 'node:path';
import { text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import { projectPath } from '../source/path.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import type { Tree } from '../source/tree.ts';
import { suggestion } from '../../suggest.ts';
import { reportOddEntry } from '../source/no-file.ts';

/**
 * `files:` as paths, folders (all below) and globs, each of which must name something. Sorted by path, each
 * once; a file in two entries is no mistake.
 */
export async function compileFiles(
  nodes: readonly Node[],
  tree: Tree,
  report: ProblemReport,
): Promise<readonly TaskFile[]> {
  const paths = new Set<string>();
  for (const node of nodes) {
    report.budget.check();
    const written = text(node);
    const path = written === undefined ? undefined : projectPath(node, written, report);
    if (path === undefined) continue;
    for (const each of await expand(node, path, tree, report)) paths.add(each);
  }
  const files: TaskFile[] = [];
  const sorted = [...paths].sort();
  for (let at = 0; at < sorted.length; at += HASHED_AT_ONCE) {
    const contents = sorted
      .slice(at, at + HASHED_AT_ONCE)
      .map(async (path) => ({ path, content: await tree.fingerprint(path) }));
    for (const { path, content } of await Promise.all(contents)) {
      if (content !== undefined) files.push({ path, ...content });
    }
  }
  return files;
}

/** A process may have only so many files open. */
const HASHED_AT_ONCE = 16;

async function expand(
  node: Node,
  path: string,
  tree: Tree,
  report: ProblemReport,
): Promise<readonly string[]> {
  // A name such as `a[1].csv` may be both: what is there as it is written is meant.
  const kind = await tree.kindOf(path.replace(/\/$/, ''));
  switch (kind) {
    case 'file':
      return [path];
    case 'folder': {
      const below = await tree.filesBelow(path.replace(/\/$/, ''));
      if (below.length === 0) {
        report.error(node, 'file-not-found', `the folder ${path} is empty`, {
          fix: 'Put files into it, or remove it from `files`.',
        });
      }
      return below;
    }
    case 'outside':
    case 'broken-link':
    case 'other':
      reportOddEntry(node, path, kind, report);
      return [];
    case undefined:
  }
  if (!isGlob(path)) {
    report.error(node, 'file-not-found', `there is no file ${path} in the project`, {
      fix: await nearestName(path, tree),
    });
    return [];
  }
  const matching = await tree.matching(path);
  if (matching.length === 0) {
    report.error(node, 'file-not-found', `no file of the project matches ${path}`, {
      fix: 'Globs are relative to the project root; ** crosses folders.',
    });
  }
  return matching;
}

async function nearestName(path: string, tree: Tree): Promise<string> {
  const folder = posix.dirname(path);
  const names = await tree.namesIn(folder === '.' ? '' : folder);
  const near = suggestion(posix.basename(path), names);
  return near === undefined
    ? 'Create it; paths are relative to the project root, not to this file.'
    : `Did you mean ${posix.join(folder, near)}?`;
}
