import type Dockerode from 'dockerode';
import { answerWithin } from './answer-within.ts';
import type { Connection } from './connect.ts';
import type { DockerCapabilities } from './docker-capabilities.ts';
import { HOLDER_COMMAND, holderProgram } from '../holder/holder-program.ts';
import { isEngineAway } from './engine-answer.ts';
import { removeAtLast } from '../container/last-removal.ts';
import { newProbeName } from '../container/names.ts';
import { createContainer } from './request.ts';

/** What Docker's API tells of an engine beyond its capabilities. */
export interface EngineFacts {
  readonly capabilities: DockerCapabilities;
  /** SELinux keeps containers from files that the engine itself can read, so a probe by archive proves nothing. */
  readonly labelsFiles: boolean;
}

/** An engine may answer its ping and nothing else; a busy one takes some seconds. */
const ANSWER_SECONDS = 20;

/**
 * Asks an engine what it can do; the only place that looks at which API it comes from. Podman says too little of
 * itself for some of it (4.3, measured): `host-gateway` is written into the hosts file as it stands, running out
 * of memory is not told, and whether there is an init program shows only in creating a container with it.
 */
export async function probe(
  connection: Connection,
  holderImage: (architecture: string) => Promise<string | undefined>,
): Promise<EngineFacts> {
  const { docker, libpodVersion } = connection;
  const [info, version] = await answerWithin(ANSWER_SECONDS, () =>
    Promise.all([docker.info() as Promise<EngineInfo>, docker.version() as Promise<EngineVersion>]),
  );
  const architecture = version.Arch ?? info.Architecture ?? 'unknown';
  const viaLibpod = libpodVersion !== undefined;
  return {
    labelsFiles: (info.SecurityOptions ?? []).some((option) => option.startsWith('name=selinux')),
    capabilities: {
      engine: `${viaLibpod ? 'podman' : 'docker'} ${version.Version ?? info.ServerVersion ?? 'unknown'}`,
      apiVersion: connection.apiVersion,
      os: info.OSType ?? 'linux',
      architecture,
      sharedNetwork: holderProgram(architecture) !== undefined,
      hostGateway:
        libpodVersion === undefined || isAtLeast(libpodVersion, 4, 7)
          ? { kind: 'name' }
          : { kind: 'address', ...(await bridgeAddress(connection)) },
      init: viaLibpod
        ? await answerWithin(ANSWER_SECONDS, async (signal) =>
            hasInit(connection, await holderImage(architecture), signal),
          )
        : (info.InitBinary ?? '') !== '',
      tellsOom: !viaLibpod,
      memoryLimit: info.MemoryLimit ?? false,
      cpuLimit: info.CpuCfsQuota ?? false,
      pidsLimit: info.PidsLimit ?? false,
      cpus: info.NCPU ?? 1,
      memoryBytes: info.MemTotal ?? 0,
    },
  };
}

interface EngineInfo {
  readonly ServerVersion?: string;
  readonly OSType?: string;
  readonly Architecture?: string;
  readonly SecurityOptions?: readonly string[] | null;
  readonly InitBinary?: string;
  readonly MemoryLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly PidsLimit?: boolean;
  readonly NCPU?: number;
  readonly MemTotal?: number;
}

interface EngineVersion {
  readonly Version?: string;
  readonly Arch?: string;
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
}

async function bridgeAddress({ docker }: Connection): Promise<{ readonly address?: string }> {
  try {
    const network: Dockerode.NetworkInspectInfo = await answerWithin(ANSWER_SECONDS, () =>
      docker.getNetwork('bridge').inspect(),
    );
    const address = network.IPAM?.Config?.find((config) => config.Gateway !== undefined)?.Gateway;
    return address === undefined ? {} : { address };
  } catch (error) {
    if (isEngineAway(error)) throw error;
    // Without it a task only lacks the name of its host.
    return {};
  }
}

/**
 * Whether the service has an init program shows only when a container that wants one is created. It belongs to no
 * run: should it stay behind, a sweep knows it by its kind and its age.
 */
async function hasInit(
  { docker }: Connection,
  image: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (image === undefined) return false;
  const body = {
    Image: image,
    Cmd: [HOLDER_COMMAND],
    Labels: { 'sluice.kind': 'probe' },
    HostConfig: { Init: true, NetworkMode: 'none' },
  };
  try {
    const container = await createContainer(docker, newProbeName(), body, signal);
    await removeAtLast(docker, container.id);
    return true;
  } catch (error) {
    if (isEngineAway(error)) throw error;
    return false;
  }
}
