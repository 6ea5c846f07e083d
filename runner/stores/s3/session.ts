import { setMaxListeners } from 'node:events';
import type { S3Client } from '@aws-sdk/client-s3';
import PQueue from 'p-queue';
import type { S3Settings } from '../../model/store-ref.ts';
import type { Clients } from './client.ts';
import { createDirect, type Direct } from './direct.ts';
import { createPartBuffers, type PartBuffers } from './part-buffers.ts';
import { failureOf, type Doing } from './failure.ts';
import { bucketAndPrefix } from './uri.ts';

/** What every operation on the bucket needs. */
export interface Session {
  readonly uri: string;
  readonly bucket: string;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
  readonly settings: S3Settings;
  readonly sizes: Sizes;
  readonly clients: Clients;
  readonly direct: Direct;
  /** Sends within the limit of concurrency; what fails is a `StoreError`, or the signal's reason. */
  call<T>(doing: Doing, signal: AbortSignal | undefined, send: Send<T>): Promise<T>;
  readonly buffers: PartBuffers;
}

export type Send<T> = (client: S3Client, options: { readonly abortSignal?: AbortSignal }) => Promise<T>;

export interface Sizes {
  readonly partBytes: number;
  /** The most that one request copies. */
  readonly copyBytes: number;
  readonly copyPartBytes: number;
}

const CONCURRENCY = 64;

/** Of all uploads together, beside the one that each may always fill. */
const PARTS_IN_FLIGHT = 6;

export function createSession(uri: string, settings: S3Settings, clients: Clients, sizes: Sizes): Session {
  const { bucket, prefix } = bucketAndPrefix(uri);
  let hasAnswered = false;
  const queue = new PQueue({ concurrency: CONCURRENCY });
  return {
    uri,
    bucket,
    prefix,
    settings,
    sizes,
    clients,
    // The SDK goes first: its clock is set by an answer, and a store that has given one is waited for longer.
    direct: createDirect(clients.quick, () => (hasAnswered ? clients.endpoint() : undefined)),
    buffers: createPartBuffers(sizes.partBytes, PARTS_IN_FLIGHT),
    async call(doing, signal, send) {
      signal?.throwIfAborted();
      // One signal stops many requests at once, each of which listens.
      if (signal !== undefined) setMaxListeners(0, signal);
      const options = signal === undefined ? {} : { abortSignal: signal };
      try {
        const answer = await queue.add(
          () => send(doing.isSlow === true ? clients.patient : clients.quick, options),
          signal === undefined ? {} : { signal },
        );
        hasAnswered = true;
        return answer;
      } catch (error) {
        signal?.throwIfAborted();
        throw failureOf(error, doing, { bucket, uri, settings });
      }
    },
  };
}
