import { afterAll } from 'vitest';
import { engineContract } from '../../contracts/engine.ts';
import { busyboxImage } from '../../parts/busybox-image.ts';
import { startPodman, type Podman } from '../../parts/podman.ts';

let podman: Podman | undefined;

engineContract('Podman', async () => {
  podman = await startPodman();
  const { docker, host } = podman;
  return { docker, host, image: await busyboxImage(docker, 'localhost/sluice-test/busybox:local') };
});

afterAll(async () => podman?.[Symbol.asyncDispose]());
