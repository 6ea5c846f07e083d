import type { createHash, Hash } from 'node:crypto';
import type { MessagePort } from 'node:worker_threads';

export type ToThread =
  | { readonly kind: 'bytes'; readonly id: number; readonly slab: SharedArrayBuffer; readonly length: number }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'forget'; readonly id: number };

/** An answer to each but `forget`: the sha256 to `end`. */
export type FromThread = string | undefined;

/** What the thread does, handed to it as text: it may name nothing from outside, and give nothing inside a name. */
export function hashMessages(port: MessagePort, create: typeof createHash): void {
  const hashes = new Map<number, Hash>();
  port.on('message', (message: ToThread) => {
    const hash = hashes.get(message.id) ?? create('sha256');
    if (message.kind === 'bytes') {
      hashes.set(message.id, hash);
      hash.update(new Uint8Array(message.slab, 0, message.length));
      port.postMessage(undefined);
      return;
    }
    hashes.delete(message.id);
    if (message.kind === 'end') port.postMessage(hash.digest('hex'));
  });
}
