import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, type Child } from './child.ts';
import { cacheFolder } from './packages.ts';
import { freePort } from './registry.ts';
import type { S3Server } from './s3.ts';

const MODULE = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';

export interface Versitygw extends S3Server {
  /** Where its objects are files. */
  readonly folder: string;
  readonly process: Child;
}

/** `SLUICE_TEST_VERSITYGW`, or one that is built once, which takes minutes; else throws the command to type. */
export function versitygw(say: (line: string) => void = () => undefined): string {
  const given = process.env['SLUICE_TEST_VERSITYGW'];
  if (given !== undefined) return given;
  const folder = cacheFolder('versitygw-1.8.0');
  const program = join(folder, 'versitygw');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  say(`running GOBIN=${folder} go install ${MODULE}, which takes minutes`);
  try {
    execFileSync('go', ['install', MODULE], {
      // A Go from 1.21 on gets the one that is wanted; an older one cannot.
      env: { ...process.env, GOBIN: folder, GOTOOLCHAIN: 'auto' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } catch (error) {
    throw new Error(
      `the tests need versitygw, an S3 server; get it by: GOBIN=${folder} go install ${MODULE} (Go 1.25, or any from 1.21 on, from https://go.dev/dl/), or name one by SLUICE_TEST_VERSITYGW\n${String(error)}`,
      { cause: error },
    );
  }
  return program;
}

/** A server of its own on loopback, over an empty folder, or over that of one that was killed. */
export async function startVersitygw(port?: number, over?: string): Promise<Versitygw> {
  const program = versitygw();
  const folder = over ?? (await mkdtemp(join(tmpdir(), 'sluice-versitygw-')));
  const address = `127.0.0.1:${port ?? (await freePort())}`;
  const key = 'sluice-test';
  const secret = 'sluice-test-secret';
  const server = startChild(program, ['--port', address, '--quiet', 'posix', folder], {
    ...process.env,
    ROOT_ACCESS_KEY_ID: key,
    ROOT_SECRET_ACCESS_KEY: secret,
  });
  const endpoint = `http://${address}`;
  // Without a signature it refuses, which is an answer.
  while (
    !(await fetch(endpoint).then(
      () => true,
      () => false,
    ))
  ) {
    if (server.hasEnded()) throw new Error(`versitygw ended: ${server.output()}`);
    await sleep(20);
  }
  return {
    endpoint,
    folder,
    process: server,
    env: { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret, AWS_REGION: 'us-east-1' },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
