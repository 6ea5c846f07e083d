import Dockerode from 'dockerode';
import { ensureEngine } from '../../runner/engines/docker/install/install.ts';

/** The machine's engine, installed and started if need be: `DOCKER_HOST`, else the usual sockets. */
export async function dockerPart(
  say: (line: string) => void = () => undefined,
): Promise<{ readonly docker: Dockerode; readonly host: string }> {
  const { host } = await ensureEngine({ say, env: process.env });
  return { docker: connect(host), host };
}

/** A client for `unix:///…` or `tcp://…`. */
export function connect(host: string): Dockerode {
  if (host.startsWith('unix://')) return new Dockerode({ socketPath: host.slice('unix://'.length) });
  const { hostname, port } = new URL(host.replace(/^tcp:/, 'http:'));
  return new Dockerode({ host: hostname, port: Number(port || 2375), protocol: 'http' });
}
