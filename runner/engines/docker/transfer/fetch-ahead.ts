import { setMaxListeners } from 'node:events';
import type { StoredObject } from '../../../model/job.ts';
import { gather } from './gather.ts';
import type { TransferShare } from './transfer-budget.ts';

/** One object of an input, and how its verified bytes are read. */
export interface Fetchable {
  readonly object: StoredObject;
  readonly read: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

/** A small object's bytes are whole, a large one's come as they are asked for. */
export type Fetched<F extends Fetchable> = F & { readonly bytes: Uint8Array | AsyncIterable<Uint8Array> };

/**
 * Objects in their order, with the small ones that come next already under way: over a network each costs a round
 * trip. Nothing is left going when this ends, however it ends.
 */
export async function* fetchAhead<F extends Fetchable>(
  wanted: readonly F[],
  share: TransferShare,
  signal: AbortSignal,
): AsyncGenerator<Fetched<F>> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  setMaxListeners(0, either);
  const ahead = new Map<F, Ahead>();
  let next = 0;

  function startMore(): void {
    for (; next < wanted.length; next += 1) {
      const item = wanted[next];
      if (item === undefined || !share.isSmall(item.object.bytes)) continue;
      const giveBack = share.take(item.object.bytes);
      if (giveBack === undefined) return;
      const bytes = gather(item.read(either));
      // Told when its turn comes.
      bytes.catch(() => undefined);
      ahead.set(item, { bytes, giveBack });
    }
  }

  try {
    for (const item of wanted) {
      signal.throwIfAborted();
      startMore();
      const started = ahead.get(item);
      if (started === undefined) {
        yield { ...item, bytes: item.read(either) };
        continue;
      }
      yield { ...item, bytes: await started.bytes };
      ahead.delete(item);
      started.giveBack();
    }
  } finally {
    stop.abort(new Error('no longer wanted'));
    for (const { bytes, giveBack } of ahead.values()) {
      await bytes.catch(() => undefined);
      giveBack();
    }
  }
}

interface Ahead {
  readonly bytes: Promise<Uint8Array>;
  readonly giveBack: () => void;
}
