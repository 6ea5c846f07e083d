// Sees to it that everything the tests need is on this machine, and says what it does. Run by `npm test`.
import { busyboxImage } from './busybox-image.ts';
import { dockerPart } from './docker.ts';
import { nodeImage } from './node-image.ts';
import { moto } from './moto.ts';
import { node24 } from './node24.ts';
import { installPackages, PACKAGES } from './packages.ts';
import { versitygw } from './versitygw.ts';

const say = (line: string): void => console.log(line);

try {
  await installPackages(PACKAGES, say);
  const { docker, host } = await dockerPart(say);
  const { Version } = await docker.version();
  say(`engine ${Version} at ${host}`);
  say(`image ${await busyboxImage(docker)}`);
  say(`image ${await nodeImage(docker)}`);
  say(`Node 24 at ${node24(say)}`);
  say(`S3 servers ${versitygw(say)}, ${moto(say)}`);
} catch (error) {
  const { message, fix } = error as Error & { readonly fix?: string };
  console.error(fix === undefined ? message : `${message}\nto mend it: ${fix}`);
  process.exitCode = 1;
}
