import type { SourceEntry } from '../../source.ts';
import type { Node } from './node.ts';
import type { ProblemReport, WholeFile } from './problem-report.ts';
import type { Tree } from './tree.ts';

interface Wanted {
  readonly path: string;
  /** As a message calls it: "file", "Dockerfile", "reusable task". */
  readonly noun: string;
  /** Where nothing is there at all. */
  readonly fix: string;
}

/** Says what stands where a file is expected: nothing, or something that is no file. */
export async function reportNoFile(
  at: Node | WholeFile,
  { path, noun, fix }: Wanted,
  tree: Tree,
  report: ProblemReport,
): Promise<void> {
  const kind = await tree.kindOf(path);
  switch (kind) {
    case 'file':
      // It could not be read, which is told already.
      return;
    case 'folder':
      report.error(at, 'file-unreadable', `${named(path)} is a folder: expected a ${noun}`, {
        fix: `Name the ${noun} itself, or put it in the folder's place.`,
      });
      return;
    case 'outside':
    case 'broken-link':
    case 'other':
      reportOddEntry(at, path, kind, report);
      return;
    case undefined:
      report.error(at, 'file-not-found', `there is no ${noun} ${path} in the project`, { fix });
  }
}

/** Of what is neither a file nor a folder. */
export function reportOddEntry(
  at: Node | WholeFile,
  path: string,
  kind: Exclude<SourceEntry['kind'], 'file' | 'folder'>,
  report: ProblemReport,
): void {
  switch (kind) {
    case 'outside':
      report.error(at, 'outside-project', `${path} is a link that leads out of the project`, {
        fix: 'Copy what it leads to into the project.',
      });
      return;
    case 'broken-link':
      report.error(at, 'file-not-found', `${path} is a link that leads to nothing`, {
        fix: 'Mend the link, or put a file in its place.',
      });
      return;
    case 'other':
      report.error(at, 'file-unreadable', `${path} is not a plain file`, {
        fix: 'Put a file there, or remove what is there: pipes and devices are not read.',
      });
  }
}

function named(path: string): string {
  return path === '' ? "the project's root" : path;
}
