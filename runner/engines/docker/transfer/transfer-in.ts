import { messageOf } from '../../../errors.ts';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import type Dockerode from 'dockerode';
import { pack, type Header, type Pack } from 'tar-stream';
import type { Job, JobFile, JobInput, StoredObject } from '../../../model/job.ts';
import { Fault } from '../connection/fault.ts';
import { createSilence } from '../connection/silence.ts';
import { fetchAhead, type Fetchable } from './fetch-ahead.ts';
import type { TransferShare } from './transfer-budget.ts';

type EntryHeader = Partial<Header> & Pick<Header, 'name'>;

/** An input whose objects are laid into the container's own layer. */
export interface CopiedInput {
  readonly input: JobInput;
  /** Verified bytes. */
  readonly read: (object: StoredObject, signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

/**
 * Lays folders, files and copied inputs into a container that was created and not yet started, by one archive
 * to `/`. It is streamed; no more is gathered than the share has room for. The folders a task writes to are everybody's (1777): a fresh
 * volume is root's alone, and the task may run as anybody.
 */
export async function transferIn(
  container: Dockerode.Container,
  job: Job,
  copied: readonly CopiedInput[],
  share: TransferShare,
  signal: AbortSignal,
): Promise<void> {
  const archive = pack();
  const unread = new AbortController();
  let failure: unknown;
  let refused = false;
  const silence = createSilence(SILENCE_SECONDS);
  const feeding = feed(
    archive,
    job,
    copied,
    share,
    AbortSignal.any([signal, unread.signal]),
    silence.heard,
  ).then(
    () => archive.finalize(),
    (error: unknown) => {
      // The client then gives up too, with this error.
      if (!refused) failure = error;
      archive.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  try {
    const options = { path: '/', abortSignal: AbortSignal.any([signal, silence.signal]) };
    await container.putArchive(archive as unknown as NodeJS.ReadableStream, options);
  } catch (error) {
    refused = true;
    // Without this the feeding would wait for ever for somebody to read on.
    const reason = new Error('the engine does not read on');
    unread.abort(reason);
    archive.destroy(reason);
    throw failure ?? (silence.signal.aborted ? silence.signal.reason : error);
  } finally {
    silence.end();
    await feeding;
  }
  if (failure !== undefined) throw failure;
}

async function feed(
  archive: Pack,
  job: Job,
  copied: readonly CopiedInput[],
  share: TransferShare,
  signal: AbortSignal,
  heard: () => void,
): Promise<void> {
  const made = new Set<string>();
  const folder = async (path: string, mode: number): Promise<void> => {
    if (made.has(path)) return;
    made.add(path);
    await write(archive, { name: `${path.slice(1)}/`, type: 'directory', mode });
    heard();
  };
  const parents = async (path: string): Promise<void> => {
    const parent = posix.dirname(path);
    // Folders of the image's own keep their owner and mode.
    if (!OURS.some((own) => parent.startsWith(`${own}/`))) return;
    await parents(parent);
    await folder(parent, parent.startsWith('/workspace/') ? 0o1777 : 0o755);
  };

  for (const path of ['/outputs', '/sluice', '/workspace']) await folder(path, 0o1777);
  await folder('/inputs', 0o755);
  await write(archive, { name: 'sluice/output', mode: 0o666 }, '');
  for (const path of job.emptyFolders) {
    await parents(path);
    await folder(path, 0o755);
  }
  for (const file of job.files) {
    await parents(file.to);
    await writeFile(archive, file, signal, heard);
    heard();
  }
  for (const { input } of copied) {
    await parents(`${input.to}/.`);
    await folder(input.to, 0o755);
  }
  for await (const { input, object, bytes } of fetchAhead(copied.flatMap(objectsOf), share, signal)) {
    const to = posix.join(input.to, object.path);
    await parents(to);
    const header = {
      name: to.slice(1),
      mode: object.executable === true ? 0o555 : 0o444,
      size: object.bytes,
    };
    if (bytes instanceof Uint8Array)
      await write(archive, header, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    else await writeStream(archive, header, bytes, heard);
    heard();
  }
}

function objectsOf({ input, read }: CopiedInput): readonly (Fetchable & { readonly input: JobInput })[] {
  return input.objects.map((object) => ({
    input,
    object,
    read: (signal) => read(object, signal),
  }));
}

/** Counts for the store too, whose bytes are laid in as they come. */
const SILENCE_SECONDS = 10 * 60;

const OURS = ['/outputs', '/workspace', '/inputs', '/sluice'];

async function writeFile(
  archive: Pack,
  file: JobFile,
  signal: AbortSignal,
  heard: () => void,
): Promise<void> {
  const header = { name: file.to.replace(/^\/+/, ''), mode: file.executable ? 0o755 : 0o644 };
  switch (file.kind) {
    case 'text':
      return write(archive, header, file.text);
    case 'local': {
      const { size } = await stat(file.from).catch((error: unknown) => {
        throw unreadable(file.from, error);
      });
      return writeStream(archive, { ...header, size }, localBytes(file.from, signal), heard);
    }
  }
}

async function* localBytes(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) {
      signal.throwIfAborted();
      yield chunk as Uint8Array;
    }
  } catch (error) {
    throw signal.aborted ? error : unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): Fault {
  const message = `${path} could not be read for the task: ${messageOf(error)}`;
  return new Fault({ kind: 'start-failed', message, transient: false });
}

function write(archive: Pack, header: EntryHeader, whole?: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => (error ? reject(error) : resolve());
    const entry = whole === undefined ? archive.entry(header, done) : archive.entry(header, whole, done);
    entry.on('error', () => undefined);
  });
}

/** Waits for the reader at the other end whenever its buffer is full. */
async function writeStream(
  archive: Pack,
  header: EntryHeader,
  bytes: AsyncIterable<Uint8Array>,
  heard: () => void,
): Promise<void> {
  let settle: (error?: Error | null) => void = () => undefined;
  const finished = new Promise<void>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve());
  });
  // Looked at only after the last byte.
  finished.catch(() => undefined);
  const entry = archive.entry(header, settle);
  // Told by `finished`.
  entry.on('error', () => undefined);
  let readOn: () => void = () => undefined;
  entry.on('drain', () => readOn());
  entry.on('close', () => readOn());
  for await (const chunk of bytes) {
    heard();
    if (entry.write(chunk)) continue;
    if (entry.destroying) break;
    await new Promise<void>((resolve) => {
      readOn = resolve;
    });
    if (entry.destroying) break;
  }
  entry.end(undefined);
  await finished;
}
