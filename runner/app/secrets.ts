import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { ProblemsError, usageError } from '../errors.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { Plan } from '../model/plan.ts';
import type { AppOptions } from './asked-pipeline.ts';

/** The secrets of all that will run: from the environment, then the file; every missing one is named. */
export async function readSecrets(
  plan: Plan,
  pipelines: ReadonlyMap<string, Pipeline>,
  { cwd, env }: AppOptions,
  envFile: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  const file = envFile === undefined ? {} : await readEnvFile(envFile, cwd);
  const wanted = new Map<string, string>();
  for (const instance of plan.instances) {
    if (instance.action === 'none' || instance.action === 'publish') continue;
    const task = pipelines.get(instance.pipeline)?.tasks[instance.task];
    for (const name of task?.secrets ?? []) wanted.set(name, instance.task);
  }
  const secrets: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, task] of wanted) {
    const value = env[name] ?? file[name];
    if (value === undefined || value === '') missing.push(`${name} (task ${task})`);
    else secrets[name] = value;
  }
  if (missing.length === 0) return secrets;
  throw new ProblemsError(
    missing.map((name) => ({
      severity: 'error' as const,
      code: 'missing-secret',
      message: `the secret ${name} is not set`,
      fix: 'export it, or put it into a file for --env-file',
    })),
  );
}

async function readEnvFile(
  path: string,
  folder: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  const text = await readFile(resolve(folder, path), 'utf8').catch((error: unknown) => {
    throw usageError(
      'no-env-file',
      `--env-file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  return parseEnv(text);
}
