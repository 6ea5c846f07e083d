import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { createBucket } from '../../parts/s3.ts';
import { startVersitygw } from '../../parts/versitygw.ts';
import { bundle } from '../bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-memory-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('moves a gibibyte in and out within 250 MB, and says nothing of Node', { timeout: 300_000 }, async () => {
  await using server = await startVersitygw();
  const program = await bundle(join(import.meta.dirname, 'transferring-process.ts'), folder);
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [program, `s3://${await createBucket(server)}`, server.endpoint, '1024'],
    { env: { ...process.env, ...server.env } },
  );
  const { peakMib, isSame } = JSON.parse(stdout) as { readonly peakMib: number; readonly isSame: boolean };
  expect(isSame).toBe(true);
  expect(peakMib).toBeLessThan(238);
  expect(stderr).toBe('');
});
