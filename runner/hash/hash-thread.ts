import { Worker } from 'node:worker_threads';
import { hashMessages, type FromThread, type ToThread } from './thread-program.ts';

export interface ThreadHash {
  update(bytes: Uint8Array): Promise<void>;
  digest(): Promise<string>;
}

/** While one is hashed the other is filled. */
const SLABS = 2;
const SLAB_BYTES = 512 * 1024;

/** One for the whole process; it keeps nobody from ending. */
interface Thread {
  readonly send: (message: ToThread, answer: Answer) => void;
  readonly forget: (id: number) => void;
}

interface Answer {
  readonly done: (sha256: string | undefined) => void;
  readonly fail: (error: unknown) => void;
}

let thread: Thread | undefined;
let opened = 0;

/** Of those whose stream broke off nobody asks for the end. */
const forgotten = new FinalizationRegistry<number>((id) => thread?.forget(id));

/** A hash that another thread counts, in the order of its pieces; whoever is faster waits for the other. */
export function openThreadHash(): ThreadHash {
  thread ??= startThread();
  const { send } = thread;
  opened += 1;
  const id = opened;
  const free: SharedArrayBuffer[] = Array.from({ length: SLABS }, () => new SharedArrayBuffer(SLAB_BYTES));
  let failure: unknown;
  let slab: Uint8Array | undefined;
  let used = 0;
  let wake = (): void => {};

  function hand(full: Uint8Array): void {
    send(
      { kind: 'bytes', id, slab: full.buffer as SharedArrayBuffer, length: used },
      {
        done() {
          free.push(full.buffer as SharedArrayBuffer);
          wake();
        },
        fail(error) {
          failure = error;
          wake();
        },
      },
    );
    slab = undefined;
    used = 0;
  }

  async function nextSlab(): Promise<Uint8Array> {
    for (;;) {
      if (failure !== undefined) throw failure;
      const next = free.pop();
      if (next !== undefined) return new Uint8Array(next);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  const hash: ThreadHash = {
    async update(bytes) {
      for (let at = 0; at < bytes.length;) {
        slab ??= await nextSlab();
        const piece = bytes.subarray(at, at + SLAB_BYTES - used);
        slab.set(piece, used);
        used += piece.length;
        at += piece.length;
        if (used === SLAB_BYTES) hand(slab);
      }
    },
    async digest() {
      if (slab !== undefined) hand(slab);
      if (failure !== undefined) throw failure;
      forgotten.unregister(hash);
      return new Promise((resolve, reject) => {
        send({ kind: 'end', id }, { done: (sha256) => resolve(sha256 ?? ''), fail: reject });
      });
    },
  };
  forgotten.register(hash, id, hash);
  return hash;
}

function startThread(): Thread {
  const worker = new Worker(
    `(${String(hashMessages)})(require('node:worker_threads').parentPort, require('node:crypto').createHash)`,
    { eval: true, name: 'sluice sha256' },
  );
  worker.unref();
  // Answers come in the order of the questions.
  const waiting: Answer[] = [];
  let death: Error | undefined;
  worker.on('message', (answer: FromThread) => {
    waiting.shift()?.done(answer);
    if (waiting.length === 0) worker.unref();
  });
  const die = (error: Error): void => {
    thread = undefined;
    death ??= error;
    for (const { fail } of waiting.splice(0)) fail(death);
  };
  worker.on('error', die);
  worker.on('exit', () => die(new Error('the thread that hashes has ended')));
  return {
    send(message, answer) {
      if (death !== undefined) {
        answer.fail(death);
        return;
      }
      if (waiting.length === 0) worker.ref();
      waiting.push(answer);
      worker.postMessage(message);
    },
    forget(id) {
      worker.postMessage({ kind: 'forget', id } satisfies ToThread);
    },
  };
}
