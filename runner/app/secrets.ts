import { ProblemsError } from '../errors.ts';
import type { Pipeline, Task } from '../model/pipeline.ts';
import type { Plan } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { AppOptions } from './asked-pipeline.ts';
import { readEnvFile } from './env-file.ts';
import { own, setOwn } from '../model/own.ts';

/** The secrets of all that will run: from the environment, then the file; every missing one is named. */
export async function readSecrets(
  plan: Pick<Plan, 'instances'>,
  pipelines: ReadonlyMap<string, Pipeline>,
  { cwd, env }: AppOptions,
  envFile: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  const file = envFile === undefined ? new Map<string, string>() : await readEnvFile(envFile, cwd);
  const wanted = new Map<string, string>();
  for (const instance of plan.instances) {
    if (instance.action === 'none' || instance.action === 'publish') continue;
    const task = own(pipelines.get(instance.pipeline)?.tasks, instance.task);
    for (const name of task?.secrets ?? []) wanted.set(name, instance.task);
  }
  const secrets: Record<string, string> = {};
  const missing: Problem[] = [];
  for (const [name, task] of wanted) {
    const inEnvironment = Object.hasOwn(env, name) ? own(env, name) : undefined;
    // A variable that is set to nothing is what a CI job has in the place of a secret that it may not see.
    const value = [inEnvironment, file.get(name)].find((one) => one !== undefined && one !== '');
    if (value !== undefined) setOwn(secrets, name, value);
    else missing.push(missingSecret(name, task, inEnvironment !== undefined || file.has(name)));
  }
  if (missing.length === 0) return secrets;
  throw new ProblemsError(missing);
}

/** Of what is only laid out or told: the names, whose values whoever runs it has to give. */
export function secretNames(task: Pick<Task, 'secrets'> | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((task?.secrets ?? []).map((name) => [name, '']));
}

function missingSecret(name: string, task: string, isEmpty: boolean): Problem {
  return {
    severity: 'error',
    code: 'missing-secret',
    message: `the secret ${name} (task ${task}) is ${isEmpty ? 'set, but empty' : 'not set'}`,
    fix: 'export it, or put it into a file for --env-file',
  };
}
