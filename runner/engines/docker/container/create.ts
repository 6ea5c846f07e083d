import type Dockerode from 'dockerode';
import type { DockerCapabilities } from '../connection/docker-capabilities.ts';
import type { Job } from '../../../model/job.ts';
import type { Holder } from '../holder/holder.ts';
import { hostEntries } from '../holder/host-entries.ts';
import { labelsOf } from './labels.ts';
import { memoryLimitOf } from './memory-limit.ts';

/** What of a container's making is not the job's own. */
export interface Circumstances {
  readonly imageId: string;
  readonly capabilities: DockerCapabilities;
  /** Undefined: a network of its own. */
  readonly holder: Holder | undefined;
  /** Inputs that are mounted; the others come by archive. */
  readonly mounts: readonly { readonly source: string; readonly target: string }[];
  /** An archive is laid into it before it starts, with the file for values. */
  readonly prepared: boolean;
}

/** The one place that turns a job into the body of Docker's `POST /containers/create`. */
export function createBody(job: Job, circumstances: Circumstances): Dockerode.ContainerCreateOptions {
  const { capabilities, holder } = circumstances;
  const { cpus, pids } = job.resources;
  const memory = memoryLimitOf(job, capabilities);
  return {
    Image: circumstances.imageId,
    ...(job.entrypoint === undefined ? {} : { Entrypoint: entrypointOf(job.entrypoint) }),
    ...(job.command === undefined ? {} : { Cmd: [...job.command] }),
    ...(job.user === undefined ? {} : { User: job.user }),
    WorkingDir: job.workingDirectory,
    Env: environmentOf(job, circumstances.prepared),
    Labels: labelsOf(job, 'task'),
    HostConfig: {
      NetworkMode: holder === undefined ? job.network : `container:${holder.id}`,
      // A container that joins another's network may not have its own; they stand on the holder.
      ...(holder === undefined && job.network === 'bridge'
        ? { ExtraHosts: [...hostEntries(capabilities)] }
        : {}),
      Mounts: mountsOf(job, circumstances),
      SecurityOpt: ['no-new-privileges'],
      CapDrop: ['ALL'],
      CapAdd: [...capabilitiesOf(job)],
      ...(capabilities.init ? { Init: true } : {}),
      ...(capabilities.pidsLimit ? { PidsLimit: pids } : {}),
      // Without a limit on swap of its own an engine adds as much again.
      ...(memory === undefined ? {} : { Memory: memory.bytes, MemorySwap: memory.bytes }),
      ...(capabilities.cpuLimit && cpus !== undefined ? { NanoCpus: Math.round(cpus * 1e9) } : {}),
      // Rotation loses a log's head. What is left out here an engine fills from its own configuration.
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1000t' } },
    },
  };
}

/** An engine takes an empty list for "as the image says". */
function entrypointOf(entrypoint: readonly string[]): string[] {
  return entrypoint.length === 0 ? [''] : [...entrypoint];
}

function environmentOf(job: Job, prepared: boolean): string[] {
  const variables = {
    ...job.env,
    ...job.secrets,
    // A task without declared values may write some all the same; they are dropped.
    SLUICE_OUTPUT: prepared ? '/sluice/output' : '/dev/null',
  };
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}

function mountsOf(job: Job, { holder, mounts }: Circumstances): Dockerode.MountSettings[] {
  return [
    // Anonymous: removed with the container. What the image has at /outputs is not an output.
    {
      Type: 'volume',
      Target: '/outputs',
      VolumeOptions: { NoCopy: true, Labels: labelsOf(job, 'task') },
    },
    ...[...mounts, ...(holder?.files ?? [])].map(({ source, target }) => ({
      Type: 'bind',
      Source: source,
      Target: target,
      ReadOnly: true,
    })),
  ] as Dockerode.MountSettings[];
}

/** Enough for package managers, tar and files of other owners; not for networks, devices, other processes' memory. */
const KEPT = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETUID', 'SETGID', 'KILL'];

export function capabilitiesOf(job: Pick<Job, 'capAdd' | 'capDrop'>): readonly string[] {
  const dropped = new Set(job.capDrop.map(capabilityName));
  const kept = KEPT.filter((name) => !dropped.has(name) && !dropped.has('ALL'));
  return [...new Set([...kept, ...job.capAdd.map(capabilityName)])];
}

export function capabilityName(written: string): string {
  return written.toUpperCase().replace(/^CAP_/, '');
}
