import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** The variable names another build, where the one in `dist/` may be replaced while tests run. */
const bundle = process.env['SLUICE_TEST_BUNDLE'] ?? join(root, 'dist', 'sluice.js');

export interface CliResult {
  /** Null: a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the bundled command line as a user would: a process of its own, in a folder. */
export async function sluice(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  return (await startSluice(cwd, args, env)).ended;
}

export interface StartedSluice {
  readonly pid: number;
  /** What it wrote to stdout so far. */
  readonly stdout: () => string;
  /** Does nothing to one that has ended. */
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly hasEnded: () => boolean;
  readonly ended: Promise<CliResult>;
}

/**
 * The same, not waited for. `elsewhere`: where processes of this machine cannot be seen, and are not seen from here;
 * only SIGKILL reaches it there. Needs root.
 */
export async function startSluice(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { elsewhere = false } = {},
): Promise<StartedSluice> {
  await ensureBundle();
  const words = [process.execPath, '--', bundle, ...args];
  const [program = '', ...rest] = elsewhere
    ? ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', ...words]
    : words;
  const child = spawn(program, rest, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    kill: (signal) => void child.kill(signal),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    ended,
  };
}

export interface RunDocument {
  readonly run: string;
  readonly outcome: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly instances: readonly {
    readonly id: string;
    readonly state: string;
    readonly reason: string;
    readonly attempt: string | null;
    readonly exitCode: number | null;
    /** The kind, where one was. */
    readonly cause?: string;
  }[];
  readonly published?: readonly string[];
  /** All there is of a command that ended with 2 or 4. */
  readonly problems?: readonly { readonly message: string }[];
}

/** Throws with all that it said where it ended otherwise. */
export function mustEndWith(wanted: number, { status, stdout, stderr }: CliResult): void {
  if (status === wanted) return;
  throw new Error(`sluice ended with ${status}, expected ${wanted}:\n${stdout}\n${stderr}`);
}

/** What `--json` prints where a command ends with 2 or 4. */
export interface ProblemsDocument {
  readonly problems: readonly {
    readonly code: string;
    readonly message: string;
    readonly fix: string | null;
  }[];
}

/** The same with `--json`, its one document read. */
export async function sluiceJson(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult & { readonly document: RunDocument }> {
  const result = await sluice(cwd, [...args, '--json'], env);
  return { ...result, document: documentOf(result) };
}

/** What `run --json` printed. */
export function documentOf(result: CliResult): RunDocument {
  return parsed(result) as RunDocument;
}

/** What any command printed that ended with 2 or 4. */
export function problemsOf(result: CliResult): ProblemsDocument['problems'] {
  return (parsed(result) as ProblemsDocument).problems;
}

function parsed({ status, stdout, stderr }: CliResult): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`sluice ended with ${status} without a document:\n${stdout}\n${stderr}`);
  }
}

let bundled: Promise<unknown> | undefined;

/** `npm test` builds it before; a test that is run alone may be the first to need it. */
export function ensureBundle(): Promise<unknown> {
  bundled ??= existsSync(bundle)
    ? Promise.resolve()
    : promisify(execFile)(process.execPath, [join(root, 'build.mjs')], { cwd: root });
  return bundled;
}
