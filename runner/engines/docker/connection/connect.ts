import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type Dockerode from 'dockerode';
import { EngineError } from '../../../errors.ts';
import type { Trace } from '../../../ports.ts';
import { engineAnswer, isEngineAway } from './engine-answer.ts';
import { engineHosts } from './hosts.ts';
import { requestStream } from './request.ts';
import { traceRequests } from './trace-requests.ts';

export interface Connection {
  readonly docker: Dockerode;
  /** As it would stand in DOCKER_HOST. */
  readonly host: string;
  /** Both sides' newest common one, for example `1.41`. */
  readonly apiVersion: string;
  /** Of the other API that the engine offers beside Docker's, where it does. */
  readonly libpodVersion: string | undefined;
  close(): void;
}

type Env = Readonly<Record<string, string | undefined>>;

export interface ConnectOptions {
  readonly host?: string;
  readonly env: Env;
  readonly trace?: Trace;
}

/** 1.41 has all we use; the newest is the one whose answers we know. */
const OLDEST_API = 41;
const NEWEST_API = 47;
const ANSWER_SECONDS = 20;

/**
 * Reaches an engine: at `host`, else DOCKER_HOST, else the first usual socket that answers. Throws an `EngineError`
 * with the command to type.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const hosts = engineHosts(options.host, options.env);
  let refusal: EngineError | undefined;
  for (const host of hosts) {
    try {
      return await connectTo(host, options);
    } catch (error) {
      const failed = describeFailure(error, host, hosts.length === 1);
      // A socket that is there tells more than one that is not.
      if (refusal === undefined || failed.weight > 0) refusal ??= failed.error;
      if (failed.weight > 0) refusal = refusal.code === 'engine-denied' ? refusal : failed.error;
    }
  }
  throw await withAdvice(
    refusal ?? new EngineError('engine-unreachable', 'no container engine was found'),
    options,
  );
}

/** What to do about an engine that is not there depends on what else is, and on the machine. */
async function withAdvice(error: EngineError, options: ConnectOptions): Promise<EngineError> {
  if (error.code !== 'engine-unreachable') return error;
  const { adviceFor } = await import('../install/advice.ts');
  const advice = await adviceFor(options);
  const fix = error.fix === undefined ? advice : `${error.fix}; or ${advice}`;
  return new EngineError(error.code, error.message, { fix, cause: error.cause });
}

async function connectTo(host: string, { env, trace }: ConnectOptions): Promise<Connection> {
  const { default: Docker } = await import('dockerode');
  const { options, agent } = clientOptions(host, env);
  const docker = new Docker(options);
  const endTrace = agent === undefined || trace === undefined ? undefined : traceRequests(agent, trace);
  try {
    const signal = AbortSignal.timeout(ANSWER_SECONDS * 1000);
    const answer = await requestStream(docker, { method: 'GET', path: '/_ping', signal });
    answer.resume();
    const { headers } = answer;
    const apiVersion = negotiate(headers['api-version'], host);
    // Its types don't know the field that goes in front of every path.
    Object.assign(docker.modem, { version: `v${apiVersion}` });
    return {
      docker,
      host,
      apiVersion,
      libpodVersion: headers['libpod-api-version'],
      close() {
        agent?.destroy();
        endTrace?.();
      },
    };
  } catch (error) {
    agent?.destroy();
    endTrace?.();
    throw error;
  }
}

/** The newest version both sides know; every answer is then the same from an old engine and a new one. */
function negotiate(offered: string | undefined, host: string): string {
  const minor = Number(/^1\.(\d+)$/.exec(offered ?? '')?.[1] ?? Number.NaN);
  if (!(minor >= OLDEST_API)) {
    throw new EngineError(
      'engine-too-old',
      `the engine at ${host} speaks Docker's API ${offered ?? 'in no version that it names'}; at least 1.${OLDEST_API} is needed (Docker 20.10, Podman 4)`,
      { fix: 'upgrade the engine' },
    );
  }
  return `1.${Math.min(minor, NEWEST_API)}`;
}

/**
 * The client fills what is left out from its own process's DOCKER_HOST, so every field is given. Connections are
 * kept, each request to a local socket would else pay for a new one.
 */
