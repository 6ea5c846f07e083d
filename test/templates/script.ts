import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { templates } from './data.ts';

export interface ScriptResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Throws where the script did not write it. */
  output(file: string): string;
  readonly values: string;
}

/** Runs one of the flagship's scripts on this machine, over inputs given as text. */
export async function runScript(
  script: string,
  options: {
    readonly inputs?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<ScriptResult> {
  const folder = await mkdtemp(join(tmpdir(), 'short-score-'));
  try {
    for (const [path, text] of Object.entries(options.inputs ?? {})) {
      const file = join(folder, 'inputs', path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    await mkdir(join(folder, 'outputs'));
    const valuesFile = join(folder, 'values');
    await writeFile(valuesFile, '');
    const child = spawn(process.execPath, [join(templates, 'short-score/scripts', script)], {
      env: {
        PATH: process.env['PATH'],
        INPUTS_FOLDER: join(folder, 'inputs'),
        OUTPUTS_FOLDER: join(folder, 'outputs'),
        SLUICE_OUTPUT: valuesFile,
        ...options.env,
      },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const outputs = new Map<string, string>();
    for (const file of await readdir(join(folder, 'outputs'))) {
      outputs.set(file, await readFile(join(folder, 'outputs', file), 'utf8'));
    }
    const values = await readFile(valuesFile, 'utf8');
    return {
      status,
      stdout,
      stderr,
      values,
      output(file) {
        const text = outputs.get(file);
        if (text === undefined) throw new Error(`${script} did not write ${file}; it said: ${stderr}`);
        return text;
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
