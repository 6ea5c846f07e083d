import type { StoreRef } from '../model/store-ref.ts';
import type { ObjectStore, Sources } from '../ports.ts';
import { messageOf, StoreError } from '../errors.ts';
import { changedObject, probeObject, probePrefix } from './objects.ts';
import { probeUrl } from './url.ts';

export interface SourcesOptions {
  /** The place that an address such as `s3://bucket/prefix` names; throws in words where it names none. */
  readonly refOf: (uri: string) => StoreRef;
  readonly openStore: (ref: StoreRef) => Promise<ObjectStore>;
  readonly fetch?: typeof fetch;
  /** Milliseconds that a URL may take to answer. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;

/** Objects through the stores' public face, URLs by fetch. Writes nothing, and never throws for what it finds. */
export function createSources(options: SourcesOptions): Sources {
  const { refOf, openStore } = options;
  const open = (uri: string): Promise<ObjectStore> => openStore(refOf(uri));
  return {
    refOf,
    async probe(source, { signal }) {
      if (source.kind === 'url') {
        return probeUrl(source.url, {
          signal,
          fetch: options.fetch ?? fetch,
          timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
        });
      }
      try {
        return source.kind === 'object'
          ? await probeObject(open, source, signal)
          : await probePrefix(open, source, signal);
      } catch (error) {
        signal.throwIfAborted();
        // A server that is away is late, like what it has.
        if (error instanceof StoreError)
          return { kind: 'not-ready', answer: `${source.uri}: ${error.message}` };
        return { kind: 'invalid', message: `${source.uri}: ${messageOf(error)}` };
      }
    },
    async changed(external, { signal }) {
      if (external.objects.length === 0) return undefined;
      try {
        return await changedObject(open, external, signal);
      } catch (error) {
        signal.throwIfAborted();
        // Whoever reads it finds out, and says so.
        if (error instanceof StoreError) return undefined;
        throw error;
      }
    },
  };
}
