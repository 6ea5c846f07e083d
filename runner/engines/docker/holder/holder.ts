import type Dockerode from 'dockerode';
import type { DockerCapabilities } from '../connection/docker-capabilities.ts';
import type { Job } from '../../../model/job.ts';
import { answerWithin } from '../connection/answer-within.ts';
import { isEngineAway } from '../connection/engine-answer.ts';
import { hostEntries } from './host-entries.ts';
import { ensureHolderImage } from './holder-image.ts';
import { HOLDER_COMMAND } from './holder-program.ts';
import { labelsOf } from '../container/labels.ts';
import { removeAtLast } from '../container/last-removal.ts';
import { newHolderName } from '../container/names.ts';
import { createContainer } from '../connection/request.ts';
import { startingWithin } from '../connection/starting-within.ts';

const ANSWER_SECONDS = 20;

/** A container whose network namespace a task joins, and the files of it that the task must not write. */
export interface Holder {
  readonly id: string;
  readonly files: readonly { readonly source: string; readonly target: string }[];
}

export interface Lease {
  readonly holder: Holder;
  isAlive(): Promise<boolean>;
  /** Gives it back for the next task. One that is never given back is removed at the end. */
  release(): Promise<void>;
  /** It is dead. Whatever ended it may have ended the others: no idle one is trusted any more. */
  discard(): Promise<void>;
}

/**
 * Holders are kept and reused, one for each task that runs at the same time and each kind of network: a new
 * network namespace costs more than all else of a short task. They belong to a run, as a sweep removes them by it.
 */
export interface Holders {
  /** Undefined: this engine has none, the task gets a network of its own. */
  acquire(job: Pick<Job, 'network' | 'storeId' | 'run'>, signal: AbortSignal): Promise<Lease | undefined>;
  close(): Promise<void>;
}

export function createHolders(docker: Dockerode, capabilities: DockerCapabilities): Holders {
  const idle = new Map<string, Holder[]>();
  const all = new Set<string>();
  let unusable = !capabilities.sharedNetwork;
  let closed = false;

  async function create(
    job: Pick<Job, 'network' | 'storeId' | 'run'>,
    signal: AbortSignal,
  ): Promise<Holder | undefined> {
    const name = newHolderName();
    try {
      const image = await ensureHolderImage(docker, capabilities.architecture);
      if (image === undefined) return undefined;
      // Removed by its name if creating it is given up: it may come to be all the same.
      all.add(name);
      const container = await createContainer(docker, name, holderBody(job, image, capabilities), signal);
      all.delete(name);
      all.add(container.id);
      await container.start({ abortSignal: signal } as Dockerode.ContainerStartOptions);
      const { State, HostsPath, HostnamePath, ResolvConfPath } = await container.inspect();
      if (State.Running) return { id: container.id, files: filesOf(HostsPath, HostnamePath, ResolvConfPath) };
      await remove(container.id);
    } catch (error) {
      if (isEngineAway(error) || signal.aborted) throw error;
    }
    // Slower, but every engine can give each task a network of its own.
    unusable = true;
    return undefined;
  }

  async function remove(id: string): Promise<void> {
    all.delete(id);
    await removeAtLast(docker, id);
  }

  return {
    async acquire(job, signal) {
      if (unusable || closed) return undefined;
      const key = `${job.network} ${job.storeId} ${job.run}`;
      const strangers = [...idle].filter(([other]) => !other.endsWith(`${job.storeId} ${job.run}`));
      for (const [other, holders] of strangers) {
        idle.delete(other);
        await Promise.all(holders.map((holder) => remove(holder.id)));
      }
      const holder =
        idle.get(key)?.pop() ?? (await startingWithin('its network', (limit) => create(job, limit), signal));
      if (holder === undefined) return undefined;
      return {
        holder,
        async isAlive() {
          try {
            const inspect = () => docker.getContainer(holder.id).inspect();
            return (await answerWithin(ANSWER_SECONDS, inspect)).State.Running;
          } catch (error) {
            if (isEngineAway(error)) throw error;
            return false;
          }
        },
        async release() {
          if (closed) return remove(holder.id);
          idle.set(key, [...(idle.get(key) ?? []), holder]);
          return undefined;
        },
        async discard() {
          const untrusted = [holder, ...[...idle.values()].flat()];
          idle.clear();
          await Promise.all(untrusted.map(({ id }) => remove(id)));
        },
      };
    },
    async close() {
      closed = true;
      idle.clear();
      await Promise.all([...all].map(remove));
    },
  };
}

function holderBody(
  job: Pick<Job, 'network' | 'storeId' | 'run'>,
  image: string,
  capabilities: DockerCapabilities,
): Dockerode.ContainerCreateOptions {
  return {
    Image: image,
    Entrypoint: [HOLDER_COMMAND],
    Hostname: 'sluice',
    User: '65534:65534',
    Labels: labelsOf({ storeId: job.storeId, run: job.run }, 'holder'),
    HostConfig: {
      NetworkMode: job.network,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ...(capabilities.pidsLimit ? { PidsLimit: 16 } : {}),
      Sysctls: FORGETS_CONNECTIONS,
      ...(job.network === 'bridge' ? { ExtraHosts: [...hostEntries(capabilities)] } : {}),
    },
  };
}

/**
 * What the kernel itself would keep in the network after a task has gone, with all its processes: closed connections
 * hold their ports for a minute (TIME_WAIT). With no room for them they end at once. An engine or a kernel (before
 * 4.11) that cannot set it for one network has no holders: each task gets a network of its own.
 */
const FORGETS_CONNECTIONS = { 'net.ipv4.tcp_max_tw_buckets': '0' };

function filesOf(hosts: string, hostname: string, resolv: string): Holder['files'] {
  return [
    { source: hosts, target: '/etc/hosts' },
    { source: hostname, target: '/etc/hostname' },
    { source: resolv, target: '/etc/resolv.conf' },
  ].filter(({ source }) => source !== '');
}