function clientOptions(
  host: string,
  env: Env,
): { readonly options: Dockerode.DockerOptions; readonly agent: HttpAgent | undefined } {
  const nothing = {
    socketPath: undefined,
    host: undefined,
    port: undefined,
    username: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
    timeout: undefined,
    pathPrefix: undefined,
  };
  const kept = { keepAlive: true, keepAliveMsecs: 10_000, maxSockets: Number.POSITIVE_INFINITY };
  const local = /^(?:unix|npipe):\/\/(.+)$/.exec(host);
  if (local !== null) {
    const agent = quiet(new HttpAgent(kept));
    return given({ ...nothing, protocol: 'http', socketPath: local[1], agent }, agent);
  }
  const url = parseHost(host);
  const place = {
    host: url.hostname,
    port: url.port === '' ? undefined : url.port,
    pathPrefix: url.pathname,
  };
  if (url.protocol === 'ssh:') {
    const sshOptions = { agent: env['SSH_AUTH_SOCK'] };
    return given(
      { ...nothing, ...place, protocol: 'ssh', username: url.username || undefined, sshOptions },
      undefined,
    );
  }
  const secure = url.protocol === 'https:' || (env['DOCKER_TLS_VERIFY'] ?? '') !== '' || url.port === '2376';
  if (!secure) {
    const agent = quiet(new HttpAgent(kept));
    return given({ ...nothing, ...place, port: url.port || '2375', protocol: 'http', agent }, agent);
  }
  const agent = quiet(new HttpsAgent(kept));
  const secrets = certificates(env['DOCKER_CERT_PATH'] || undefined, host);
  return given(
    { ...nothing, ...place, port: url.port || '2376', protocol: 'https', ...secrets, agent },
    agent,
  );
}

function given(
  options: object,
  agent: HttpAgent | undefined,
): { readonly options: Dockerode.DockerOptions; readonly agent: HttpAgent | undefined } {
  return { options, agent };
}

function parseHost(host: string): URL {
  try {
    const url = new URL(host.includes('://') ? host : `tcp://${host}`);
    if (['tcp:', 'http:', 'https:', 'ssh:'].includes(url.protocol) && url.hostname !== '') return url;
  } catch {
    // Said below, with what was expected.
  }
  throw new EngineError('engine-unreachable', `"${host}" is not an engine's address`, {
    fix: 'expected unix:///path/to.sock, tcp://host:port or ssh://user@host, in --engine or DOCKER_HOST',
  });
}

function certificates(
  folder: string | undefined,
  host: string,
): { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer } {
  if (folder === undefined) return {};
  try {
    const read = (name: string): Buffer => readFileSync(join(folder, name));
    return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
  } catch (error) {
    throw new EngineError(
      'engine-unreachable',
      `the certificates for ${host} could not be read: ${String(error)}`,
      { fix: 'put ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH', cause: error },
    );
  }
}

function describeFailure(
  error: unknown,
  host: string,
  asked: boolean,
): { readonly error: EngineError; readonly weight: number } {
  if (error instanceof EngineError) return { error, weight: 1 };
  const { code } = error as { code?: unknown };
  const { message } = engineAnswer(error);
  const path = host.replace(/^unix:\/\//, '');
  switch (code) {
    case 'EACCES':
      return {
        weight: 1,
        error: new EngineError(
          'engine-denied',
          `there is an engine at ${host}, but this user may not use it: permission denied`,
          { fix: 'sudo usermod -aG docker "$USER" && newgrp docker', cause: error },
        ),
      };
    case 'ENOENT':
      return {
        weight: 0,
        error: new EngineError(
          'engine-unreachable',
          asked
            ? `no container engine answers at ${host}: there is no ${path}`
            : 'no container engine answers: none of the usual sockets is there',
          { cause: error },
        ),
      };
    case 'ECONNREFUSED':
      return {
        weight: 1,
        error: new EngineError(
          'engine-unreachable',
          `no container engine answers at ${host}: ${host.startsWith('unix:') ? `${path} is there, but nothing listens on it; the daemon is down` : 'connection refused'}`,
          { cause: error },
        ),
      };
    default:
      return {
        weight: 1,
        error: new EngineError(
          isEngineAway(error) ? 'engine-unreachable' : 'engine-error',
          `no container engine answers at ${host}: ${message}`,
          { cause: error },
        ),
      };
  }
}

/**
 * The client describes every request for its debug log, also where nobody logs, and looks into the whole agent and
 * its sockets for that: most of our processor time, before the agent described itself in a word.
 */
function quiet<A extends HttpAgent>(agent: A): A {
  return Object.assign(agent, { [inspect.custom]: () => 'agent' });
}
