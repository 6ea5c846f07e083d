import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import { ContextError, createContextHash, type BuildContext, type ContextEntry } from './context.ts';

/** All the same in every archive: what differs between two machines must not change an image. */
const PLAIN = { uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) } as const;

/** Where an ignored Dockerfile is sent, so that not even its folder shows in the context. */
const HIDDEN_DOCKERFILE = '.sluice.Dockerfile';

/**
 * A context as a tar stream, hashed on its way; `dockerfile` is where in it the Dockerfile stands. `hash` settles when all has been read; it rejects with the
 * stream's own error.
 */
export function packContext(
  context: BuildContext,
  buildArgs: Readonly<Record<string, string>>,
  target?: string,
): { readonly stream: Readable; readonly dockerfile: string; readonly hash: Promise<string> } {
  const pack = tar.pack();
  const packed = packEntries(pack, context, buildArgs, target).catch((error: unknown) => {
    pack.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  // Who only reads the stream hears of it there.
  packed.catch(() => undefined);
  return {
    stream: pack as unknown as Readable,
    dockerfile: context.dockerfileIgnored ? HIDDEN_DOCKERFILE : context.dockerfile,
    hash: packed,
  };
}

async function packEntries(
  pack: tar.Pack,
  context: BuildContext,
  buildArgs: Readonly<Record<string, string>>,
  target: string | undefined,
): Promise<string> {
  const hash = createContextHash(context, buildArgs, target);
  for (const entry of context.entries) {
    hash.entry(entry);
    const isHidden = context.dockerfileIgnored && entry.path === context.dockerfile;
    await packEntry(pack, context.folder, entry, isHidden ? HIDDEN_DOCKERFILE : entry.path, hash.bytes);
  }
  // Engines take the Dockerfile out of the context by the rules that come with it: here by this one alone.
  if (context.dockerfileIgnored) {
    const rules = Buffer.from(`.dockerignore\n${HIDDEN_DOCKERFILE}\n`);
    pack.entry({ ...PLAIN, name: '.dockerignore', mode: 0o644, size: rules.length }, rules);
  }
  pack.finalize();
  return hash.digest();
}

async function packEntry(
  pack: tar.Pack,
  folder: string,
  entry: ContextEntry,
  name: string,
  onBytes: (chunk: Uint8Array) => void,
): Promise<void> {
  switch (entry.kind) {
    case 'folder':
      pack.entry({ ...PLAIN, name: `${name}/`, type: 'directory', mode: 0o755 });
      return;
    case 'link':
      pack.entry({ ...PLAIN, name, type: 'symlink', linkname: entry.target, mode: 0o777 });
      return;
    case 'file': {
      const mode = entry.executable ? 0o755 : 0o644;
      const sink = pack.entry({ ...PLAIN, name, mode, size: entry.sizeBytes });
      const place = join(folder, entry.path);
      await pipeline(
        createReadStream(place),
        async function* (chunks: AsyncIterable<Uint8Array>) {
          let left = entry.sizeBytes;
          for await (const chunk of chunks) {
            left -= chunk.length;
            if (left < 0) break;
            onBytes(chunk);
            yield chunk;
          }
          if (left !== 0) throw new ContextError(`${place} changed while it was sent; run again`);
        },
        sink as unknown as Writable,
      ).catch((error: NodeJS.ErrnoException) => {
        if (error.syscall === undefined) throw error;
        throw new ContextError(`${place} could not be read: ${error.message}`, { cause: error });
      });
    }
  }
}
