import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from './child.ts';
import { cacheFolder } from './packages.ts';
import { freePort } from './registry.ts';
import type { S3Server } from './s3.ts';

/** Installed once, into an environment of its own; else throws the command to type. */
export function moto(say: (line: string) => void = () => undefined): string {
  const folder = cacheFolder('moto');
  const program = join(folder, 'bin', 'moto_server');
  if (existsSync(program)) return program;
  const commands = [
    ['python3', '-m', 'venv', folder],
    [join(folder, 'bin', 'pip'), 'install', '--quiet', 'moto[server]'],
  ];
  for (const [command = '', ...words] of commands) {
    say(`running ${command} ${words.join(' ')}`);
    try {
      execFileSync(command, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
      const typed = commands.map((words) => words.join(' ')).join(' && ');
      throw new Error(
        `the tests need moto, an S3 server; get it by: ${typed} (Debian: python3-venv)\n${String(error)}`,
        { cause: error },
      );
    }
  }
  return program;
}

/** A server of its own on loopback, in memory. It asks for no credentials and takes any. */
export async function startMoto(): Promise<S3Server> {
  const port = await freePort();
  const server = startChild(moto(), ['-H', '127.0.0.1', '-p', String(port)]);
  const endpoint = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${endpoint}/moto-api/`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (server.hasEnded()) throw new Error(`moto_server ended: ${server.output()}`);
    await sleep(50);
  }
  return {
    endpoint,
    env: { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
