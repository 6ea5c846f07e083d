import { messageOf } from '../../../errors.ts';
import { posix } from 'node:path';
import { compileGlob, folderOfGlob } from '../../../model/glob.ts';
import { BudgetSpent } from '../../budget.ts';
import type { Budget } from '../../budget.ts';
import type { SourceEntry, SourceFiles } from '../../source.ts';
import type { ProblemReport } from './problem-report.ts';

/** The project's files as compiling asks for them; each is read and hashed once. */
export interface Tree {
  /** Of whatever reads by it. */
  readonly budget: Budget;
  readonly read: (path: string) => Promise<Uint8Array | undefined>;
  readonly kindOf: (path: string) => Promise<SourceEntry['kind'] | undefined>;
  /** Names in the folder, for suggestions. */
  readonly namesIn: (folder: string) => Promise<readonly string[]>;
  /** All files below, or those that match a glob, in order of their path. */
  readonly filesBelow: (folder: string) => Promise<readonly string[]>;
  readonly matching: (glob: string) => Promise<readonly string[]>;
  readonly fingerprint: (path: string) => Promise<{ sha256: string; executable: boolean } | undefined>;
}

/** Never part of `files`: what tools keep in a work tree. */
const LEFT_OUT = new Set(['.git', '.sluice', 'node_modules']);

/** Of one folder of `files`; each is hashed, and laid into every container of its task. */
const MAX_FILES = 100_000;

export function createTree(source: SourceFiles, report: ProblemReport): Tree {
  const { budget } = report;
  const bodies = new Map<string, Promise<Uint8Array | undefined>>();
  const folders = new Map<string, Promise<readonly SourceEntry[] | undefined>>();
  const hashes = new Map<string, Promise<string | undefined>>();
  const walks = new Map<string, Promise<readonly string[]>>();

  const read = (path: string) => once(bodies, path, () => told(path, source.read(path)));
  const list = (folder: string) => {
    budget.check();
    return once(folders, folder, () => told(folder, source.list(folder)));
  };
  /** What the system refuses is a mistake like any other; the rest of the project is still judged. */
  const told = async <Value>(path: string, answer: Promise<Value>): Promise<Value | undefined> => {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof BudgetSpent) throw error;
      const reason = messageOf(error);
      report.error(
        { file: path === '' ? '.' : path, whole: true },
        'file-unreadable',
        `it can't be read: ${reason}`,
        {
          fix: 'Check its permissions and its disk.',
        },
      );
      return undefined;
    }
  };

  const entryOf = async (path: string): Promise<SourceEntry | undefined> => {
    const folder = posix.dirname(path);
    const entries = await list(folder === '.' ? '' : folder);
    return entries?.find((entry) => entry.name === posix.basename(path));
  };

  /**
   * @param lineage what the folder and those above it really are: a link back to one of them is not followed,
   *   for it has no end
   */
  async function* walk(folder: string, lineage: readonly string[]): AsyncGenerator<string> {
    const here = lineage.at(-1) ?? '';
    for (const entry of (await list(folder)) ?? []) {
      const path = posix.join(folder, entry.name);
      if (entry.kind === 'file') yield path;
      if (entry.kind !== 'folder' || LEFT_OUT.has(entry.name)) continue;
      const real = entry.leadsTo ?? posix.join(here, entry.name);
      if (!lineage.includes(real)) yield* walk(path, [...lineage, real]);
    }
  }

  const filesBelow = (folder: string): Promise<readonly string[]> =>
    once(walks, folder, async () => {
      const found: string[] = [];
      for await (const path of walk(folder, [folder])) {
        budget.check();
        if (found.length === MAX_FILES) {
          report.error(
            { file: folder === '' ? '.' : folder, whole: true },
            'too-many-files',
            `expected at most ${MAX_FILES.toLocaleString('en-US')} files below a folder of \`files\`, found more`,
            { fix: 'Name the folders that the task needs, or let it fetch the rest itself.' },
          );
          break;
        }
        found.push(path);
      }
      return found.sort();
    });

  return {
    budget,
    read,
    filesBelow,
    kindOf: async (path) => (path === '' ? 'folder' : (await entryOf(path))?.kind),
    namesIn: async (folder) => ((await list(folder)) ?? []).map((entry) => entry.name),
    async matching(glob) {
      const matches = compileGlob(glob);
      return (await filesBelow(folderOfGlob(glob))).filter((path) => {
        budget.check();
        return matches(path);
      });
    },
    async fingerprint(path) {
      const sha256 = await once(hashes, path, () => told(path, source.hash(path, budget)));
      if (sha256 === undefined) return undefined;
      return { sha256, executable: (await entryOf(path))?.executable ?? false };
    },
  };
}

function once<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = make();
  known.set(key, made);
  return made;
}
