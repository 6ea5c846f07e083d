import type Dockerode from 'dockerode';
import type { LogChunk } from '../../../model/job.ts';
import { requestStream } from '../connection/request.ts';
import { createSilence } from '../connection/silence.ts';

type OnLog = (chunk: LogChunk) => Promise<void> | void;

/**
 * A container's log, each byte of each stream delivered once, whether it was followed, read after the end, or
 * both: what a follow has delivered is skipped by count when the log is read again. Read after exit it is complete
 * on every engine, while a follow may end early, or miss what was written in its last moment. Each chunk is awaited
 * before the next is read, so a slow reader holds up the engine and not our memory.
 */
export interface ContainerLog {
  /** Begins to deliver what is written, while it is written. */
  follow(): void;
  /**
   * After the end: all that was not delivered yet. An engine may need minutes to hand over what a task wrote in
   * seconds: what has not come when `until` is aborted is cut but for the last lines, and the cut is said.
   */
  readRest(until: AbortSignal): Promise<'whole' | 'cut'>;
  /** Nothing is delivered any more once this is settled. */
  close(): Promise<void>;
  /** The end of stderr, as far as it was delivered. */
  lastWords(): string;
}

const LAST_WORDS_BYTES = 1024;
/** So much was followed that it goes on to its own end: reading it all again would take as long again. */
const LONG_BYTES = 64 * 1024 * 1024;

/** A log that stands is sent without a pause, but for a busy disk's. */
const SILENCE_SECONDS = 60;

/** Of a log that is cut, as these are what a person looks for; an engine finds them from the file's end. */
const LAST_LINES = 10_000;
const LAST_LINES_SECONDS = 5;

export function createContainerLog(
  docker: Dockerode,
  id: string,
  onLog: OnLog,
  lost: AbortSignal,
): ContainerLog {
  let readerFailure: { readonly error: unknown } | undefined;
  const delivered = { stdout: 0, stderr: 0 };
  const isLineOpen = { stdout: false, stderr: false };
  const closed = new AbortController();
  let following: Promise<void> = Promise.resolve();
  let followedToEnd = false;
  let lastWords: Buffer = Buffer.alloc(0);

  async function tell(chunk: LogChunk): Promise<void> {
    delivered[chunk.stream] += chunk.bytes.length;
    isLineOpen[chunk.stream] = chunk.bytes.at(-1) !== NEWLINE;
    if (chunk.stream === 'stderr') {
      lastWords = Buffer.concat([lastWords, chunk.bytes.subarray(-LAST_WORDS_BYTES)]).subarray(
        -LAST_WORDS_BYTES,
      );
    }
    try {
      await onLog(chunk);
    } catch (error) {
      readerFailure = { error };
      throw error;
    }
  }

  async function deliver(
    source: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    heard: () => void = () => undefined,
  ): Promise<void> {
    const seen = { stdout: 0, stderr: 0 };
    for await (const chunk of demultiplex(source)) {
      signal.throwIfAborted();
      heard();
      const skip = Math.max(0, Math.min(delivered[chunk.stream] - seen[chunk.stream], chunk.bytes.length));
      seen[chunk.stream] += chunk.bytes.length;
      if (skip < chunk.bytes.length) await tell({ ...chunk, bytes: chunk.bytes.subarray(skip) });
    }
  }

  function read(query: Record<string, string>, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const all = { stdout: 'true', stderr: 'true', ...query };
    return requestStream(docker, { method: 'GET', path: `/containers/${id}/logs`, query: all, signal });
  }

  async function followToEnd(): Promise<void> {
    const signal = AbortSignal.any([closed.signal, lost]);
    try {
      await deliver(await read({ follow: 'true' }, signal), signal);
      followedToEnd = true;
    } catch {
      // Whatever ended it, the rest is read after the container's end.
    }
  }

  const close = (): Promise<void> => {
    closed.abort();
    return following;
  };

  const isLong = (): boolean => delivered.stdout + delivered.stderr > LONG_BYTES;

  async function readToEnd(until: AbortSignal): Promise<'whole' | 'cut'> {
    const silence = createSilence(SILENCE_SECONDS);
    const signal = AbortSignal.any([lost, silence.signal, until]);
    let isHeard = false;
    const heard = (): void => {
      isHeard = true;
      silence.heard();
    };
    try {
      await deliver(await read({ follow: 'false' }, signal), signal, heard);
      return 'whole';
    } catch (error) {
      if (lost.aborted || readerFailure !== undefined) throw error;
      // Where an engine sends nothing at all, nothing is cut.
      if (until.aborted && isHeard) return 'cut';
      throw signal.aborted ? signal.reason : error;
    } finally {
      silence.end();
    }
  }

  async function tellCut(): Promise<void> {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (isLineOpen[stream]) await tell({ stream, bytes: Buffer.from('\n') });
    }
    const bytes = (delivered.stdout + delivered.stderr).toLocaleString('en-US');
    const note = `… cut here after ${bytes} bytes: the engine had not handed over the rest in time; its last lines: …\n`;
    await tell({ stream: 'stdout', bytes: Buffer.from(note) });
    const limit = createSilence(LAST_LINES_SECONDS);
    const signal = AbortSignal.any([lost, limit.signal]);
    try {
      const source = await read({ follow: 'false', tail: String(LAST_LINES) }, signal);
      for await (const chunk of demultiplex(source)) {
        signal.throwIfAborted();
        await tell(chunk);
      }
    } catch (error) {
      // They are more than was promised of it.
      if (readerFailure !== undefined || lost.aborted) throw error;
    } finally {
      limit.end();
    }
  }

  return {
    follow() {
      following = followToEnd();
    },
    async readRest(until) {
      if (isLong()) await Promise.race([following, aborted(until)]);
      await close();
      if (readerFailure !== undefined) throw readerFailure.error;
      if (followedToEnd && isLong()) return 'whole';
      const read = isLong() && until.aborted ? 'cut' : await readToEnd(until);
      if (read === 'cut') await tellCut();
      return read;
    },
    close,
    lastWords: () => lastWords.toString('utf8'),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const NEWLINE = 0x0a;
const HEADER_BYTES = 8;

/**
 * Takes Docker's framing apart: 8 bytes of header (the stream's number, three zeros, the payload's length), then
 * the payload. A frame is never gathered: what came of it is handed on. But each line is a frame, so neighbours of
 * one stream in one piece of the connection are handed on together.
 */
export async function* demultiplex(source: AsyncIterable<Uint8Array>): AsyncGenerator<LogChunk> {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerFilled = 0;
  let payloadLeft = 0;
  for await (const data of source) {
    let stream: LogChunk['stream'] = 'stdout';
    let parts: Uint8Array[] = [];
    let at = 0;
    while (at < data.length) {
      if (payloadLeft === 0) {
        const taken = Math.min(HEADER_BYTES - headerFilled, data.length - at);
        header.set(data.subarray(at, at + taken), headerFilled);
        headerFilled += taken;
        at += taken;
        if (headerFilled < HEADER_BYTES) continue;
        headerFilled = 0;
        payloadLeft = header.readUInt32BE(4);
        continue;
      }
      const current = header[0] === 2 ? 'stderr' : 'stdout';
      if (current !== stream && parts.length > 0) {
        yield { stream, bytes: joined(parts) };
        parts = [];
      }
      stream = current;
      const end = Math.min(at + payloadLeft, data.length);
      parts.push(data.subarray(at, end));
      payloadLeft -= end - at;
      at = end;
    }
    if (parts.length > 0) yield { stream, bytes: joined(parts) };
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
}
