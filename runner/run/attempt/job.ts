import { posix } from 'node:path';
import path from 'node:path';
import type { Cause } from '../../model/cause.ts';
import type { ImageOwner, Job, JobFile, JobImage } from '../../model/job.ts';
import { commandOf } from './command.ts';
import type { Evaluated } from './evaluate.ts';
import { execProblem } from './exec-limits.ts';
import type { Inputs } from './inputs.ts';
import { attemptPrefix } from '../../model/key.ts';
import { variablesOf } from './variables.ts';
import type { Subject } from './work.ts';
import { own, setOwn } from '../../model/own.ts';

export const WORKSPACE = '/workspace';

export type BuiltJob =
  { readonly kind: 'job'; readonly job: Job } | { readonly kind: 'broken'; readonly cause: Cause };

/** What the engine is asked to run: plain, and complete in itself. */
export function buildJob(
  work: Subject,
  evaluated: Evaluated,
  inputs: Inputs,
  more: { readonly env?: Readonly<Record<string, string>>; readonly files?: readonly JobFile[] } = {},
): BuiltJob {
  const { task, planned, attempt, environment } = work;
  const { ledger, run, projectRoot } = environment;
  const image = imageOf(work, evaluated);
  if (image === undefined)
    return broken(`${task.name} has neither an image nor a Dockerfile whose context was read`);
  const secrets: Record<string, string> = {};
  for (const name of task.secrets) {
    const value = own(environment.secrets, name);
    if (value === undefined)
      return broken(`The secret ${name} is not set: export it or name it in --env-file`);
    setOwn(secrets, name, value);
  }
  const { entrypoint, command, files } = commandOf(task, evaluated.args);
  const taskFiles = task.files.map((file): JobFile => ({
    kind: 'local',
    from: path.join(projectRoot, file.path),
    to: posix.join(WORKSPACE, file.path),
    executable: file.executable,
  }));
  const { references } = inputs;
  const env = {
    ...variablesOf(planned, run, attempt, evaluated.env),
    ...(references === undefined ? {} : { SLUICE_INPUTS: references.to }),
    ...more.env,
  };
  const problem = execProblem({
    words: [...(entrypoint ?? []), ...(command ?? [])],
    script: task.run,
    env,
    secrets,
  });
  if (problem !== undefined) return broken(problem);
  return {
    kind: 'job',
    job: {
      attempt,
      instance: planned.id,
      run,
      storeId: ledger.storeId,
      image,
      ...(entrypoint === undefined ? {} : { entrypoint }),
      ...(command === undefined ? {} : { command }),
      ...(task.user === undefined ? {} : { user: task.user }),
      workingDirectory: posix.resolve(WORKSPACE, task.workingDirectory ?? ''),
      env,
      secrets,
      files: [
        ...taskFiles,
        ...files,
        ...(references === undefined ? [] : [references]),
        ...(more.files ?? []),
      ],
      inputs: inputs.inputs,
      emptyFolders: inputs.emptyFolders,
      outputs: {
        store: ledger.store.ref,
        prefix: attemptPrefix(planned.id, attempt),
        rules: evaluated.outputs.map(({ pattern, allowEmpty }) => ({ pattern, allowEmpty })),
        values: task.outputs.flatMap((output) => (output.kind === 'value' ? [output.name] : [])),
      },
      network: task.network,
      resources: task.resources,
      capAdd: task.capAdd,
      capDrop: task.capDrop,
      timeoutSeconds: task.timeoutSeconds,
    },
  };
}

function imageOf({ planned, task, environment }: Subject, evaluated: Evaluated): JobImage | undefined {
  const { image } = task;
  if (image === undefined) return undefined;
  switch (image.kind) {
    case 'reference':
      return { kind: 'reference', reference: evaluated.imageReference ?? image.reference, pull: task.pull };
    case 'dockerfile':
      // Whoever plans hashes the contexts first; without that nothing is to be built.
      if (image.contentHash === undefined) return undefined;
      return {
        kind: 'build',
        contextFolder: path.join(environment.projectRoot, posix.dirname(image.path)),
        dockerfile: posix.basename(image.path),
        buildArgs: image.buildArgs,
        ...(image.target === undefined ? {} : { target: image.target }),
        contentHash: image.contentHash,
        ...ownerOf(planned, environment),
      };
  }
}

/** Of a file that is named by its path nobody knows later whether it is still there: its images are nobody's to remove. */
function ownerOf(
  { pipeline }: Subject['planned'],
  { pipelines, ledger, project }: Subject['environment'],
): { readonly owner?: ImageOwner } {
  const inProject = pipelines.get(pipeline)?.file.startsWith('pipelines/') === true;
  return inProject ? { owner: { storeId: ledger.storeId, project } } : {};
}

function broken(message: string): BuiltJob {
  return { kind: 'broken', cause: { kind: 'start-failed', message, transient: false } };
}
