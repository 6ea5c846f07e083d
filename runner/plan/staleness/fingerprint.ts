import type { NeedRule, Pipeline, Scalar, Task } from '../../model/pipeline.ts';
import type { Fingerprint, FingerprintPart } from '../../model/records.ts';
import { own, setOwn } from '../../model/own.ts';
import { digestOf } from './digest.ts';

/**
 * What makes a result, as written and before anything is evaluated: the keys are in the identity, what inputs hold
 * is compared by content. Each part is hashed apart, so that a difference can be named.
 *
 * @param params what the task sees; keys among them are left out.
 * @param matrix a leg's values; those that identify are left out, what `include` adds to it counts.
 */
export function fingerprintOf(
  pipeline: Pipeline,
  task: Task,
  params: Readonly<Record<string, Scalar>>,
  matrix: Readonly<Record<string, Scalar>> = {},
): Fingerprint {
  const parts: Record<FingerprintPart, unknown> = {
    script: [task.run ?? null, task.args ?? null, task.if?.expression ?? null],
    image: task.image ?? task.external ?? null,
    files: Object.fromEntries(task.files.map((file) => [file.path, [file.sha256, file.executable]])),
    env: [task.env, task.inputs, [...task.secrets].sort()],
    settings: [settingsIn(pipeline, task, params), extraValues(task, matrix)],
    shell: [task.shell, task.entrypoint ?? null, task.workingDirectory ?? null],
    user: task.user ?? null,
    outputs: task.outputs,
    needs: task.needs.map(needOf),
  };
  return {
    script: digestOf(parts.script),
    image: digestOf(parts.image),
    files: digestOf(parts.files),
    env: digestOf(parts.env),
    settings: digestOf(parts.settings),
    shell: digestOf(parts.shell),
    user: digestOf(parts.user),
    outputs: digestOf(parts.outputs),
    needs: digestOf(parts.needs),
  };
}

/** The values of the settings among what a task sees: recorded whole, so that a difference can be said. */
export function settingsIn(
  pipeline: Pipeline,
  task: Task,
  params: Readonly<Record<string, Scalar>>,
): Readonly<Record<string, Scalar>> {
  const settings: Record<string, Scalar> = {};
  for (const name of task.params) {
    const param = own(pipeline.params, name);
    const value = own(params, name);
    if (param?.kind === 'plain' && !param.key && value !== undefined) setOwn(settings, name, value);
  }
  return settings;
}

function extraValues(task: Task, matrix: Readonly<Record<string, Scalar>>): Readonly<Record<string, Scalar>> {
  const keys = task.matrix?.keys ?? [];
  return Object.fromEntries(Object.entries(matrix).filter(([name]) => !keys.includes(name)));
}

/** Where a need stands in the file changes nothing. */
function needOf(rule: NeedRule): unknown {
  const { position: _position, ...meaning } = rule;
  return meaning;
}
