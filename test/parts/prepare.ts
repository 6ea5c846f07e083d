// Sees to it that everything the tests need is on this machine, and says what it does. Run by `npm test`.
import { busyboxImage } from './busybox-image.ts';
import { dockerPart } from './docker.ts';
import { nodeImage } from './node-image.ts';
import { moto } from './moto.ts';
import { node24 } from './node24.ts';
import { existsSync } from 'node:fs';
import { cacheFolder, installPackages, missingPackages, PACKAGES } from './packages.ts';
import { versitygw } from './versitygw.ts';

const say = (line: string): void => console.log(line);

for (const line of whatWillBeInstalled()) say(line);
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

/** Said before anything on the machine changes. */
function whatWillBeInstalled(): readonly string[] {
  const packages = missingPackages(PACKAGES);
  const cached = ['versitygw-1.8.0/versitygw', 'moto/bin/moto_server', 'node24'].filter(
    (path) => !existsSync(cacheFolder(path)),
  );
  const wanted = [
    ...(packages.length === 0 ? [] : [`  Debian packages, by apt-get: ${packages.join(' ')}`]),
    ...cached.map((path) => `  ${cacheFolder(path)}`),
  ];
  if (wanted.length === 0) return [];
  return [
    'This machine lacks what the tests need; it is installed now:',
    ...wanted,
    '  and a container engine, if none answers, with two small images made from files (sluice-test/…)',
    'Without any of this: npm run test:fast',
  ];
}
