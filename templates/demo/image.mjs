import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import Docker from 'dockerode';
import tar from 'tar-stream';

const PULLED = 'node:24-slim';
// A registry that answers says something within seconds; one that does not must not hold the demo up.
const SILENCE_SECONDS = 20;

/**
 * An image with Node and a shell: pulled, or where no registry answers, made from this machine's own Node.
 * @param {{ host?: string, say: (line: string) => void }} options `host` as in DOCKER_HOST
 * @returns {Promise<string>} its name
 */
export async function ensureNodeImage({ host, say }) {
  const docker = await connect(host);
  if (await isThere(docker, PULLED)) return PULLED;
  say(`pulling ${PULLED} …`);
  const refusal = await pull(docker, PULLED);
  if (refusal === undefined) return PULLED;
  say(`no registry answers (${refusal})`);
  return makeFromHost(docker, say);
}

/** Imports this machine's own Node, its shell and the libraries of both as an image. */
export async function makeNodeImage({ host, say }) {
  return makeFromHost(await connect(host), say);
}

async function makeFromHost(docker, say) {
  const name = 'sluice-node';
  const tag = `host-${process.versions.node}`;
  const reference = `${name}:${tag}`;
  if (await isThere(docker, reference)) return reference;
  await expectSameMachine(docker);
  say(`making an image from this machine's own Node ${process.versions.node} …`);
  const pack = tar.pack();
  const [imported] = await Promise.all([
    docker.importImage(pack, {
      repo: name,
      tag,
      changes: 'ENV PATH=/usr/local/bin:/usr/bin:/bin',
    }),
    fill(pack),
  ]);
  await finished(docker, imported);
  return reference;
}

async function fill(pack) {
  const node = realpathSync(process.execPath);
  const shell = realpathSync('/bin/sh');
  for (const folder of ['tmp/', 'var/tmp/']) pack.entry({ name: folder, type: 'directory', mode: 0o1777 });
  pack.entry({ name: 'root/', type: 'directory', mode: 0o700 });
  pack.entry({ name: 'etc/passwd' }, 'root:x:0:0:root:/root:/bin/sh\n');
  pack.entry({ name: 'etc/nsswitch.conf' }, 'hosts: files dns\n');
  const files = new Map([
    [node, node],
    ['/bin/sh', shell],
  ]);
  for (const library of [...librariesOf(node), ...librariesOf(shell)]) files.set(library, library);
  for (const [path, from] of files) {
    const entry = pack.entry({ name: path.slice(1), mode: 0o755 }, readFileSync(from));
    if (entry.writableNeedDrain) await once(entry, 'drain');
  }
  if (node !== '/usr/local/bin/node') {
    pack.entry({ name: 'usr/local/bin/node', type: 'symlink', linkname: node });
  }
  pack.finalize();
}

/** What `ldd` names, the loader included; for a static binary nothing. */
function librariesOf(binary) {
  try {
    const text = execFileSync('ldd', [binary], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return [...text.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path);
  } catch {
    return [];
  }
}

async function expectSameMachine(docker) {
  const { Arch: architecture, Os: system } = await docker.version();
  const own = { x64: 'amd64', arm64: 'arm64', arm: 'arm', ppc64: 'ppc64le', s390x: 's390x' }[process.arch];
  if (process.platform !== system || own !== architecture) {
    throw new Error(
      `No registry answers, and this machine's Node (${process.platform}/${process.arch}) does not run in the engine's containers (${system}/${architecture}). ` +
        `Load an image with Node into the engine (docker load) as ${PULLED} and start again.`,
    );
  }
}

/** Undefined when it is there; else why not. */
async function pull(docker, reference) {
  const abort = new AbortController();
  let alarm = setTimeout(() => abort.abort(), SILENCE_SECONDS * 1000);
  try {
    const stream = await docker.pull(reference, { abortSignal: abort.signal });
    await finished(docker, stream, () => {
      clearTimeout(alarm);
      alarm = setTimeout(() => stream.destroy(new Error('it went silent')), SILENCE_SECONDS * 1000);
    });
    return undefined;
  } catch (error) {
    return abort.signal.aborted ? `silent for ${SILENCE_SECONDS} s` : lastPartOf(error.message);
  } finally {
    clearTimeout(alarm);
  }
}

/** Engines put the whole chain of calls before the reason. */
function lastPartOf(message) {
  return message.trim().split(': ').slice(-2).join(': ');
}

function finished(docker, stream, onProgress) {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()), onProgress);
  });
}

async function isThere(docker, reference) {
  try {
    await docker.getImage(reference).inspect();
    return true;
  } catch (error) {
    if (error.statusCode === 404) return false;
    throw error;
  }
}

/** The engine that sluice would use: the one asked for, else the first that answers. */
async function connect(host = process.env.DOCKER_HOST) {
  if (host?.startsWith('unix://')) return new Docker({ socketPath: host.slice('unix://'.length) });
  if (host !== undefined) return new Docker();
  const runtime = process.env.XDG_RUNTIME_DIR;
  const sockets = [
    '/var/run/docker.sock',
    ...(runtime === undefined ? [] : [`${runtime}/docker.sock`]),
    `${homedir()}/.docker/run/docker.sock`,
    `${homedir()}/.colima/default/docker.sock`,
    `${homedir()}/.rd/docker.sock`,
    ...(runtime === undefined ? [] : [`${runtime}/podman/podman.sock`]),
    '/run/podman/podman.sock',
  ];
  for (const socketPath of sockets.filter((path) => existsSync(path))) {
    const docker = new Docker({ socketPath });
    if (
      await docker.ping().then(
        () => true,
        () => false,
      )
    )
      return docker;
  }
  return new Docker();
}
