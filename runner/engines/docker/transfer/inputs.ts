import { createStreamHash } from '../../../hash/stream-hash.ts';
import type { JobInput, StoredObject } from '../../../model/job.ts';
import { ownerOf } from '../../../model/outputs/object-place.ts';
import type { ObjectStore } from '../../../ports.ts';
import { Fault } from '../connection/fault.ts';

/**
 * The bytes of an input's object. What is not there, or not of the recorded size and hash, ends as a `Fault`
 * that names it: at the latest with the last byte, so whoever uses them must wait for the end.
 */
export async function* verifiedBytes(
  store: ObjectStore,
  input: JobInput,
  object: StoredObject,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const key = input.prefix + object.path;
  const corrupt = (what: string): Fault => corruptInput(key, input, what);
  const stored = await store.get(key, { signal });
  if (stored === undefined) throw gone(key);
  if (stored.sizeBytes !== object.bytes) throw corrupt(sizeWords(object, stored.sizeBytes));
  const hash = createStreamHash(object.bytes);
  let bytes = 0;
  for await (const chunk of stored.body) {
    bytes += chunk.length;
    if (bytes > object.bytes) throw corrupt(sizeWords(object, bytes));
    await hash.update(chunk);
    yield chunk;
  }
  if (bytes !== object.bytes) throw corrupt(sizeWords(object, bytes));
  const sha256 = await hash.digest();
  if (sha256 !== object.sha256) {
    throw corrupt(`has other content than its manifest says (sha256 ${sha256}, not ${object.sha256})`);
  }
}

function sizeWords(object: StoredObject, found: number): string {
  return `has ${found} bytes or more, its manifest says ${object.bytes}`;
}

/** Its manifest stands, and somebody has removed it: who asked for the job finds out what is to be made anew. */
function gone(key: string): Fault {
  return new Fault({
    kind: 'input-gone',
    message: `${key} is named by its manifest and is not in the store any more`,
    transient: false,
  });
}

function corruptInput(key: string, { prefix }: JobInput, what: string): Fault {
  return new Fault({
    kind: 'input-corrupt',
    // Of what others make the run finds out how it differs.
    message:
      prefix === ''
        ? `${key} ${what}`
        : `${key} ${what}; make it anew: sluice run ${ownerOf(prefix)} --rebuild all`,
    transient: false,
  });
}
