import type Dockerode from 'dockerode';
import { extract, type Header } from 'tar-stream';
import type { Job, StoredObject } from '../../../model/job.ts';
import { createOutputCheck, type OutputEntry } from '../../../model/outputs/outputs.ts';
import type { ObjectStore } from '../../../ports.ts';
import { answerWithin, LOOK_UP_SECONDS } from '../connection/answer-within.ts';
import { Fault } from '../connection/fault.ts';
import { createSilence } from '../connection/silence.ts';
import { createOutputUploads, type OutputFile } from './store-outputs.ts';
import type { TransferShare } from './transfer-budget.ts';

export interface TransferredOut {
  readonly objects: readonly StoredObject[];
  readonly undeclared: readonly string[];
}

/**
 * Reads `/outputs` of a container that has ended, as one archive, and stores what the rules declare below the
 * job's prefix. If anything is wrong all that was stored is deleted again, as well as that can be done, and a
 * `Fault` says what. `onStored` is told what each version was hashed to.
 */
export async function transferOut(
  container: Dockerode.Container,
  job: Job,
  store: ObjectStore,
  share: TransferShare,
  signal: AbortSignal,
  onStored: (key: string, etag: string, sha256: string) => void,
): Promise<TransferredOut> {
  const check = createOutputCheck(job.outputs.rules);
  const uploads = createOutputUploads(job.outputs, store, share, signal, onStored);
  try {
    for await (const { header, entry } of entriesOf(container, '/outputs/.', signal)) {
      const verdict = check.entry(outputEntry(header));
      if (verdict.kind === 'refuse') throw new Fault(verdict.cause);
      if (verdict.kind === 'store') await uploads.put(fileAt(verdict.path, header), entry);
    }
    const outcome = check.finish();
    if (outcome.kind === 'refuse') throw new Fault(outcome.cause);
    for (const { path, from } of outcome.copies) {
      if (await uploads.copy(path, from)) continue;
      // The link is declared, its target is not: only now are the target's bytes asked for.
      for await (const { header, entry } of entriesOf(container, `/outputs/${from}`, signal)) {
        await uploads.put(fileAt(path, header), entry);
      }
    }
    return { objects: await uploads.finish(), undeclared: check.undeclared() };
  } catch (error) {
    await uploads.discard();
    throw error;
  }
}

/**
 * Whether anything was made in `/outputs` since the start. A folder's time is asked for within milliseconds, reading
 * it as an archive takes a third of a short task: not worth it only to warn of files that nobody declared.
 */
export async function wroteOutputs(
  container: Dockerode.Container,
  startedAt: number,
  abortSignal: AbortSignal,
): Promise<boolean> {
  const ask = () => container.infoArchive({ path: '/outputs', abortSignal });
  const { headers } = (await answerWithin(LOOK_UP_SECONDS, ask)) as {
    readonly headers: Readonly<Record<string, string | undefined>>;
  };
  const stat = Buffer.from(headers['x-docker-container-path-stat'] ?? '', 'base64').toString('utf8');
  const changed = Date.parse(/"mtime":"([^"]+)"/.exec(stat)?.[1] ?? '');
  // A file system's clock may tick only every few milliseconds. What is not known is read.
  return !(changed < startedAt - CLOCK_TICK_MILLISECONDS);
}

const CLOCK_TICK_MILLISECONDS = 20;

/** The text of one small file of a container; undefined: it is not there. */
export async function readFileOf(
  container: Dockerode.Container,
  path: string,
  limitBytes: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  for await (const { header, entry } of entriesOf(container, path, signal)) {
    if (header.type !== 'file') return undefined;
    if ((header.size ?? 0) > limitBytes) {
      throw new Fault({
        kind: 'output-refused',
        message: `${path} has ${header.size} bytes, at most ${limitBytes} are read; write a file to /outputs instead`,
        transient: false,
      });
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  }
  return undefined;
}

/** Each entry's bytes must be asked for before the next entry is; what is left of them is passed over. */
async function* entriesOf(
  container: Dockerode.Container,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly header: Header; readonly entry: AsyncIterable<Uint8Array> }> {
  const silence = createSilence(SILENCE_SECONDS);
  const options = { path, abortSignal: AbortSignal.any([signal, silence.signal]) };
  const asked = container.getArchive(options).catch((error: unknown) => {
    silence.end();
    throw silence.signal.aborted ? silence.signal.reason : error;
  });
  const archive = (await asked) as NodeJS.ReadableStream & { destroy(): void };
  const entries = extract();
  archive.on('data', silence.heard);
  archive.on('error', (error) => entries.destroy(error));
  // A connection that breaks off ends without an error of its own.
  archive.on('aborted', () => entries.destroy(lostConnection()));
  archive.pipe(entries);
  try {
    for await (const entry of entries) {
      yield { header: entry.header, entry: entry as AsyncIterable<Uint8Array> };
      entry.resume();
    }
  } finally {
    silence.end();
    archive.destroy();
  }
}

/** Counts for the store too, which takes the bytes as they come: longer than it may be silent itself. */
const SILENCE_SECONDS = 10 * 60;

function lostConnection(): Error {
  return Object.assign(new Error('the connection broke off'), { code: 'ECONNRESET' });
}

function fileAt(path: string, { size, mode }: Header): OutputFile {
  return { path, sizeBytes: size ?? 0, executable: isExecutable(mode) };
}

function isExecutable(mode: number | undefined): boolean {
  return ((mode ?? 0) & 0o111) !== 0;
}

function outputEntry({ name, type, size, mode, linkname }: Header): OutputEntry {
  const target = linkname ?? '';
  switch (type) {
    case 'file':
    case 'contiguous-file':
      return { path: name, kind: 'file', sizeBytes: size ?? 0, executable: isExecutable(mode) };
    case 'directory':
      return { path: name, kind: 'folder', sizeBytes: 0 };
    case 'symlink':
      return { path: name, kind: 'link', sizeBytes: 0, target };
    case 'link':
      return { path: name, kind: 'hard-link', sizeBytes: 0, target };
    default:
      return { path: name, kind: 'other', sizeBytes: 0 };
  }
}
