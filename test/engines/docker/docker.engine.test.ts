import { engineContract } from '../../contracts/engine.ts';
import { busyboxImage } from '../../parts/busybox-image.ts';
import { dockerPart } from '../../parts/docker.ts';

engineContract('Docker', async () => {
  const { docker, host } = await dockerPart();
  return { docker, host, image: await busyboxImage(docker) };
});
