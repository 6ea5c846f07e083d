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
  /** Resolves when the container has ended or `signal` is aborted; never rejects. */
  follow(signal: AbortSignal): Promise<void>;
  /** So much was followed that it should go on to its own end: reading it all again would take as long again. */
  isLong(): boolean;
  /** After the end: all that was not delivered yet. */
  readRest(signal: AbortSignal): Promise<void>;
  /** The end of stderr, as far as it was delivered. */
  lastWords(): string;
}

const LAST_WORDS_BYTES = 1024;
const LONG_BYTES = 64 * 1024 * 1024;

/** A log that stands is sent without a pause, but for a busy disk's. */
const SILENCE_SECONDS = 5 * 60;

export function createContainerLog(docker: Dockerode, id: string, onLog: OnLog): ContainerLog {
  let readerFailure: { readonly error: unknown } | undefined;
  const delivered = { stdout: 0, stderr: 0 };
  let followedToEnd = false;
  let lastWords: Buffer = Buffer.alloc(0);

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
      if (skip === chunk.bytes.length) continue;
      delivered[chunk.stream] += chunk.bytes.length - skip;
      const fresh = chunk.bytes.subarray(skip);
      if (chunk.stream === 'stderr') {
        lastWords = Buffer.concat([lastWords, fresh.subarray(-LAST_WORDS_BYTES)]).subarray(-LAST_WORDS_BYTES);
      }
      try {
        await onLog({ stream: chunk.stream, bytes: fresh });
      } catch (error) {
        readerFailure = { error };
        throw error;
      }
    }
  }

  function read(follow: boolean, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const query = { stdout: 'true', stderr: 'true', follow: String(follow) };
    return requestStream(docker, { method: 'GET', path: `/containers/${id}/logs`, query, signal });
  }

  const isLong = (): boolean => delivered.stdout + delivered.stderr > LONG_BYTES;

  return {
    async follow(signal) {
      try {
        await deliver(await read(true, signal), signal);
        followedToEnd = true;
      } catch {
        // Whatever ended it, the rest is read after the container's end.
      }
    },
    async readRest(signal) {
      if (readerFailure !== undefined) throw readerFailure.error;
      if (followedToEnd && isLong()) return;
      const silence = createSilence(SILENCE_SECONDS);
      try {
        const source = await read(false, AbortSignal.any([signal, silence.signal]));
        await deliver(source, signal, silence.heard);
      } catch (error) {
        throw silence.signal.aborted ? silence.signal.reason : error;
      } finally {
        silence.end();
      }
    },
    isLong,
    lastWords: () => lastWords.toString('utf8'),
  };
}

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
