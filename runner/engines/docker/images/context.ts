import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readSmallFile } from '../../../machine/small-file.ts';
import { parseDockerignore, type IgnoreRules } from './dockerignore.ts';

/** One thing in a build's context, with what of its metadata counts. */
export type ContextEntry =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly sizeBytes: number;
      readonly executable: boolean;
    };

export interface BuildContext {
  /** Absolute. */
  readonly folder: string;
  /** Relative to the folder. */
  readonly dockerfile: string;
  /** In byte order of their paths, parents before what they hold. */
  readonly entries: readonly ContextEntry[];
  /** A Dockerfile that the rules ignore is sent all the same, and no `COPY` may see it. */
  readonly dockerfileIgnored: boolean;
}

/** The Dockerfile or its folder can't be read; `message` says which and why. */
export class ContextError extends Error {
  override readonly name = 'ContextError';
}

/**
 * The hash by which an image is built once: of the context's paths, kinds, executable bits and bytes, of which
 * file is the Dockerfile, of the arguments and the stage that is wanted. Times, owners and other permission bits don't count.
 */
export async function hashContext(
  folder: string,
  dockerfile: string,
  buildArgs: Readonly<Record<string, string>>,
  target?: string,
): Promise<string> {
  const context = await readContext(folder, dockerfile);
  const hash = createContextHash(context, buildArgs, target);
  for (const entry of context.entries) {
    hash.entry(entry);
    if (entry.kind !== 'file') continue;
    const file = join(folder, entry.path);
    try {
      for await (const chunk of createReadStream(file)) hash.bytes(chunk as Uint8Array);
    } catch (error) {
      // Another's, or gone since it was listed.
      throw new ContextError(`${file} could not be read: ${String(error)}`, { cause: error });
    }
  }
  return hash.digest();
}

/** Lists a context: the Dockerfile's folder, less `<Dockerfile>.dockerignore`, else `.dockerignore`. */
export async function readContext(folder: string, dockerfile: string): Promise<BuildContext> {
  const rules = await readRules(folder, dockerfile);
  const entries: ContextEntry[] = [];
  await walk(folder, '', rules, entries);
  const dockerfileIgnored = rules.isIgnored(dockerfile);
  const listed = entries.find((entry) => entry.path === dockerfile);
  if (listed === undefined) {
    const stats = await lstat(join(folder, dockerfile)).catch((error: NodeJS.ErrnoException) => {
      throw new ContextError(
        error.code === 'ENOENT'
          ? `there is no Dockerfile at ${join(folder, dockerfile)}`
          : `${join(folder, dockerfile)} could not be read: ${error.message}`,
      );
    });
    entries.push(
      stats.isFile()
        ? { kind: 'file', path: dockerfile, sizeBytes: stats.size, executable: false }
        : { kind: 'folder', path: dockerfile },
    );
  }
  if (entries.some((entry) => entry.path === dockerfile && entry.kind === 'folder')) {
    throw new ContextError(`${join(folder, dockerfile)} is not a file`);
  }
  return {
    folder,
    dockerfile,
    entries: entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))),
    dockerfileIgnored,
  };
}

/** Takes entries and their bytes in order, so that what is sent can be hashed on its way. */
export function createContextHash(
  context: Pick<BuildContext, 'dockerfile' | 'dockerfileIgnored'>,
  buildArgs: Readonly<Record<string, string>>,
  target?: string,
): {
  readonly entry: (entry: ContextEntry) => void;
  readonly bytes: (chunk: Uint8Array) => void;
  readonly digest: () => string;
} {
  const args = Object.entries(buildArgs).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash: Hash = createHash('sha256');
  // Each head is one line of JSON that says how many bytes follow: no two contexts give the same stream.
  const head = (value: unknown): Hash => hash.update(`${JSON.stringify(value)}\n`);
  head([
    'sluice build context 1',
    context.dockerfile,
    context.dockerfileIgnored,
    args,
    ...(target === undefined ? [] : [target]),
  ]);
  return {
    entry: head,
    bytes: (chunk) => hash.update(chunk),
    digest: () => hash.digest('hex'),
  };
}

const MAX_RULES_BYTES = 2 ** 20;

async function readRules(folder: string, dockerfile: string): Promise<IgnoreRules> {
  for (const name of [`${dockerfile}.dockerignore`, '.dockerignore']) {
    const place = join(folder, name);
    const found = await readSmallFile(place, MAX_RULES_BYTES);
    if (found.kind === 'refused') throw new ContextError(`${place} could not be read: ${found.reason}`);
    if (found.kind === 'read') return parseDockerignore(Buffer.from(found.bytes).toString('utf8'));
  }
  return parseDockerignore('');
}

/** Sockets, fifos and devices are left out, as Docker does; the rules themselves are applied, not sent. */
async function walk(
  folder: string,
  below: string,
  rules: IgnoreRules,
  entries: ContextEntry[],
): Promise<void> {
  const children = await readdir(join(folder, below), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new ContextError(`the folder ${join(folder, below)} could not be read: ${error.message}`);
    },
  );
  for (const child of children) {
    const path = below === '' ? child.name : `${below}/${child.name}`;
    const ignored = path === '.dockerignore' || rules.isIgnored(path);
    if (child.isDirectory()) {
      if (!ignored) entries.push({ kind: 'folder', path });
      if (!ignored || rules.mayHoldKept(path)) await walk(folder, path, rules, entries);
    } else if (ignored) {
      continue;
    } else if (child.isSymbolicLink()) {
      entries.push({ kind: 'link', path, target: await readlink(join(folder, path)) });
    } else if (child.isFile()) {
      const { size, mode } = await lstat(join(folder, path));
      entries.push({ kind: 'file', path, sizeBytes: size, executable: (mode & 0o100) !== 0 });
    }
  }
}
