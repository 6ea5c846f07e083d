import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import type { Pipeline } from '../model/pipeline.ts';
import type { Plan } from '../model/plan.ts';
import { ProblemsError } from '../errors.ts';
import { usageError } from './cli/output.ts';

/** The secrets of all that will run: from the environment, then `--env-file`; every missing one is named. */
export async function readSecrets(
  plan: Plan,
  pipelines: ReadonlyMap<string, Pipeline>,
  env: Readonly<Record<string, string | undefined>>,
  envFile: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  const file = envFile === undefined ? {} : await readEnvFile(envFile);
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

async function readEnvFile(path: string): Promise<Readonly<Record<string, string | undefined>>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw usageError(
      'no-env-file',
      `--env-file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  return parseEnv(text);
}
