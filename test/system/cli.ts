import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the bundled command line as a user would: a process of its own, in a folder. */
export async function sluice(cwd: string, args: readonly string[]): Promise<CliResult> {
  const child = spawn(process.execPath, [await bundle(), ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { status, stdout, stderr };
}

export interface RunDocument {
  readonly outcome: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly instances: readonly {
    readonly id: string;
    readonly state: string;
    readonly reason: string;
    readonly exitCode: number | null;
  }[];
  readonly published?: readonly string[];
}

/** The same with `--json`, its one document read. */
export async function sluiceJson(
  cwd: string,
  args: readonly string[],
): Promise<CliResult & { readonly document: RunDocument }> {
  const result = await sluice(cwd, [...args, '--json']);
  try {
    return { ...result, document: JSON.parse(result.stdout) as RunDocument };
  } catch {
    throw new Error(
      `sluice ${args.join(' ')} ended with ${result.status} without a document:\n${result.stdout}\n${result.stderr}`,
    );
  }
}

let copied: Promise<string> | undefined;

afterAll(async () => {
  if (copied !== undefined) await rm(dirname(dirname(await copied)), { recursive: true, force: true });
});

/**
 * A copy for this test file: another build must not take the chunks from under a run. `npm test` builds before; a
 * test that is run alone may be the first to need it.
 */
function bundle(): Promise<string> {
  copied ??= (async () => {
    const dist = join(root, 'dist');
    if (!existsSync(join(dist, 'sluice.js')))
      await promisify(execFile)(process.execPath, [join(root, 'build.mjs')], { cwd: root });
    const folder = await mkdtemp(join(tmpdir(), 'sluice-bundle-'));
    // Beside it stands what a package has beside it.
    for (const part of ['package.json', 'dist', 'templates', 'docs']) {
      await cp(join(root, part), join(folder, part), { recursive: true });
    }
    return join(folder, 'dist', 'sluice.js');
  })();
  return copied;
}
