import { posix } from 'node:path';
import { usageError } from '../../errors.ts';
import type { Job } from '../../model/job.ts';
import { BUILT, builtTag } from './images/built-labels.ts';
import { capabilitiesOf } from './container/create.ts';

/**
 * The equal `docker run`, word by word, for a person to repeat a job by hand. `folder` holds what the container
 * sees: `inputs/`, `workspace/`, `outputs/` and `sluice/`. Secrets are taken from the person's environment.
 */
export function describe(job: Job, folder: string, asked: AskedEngine = {}): readonly string[] {
  const { resources } = job;
  const [program, ...programArguments] = job.entrypoint ?? [];
  return [
    'docker',
    ...wordsFor(asked),
    'run',
    '--rm',
    '--init',
    ...pullOf(job),
    '--network',
    job.network,
    ...(job.network === 'bridge' ? ['--add-host', 'host.docker.internal:host-gateway'] : []),
    '--security-opt',
    'no-new-privileges',
    '--cap-drop',
    'ALL',
    ...capabilitiesOf(job).flatMap((name) => ['--cap-add', name]),
    ...(resources.memoryBytes === undefined
      ? []
      : ['--memory', String(resources.memoryBytes), '--memory-swap', String(resources.memoryBytes)]),
    ...(resources.cpus === undefined ? [] : ['--cpus', String(resources.cpus)]),
    '--pids-limit',
    String(resources.pids),
    ...(job.user === undefined ? [] : ['--user', job.user]),
    '--workdir',
    job.workingDirectory,
    ...mount(folder, 'inputs', true),
    ...['workspace', 'outputs', 'sluice'].flatMap((name) => mount(folder, name, false)),
    ...Object.entries({ ...job.env, SLUICE_OUTPUT: '/sluice/output' }).flatMap(([name, value]) => [
      '--env',
      `${name}=${value}`,
    ]),
    ...Object.keys(job.secrets).flatMap((name) => ['--env', name]),
    ...(job.entrypoint === undefined ? [] : ['--entrypoint', program ?? '']),
    imageOf(job),
    ...programArguments,
    ...(job.command ?? []),
  ];
}

/** Where a person said that the engine is. */
export interface AskedEngine {
  /** By sluice's own setting, which docker does not know of. */
  readonly host?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Without sluice's own setting docker finds its engine as we do. */
function wordsFor({ host, env }: AskedEngine): readonly string[] {
  const place = host ?? (env?.['DOCKER_HOST'] || undefined);
  if (place !== undefined && !/^(?:unix|npipe):\/\//.test(place)) {
    throw usageError(
      'engine-elsewhere',
      `${place} is an engine on another machine: it cannot mount a folder of this one`,
      'repeat it on that machine, or name an engine here: --engine unix:///var/run/docker.sock',
    );
  }
  return host === undefined ? [] : ['-H', host];
}

function mount(folder: string, name: string, readOnly: boolean): readonly string[] {
  const source = posix.join(folder, name);
  return ['--mount', `type=bind,${field(`source=${source}`)},target=/${name}${readOnly ? ',readonly' : ''}`];
}

/** The option is a line of CSV. */
function field(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Who else has a repository of a built image's name must not be asked for it. What is missing is pulled anyway. */
function pullOf({ image }: Job): readonly string[] {
  const policy = image.kind === 'build' ? 'never' : image.pull;
  return policy === 'missing' ? [] : ['--pull', policy];
}

/** A built image carries its content's hash as its tag. */
function imageOf({ image }: Job): string {
  switch (image.kind) {
    case 'reference':
      return image.reference;
    case 'build':
      return `${BUILT}:${builtTag(image.contentHash, undefined)}`;
  }
}
