import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import picomatch from 'picomatch';
import type { Report } from './report.ts';
import type { SourceEntry, SourceFiles } from '../source.ts';

/** The project's files as compiling asks for them; each is read and hashed once. */
export interface Tree {
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

export function createTree(source: SourceFiles, report: Report): Tree {
  const bodies = new Map<string, Promise<Uint8Array | undefined>>();
  const folders = new Map<string, Promise<readonly SourceEntry[] | undefined>>();
  const hashes = new Map<string, Promise<string | undefined>>();

  const read = (path: string) => once(bodies, path, () => told(path, source.read(path)));
  const list = (folder: string) => once(folders, folder, () => told(folder, source.list(folder)));
  /** What the system refuses is a mistake like any other; the rest of the project is still judged. */
  const told = async <Value>(path: string, answer: Promise<Value>): Promise<Value | undefined> => {
    try {
      return await answer;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
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

  async function* walk(folder: string): AsyncGenerator<string> {
    for (const entry of (await list(folder)) ?? []) {
      const path = posix.join(folder, entry.name);
      if (entry.kind === 'file') yield path;
      if (entry.kind === 'folder' && !LEFT_OUT.has(entry.name)) yield* walk(path);
    }
  }

  const filesBelow = async (folder: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const path of walk(folder)) found.push(path);
    return found.sort();
  };

  return {
    read,
    filesBelow,
    kindOf: async (path) => (path === '' ? 'folder' : (await entryOf(path))?.kind),
    namesIn: async (folder) => ((await list(folder)) ?? []).map((entry) => entry.name),
    async matching(glob) {
      const { base } = picomatch.scan(glob);
      const matches = picomatch(glob);
      return (await filesBelow(base === '.' ? '' : base)).filter((path) => matches(path));
    },
    async fingerprint(path) {
      const sha256 = await once(hashes, path, async () => {
        const bytes = await read(path);
        return bytes === undefined ? undefined : createHash('sha256').update(bytes).digest('hex');
      });
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
