import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensureBundle } from '../cli.ts';
import { commandsIn } from './commands-in.ts';

/** One line that a person typed, and all that came of it. */
export interface Said {
  readonly line: string;
  readonly status: number;
  readonly text: string;
  /** Every command that it tells to type. */
  readonly commands: readonly string[];
  /** Puts the folder back to where it was when this was told. */
  readonly restore: () => void;
}

/** A person at a shell, in a folder, with `sluice` on the path. */
export interface Shell {
  readonly folder: string;
  readonly type: (line: string) => Promise<Said>;
  /** Presses Ctrl-C, or worse, once `seen` stands on the screen. */
  readonly typeAndStop: (line: string, seen: string, signal: NodeJS.Signals) => Promise<Said>;
  /** For all lines from now on. */
  readonly setVariable: (name: string, value: string) => void;
  readonly write: (path: string, text: string) => void;
  readonly path: (...below: readonly string[]) => string;
  readonly [Symbol.dispose]: () => void;
}

/** The blank in its name is what a command must be quoted for. */
export function openShell(files: Readonly<Record<string, string>>, below = '.'): Shell {
  const parent = mkdtempSync(join(tmpdir(), 'sluice-printed-'));
  const folder = join(parent, 'my etl');
  const bin = join(parent, 'bin');
  const variables: Record<string, string> = {};
  const path = (...parts: readonly string[]) => join(folder, ...parts);
  const write = (file: string, text: string) => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  mkdirSync(path(below), { recursive: true });
  mkdirSync(bin);
  symlinkSync(program, join(bin, 'sluice'));
  const options = () => ({
    cwd: path(below),
    env: { ...process.env, NO_COLOR: '1', PATH: `${bin}:${process.env['PATH'] ?? ''}`, ...variables },
  });
  const remember = () => {
    const kept = mkdtempSync(join(parent, 'kept-'));
    cpSync(folder, kept, COPY);
    return () => {
      rmSync(folder, { recursive: true, force: true });
      cpSync(kept, folder, COPY);
    };
  };
  const saidOf = (line: string, status: number, text: string): Said => ({
    line,
    status,
    text,
    commands: commandsIn(text, line),
    restore: remember(),
  });
  return {
    folder,
    path,
    write,
    async type(line) {
      await ensureBundle();
      const { status, text } = await execute('sh', ['-c', line], options()).then(
        ({ stdout, stderr }) => ({ status: 0, text: stdout + stderr }),
        (error: { code: number; stdout: string; stderr: string }) => ({
          status: error.code,
          text: error.stdout + error.stderr,
        }),
      );
      return saidOf(line, status, text);
    },
    async typeAndStop(line, seen, signal) {
      await ensureBundle();
      const child = spawn('sh', ['-c', `exec ${line}`], { ...options(), stdio: ['ignore', 'pipe', 'pipe'] });
      let text = '';
      let isStopped = false;
      const read = (chunk: string) => {
        text += chunk;
        if (isStopped || !text.includes(seen)) return;
        isStopped = true;
        child.kill(signal);
      };
      child.stdout.setEncoding('utf8').on('data', read);
      child.stderr.setEncoding('utf8').on('data', read);
      const status = await new Promise<number>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (code) => resolve(code ?? 128));
      });
      if (!isStopped) throw new Error(`"${line}" ended with ${status} before "${seen}":\n${text}`);
      return saidOf(line, status, text);
    },
    setVariable: (name, value) => void (variables[name] = value),
    [Symbol.dispose]: () => rmSync(parent, { recursive: true, force: true, maxRetries: 5 }),
  };
}

const COPY = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true };
const execute = promisify(execFile);
const program =
  process.env['SLUICE_TEST_BUNDLE'] ?? fileURLToPath(new URL('../../../dist/sluice.js', import.meta.url));
