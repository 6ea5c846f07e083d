import type Dockerode from 'dockerode';
import { readRecord } from './store-files.ts';

/** All containers that were made for a store. */
export async function containersOf(docker: Dockerode, root: string): Promise<Dockerode.ContainerInfo[]> {
  const store = readRecord(root, 'store.json');
  if (store === undefined) return [];
  return docker.listContainers({ all: true, filters: { label: [`sluice.store=${store.id}`] } });
}

/** What a test left in the engine, by failing or on purpose. */
export async function removeContainers(docker: Dockerode, root: string): Promise<void> {
  const found = await containersOf(docker, root);
  // Holders last: the others live in their networks.
  const holders = found.filter(({ Labels }) => Labels['sluice.kind'] === 'holder');
  for (const { Id } of [...found.filter((container) => !holders.includes(container)), ...holders]) {
    await docker.getContainer(Id).remove({ force: true, v: true });
  }
}
