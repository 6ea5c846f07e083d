import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import { startChild } from './child.ts';
import { installPackages, programOf } from './packages.ts';

/** A registry on loopback that wants a login, which Docker reaches by plain HTTP. */
export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  readonly user: string;
  readonly password: string;
  /** Lines of the access log of requests like `GET /v2/app/manifests/1`. */
  requests(method: string, path: RegExp): readonly string[];
  /** Tags a local image and pushes it as `<address>/<name>`. */
  push(docker: Dockerode, from: string, name: string): Promise<string>;
}

export async function startRegistry(): Promise<Registry> {
  await installPackages(['docker-registry', 'apache2-utils']);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-registry-'));
  const address = `127.0.0.1:${await freePort()}`;
  const user = 'reader';
  const password = 'pass:w+rd/ü';
  const logins = execFileSync(programOf('apache2-utils'), ['-Bbn', user, password], { encoding: 'utf8' });
  await writeFile(join(folder, 'htpasswd'), logins);
  const config = {
    version: 0.1,
    log: { accesslog: { disabled: false }, level: 'warn' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: address },
    auth: { htpasswd: { realm: 'sluice-test', path: join(folder, 'htpasswd') } },
  };
  // JSON is YAML.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const server = startChild(programOf('docker-registry'), ['serve', join(folder, 'config.yml')]);
  while (
    !(await fetch(`http://${address}/v2/`).then(
      (answer) => answer.status === 401,
      () => false,
    ))
  ) {
    if (server.hasEnded()) throw new Error(`docker-registry ended: ${server.output()}`);
    await sleep(50);
  }

  return {
    address,
    user,
    password,
    requests: (method, path) =>
      server
        .output()
        .split('\n')
        .filter((line) => {
          const request = /"([A-Z]+) (\S+) HTTP\/[\d.]+" (\d+)/.exec(line);
          return request?.[1] === method && path.test(request[2] ?? '') && request[3]?.startsWith('2');
        }),
    async push(docker, from, name) {
      const target = `${address}/${name}`;
      const colon = target.lastIndexOf(':');
      await docker.getImage(from).tag({ repo: target.slice(0, colon), tag: target.slice(colon + 1) });
      const image = docker.getImage(target);
      const authconfig = { username: user, password, serveraddress: address };
      const words = (await buffer(await image.push({ authconfig }))).toString('utf8');
      if (words.includes('"error"')) throw new Error(`pushing ${target} failed: ${words}`);
      await image.remove();
      return target;
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
