import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A server of the tests' own: its output is kept, and its end is waited for. */
export interface Child {
  /** All it wrote so far. */
  output(): string;
  readonly hasEnded: () => boolean;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export function startChild(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
  cwd: string = process.cwd(),
): Child {
  const child: ChildProcess = spawn(program, words, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = (): boolean =>
    child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  child.on('error', (error) => (output += String(error)));
  return {
    output: () => output,
    hasEnded: ended,
    async stop(signal = 'SIGTERM') {
      if (ended()) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
  };
}
