import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

/**
 * It looks at the condition of a write and writes in two steps of one thread, and has no lock: on a busy machine
 * another thread came between them, and an update was lost. A turn without end leaves no room for that.
 */
const SERVE = 'import sys; sys.setswitchinterval(3600); from moto.server import main; main(sys.argv[1:])';

/** A server of its own on loopback, in memory. It asks for no credentials and takes any. */
export async function startMoto(): Promise<S3Server> {
  const port = await freePort();
  const python = join(dirname(moto()), 'python');
  const server = startChild(python, ['-c', SERVE, '-H', '127.0.0.1', '-p', String(port)]);
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
