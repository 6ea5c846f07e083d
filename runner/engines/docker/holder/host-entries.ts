import type { DockerCapabilities } from '../connection/docker-capabilities.ts';

/** Lets a task reach what listens on the engine's machine by one name everywhere. */
export function hostEntries({ hostGateway }: DockerCapabilities): readonly string[] {
  switch (hostGateway.kind) {
    case 'name':
      return ['host.docker.internal:host-gateway'];
    case 'address':
      return hostGateway.address === undefined ? [] : [`host.docker.internal:${hostGateway.address}`];
  }
}
