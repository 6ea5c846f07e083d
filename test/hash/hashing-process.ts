import { randomBytes } from 'node:crypto';
import { createStreamHash } from '../../runner/hash/stream-hash.ts';

/** Hashes in the thread, leaves a stream half read, and ends by itself. */
const MIB = 2 ** 20;
const piece = randomBytes(MIB);
const broken = createStreamHash(100 * MIB);
await broken.update(piece);
const whole = createStreamHash(100 * MIB);
for (let sent = 0; sent < 100; sent += 1) await whole.update(piece);
console.log((await whole.digest()).length);
