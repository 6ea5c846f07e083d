import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { StoreError } from '../../../runner/errors.ts';
import { listedAt } from '../../../runner/ledger/knowledge/listing.ts';
import { createBucket, openBucket, useCredentials } from '../../parts/s3.ts';
import { freePort } from '../../parts/registry.ts';
import { startVersitygw, type Versitygw } from '../../parts/versitygw.ts';
import { pieces } from './scene.ts';

const BYTES = randomBytes(96 * 2 ** 20);
const KEY = 'objects/p/t/_/20210129T220000Z-aaaaaa-1/large.bin';

it('a server that is killed while it completes an upload leaves no object that never was', async () => {
  const port = await freePort();
  let server = await startVersitygw(port);
  try {
    useCredentials(server);
    const bucket = await createBucket(server);
    const store = await openBucket(server, `s3://${bucket}`);
    const written = store.put(KEY, pieces(BYTES, 2 ** 20)).then(
      () => 'written' as const,
      (error: unknown) => error,
    );
    await untilCompleting(server, bucket);
    await server.process.stop('SIGKILL');
    server = await startVersitygw(port, server.folder);
    const outcome = await written;
    const size = (await listedAt(store, KEY))?.sizeBytes;
    // Whichever it was: what it says is so.
    const told = outcome === 'written' ? BYTES.length : 'store-unreachable';
    expect(told).toBe(outcome instanceof StoreError ? outcome.code : size);
  } finally {
    await server[Symbol.asyncDispose]();
  }
}, 120_000);

/** versitygw renames an upload so while it puts its parts together. */
async function untilCompleting({ folder }: Versitygw, bucket: string): Promise<void> {
  const uploads = join(folder, bucket, '.sgwtmp');
  for (;;) {
    const names = existsSync(uploads) ? readdirSync(uploads, { recursive: true }) : [];
    if (names.some((name) => String(name).endsWith('.inprogress'))) return;
    await nextTurn();
  }
}
