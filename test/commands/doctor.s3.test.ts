import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { main } from '../../runner/commands/cli/main.ts';
import { createBucket, useCredentials } from '../parts/s3.ts';
import { startVersitygw, type Versitygw } from '../parts/versitygw.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-doctor-'));
let server: Versitygw;
beforeAll(async () => {
  server = await startVersitygw();
  mkdirSync(join(folder, 'pipelines'));
  writeFileSync(join(folder, 'pipelines/p.yaml'), 'tasks: { a: { image: x, run: y } }');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

/** What doctor finds of a store; of the engine it may find anything. */
async function findingOf(name: 'store' | 'clock', uri: string) {
  let stdout = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text, ...rest) => {
    stdout += String(text);
    for (const told of rest) if (typeof told === 'function') told();
    return true;
  });
  const store = `${uri}?endpoint=${server.endpoint}`;
  await main(['node', 'sluice', 'doctor', '--project', folder, '--store', store, '--json'], '1.2.3');
  const { findings } = JSON.parse(stdout) as {
    readonly findings: readonly { readonly name: string; readonly ok: boolean; readonly message: string }[];
  };
  return findings.find((finding) => finding.name === name);
}

it('finds a bucket that keeps its promises, and its clock', async () => {
  useCredentials(server);
  const uri = `s3://${await createBucket(server)}/p`;
  expect(await findingOf('store', uri)).toMatchObject({
    ok: true,
    message: expect.stringContaining('conditional writes hold') as string,
  });
  expect(await findingOf('clock', uri)).toMatchObject({ ok: true });
});

it('says of a bucket that is not there, and of credentials that do not fit, what to do', async () => {
  useCredentials(server);
  expect(await findingOf('store', 's3://never-made/p')).toMatchObject({
    ok: false,
    message: expect.stringContaining('there is no bucket never-made; create it') as string,
  });
  process.env['AWS_SECRET_ACCESS_KEY'] = 'another';
  // A process asks for credentials once for each bucket that it opens.
  expect(await findingOf('store', `s3://${await createBucket(server)}/q`)).toMatchObject({
    ok: false,
    message: expect.stringContaining('check the key and its secret') as string,
  });
});
