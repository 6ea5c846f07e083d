import type Dockerode from 'dockerode';

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'HEAD';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export type EngineResponse = AsyncIterable<Uint8Array> & {
  readonly headers: Readonly<Record<string, string | undefined>>;
  resume(): void;
};

/** A request whose answer is streamed, where the client's own method would gather it or hide its headers. */
export function requestStream(docker: Dockerode, request: EngineRequest): Promise<EngineResponse> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      {
        method: request.method,
        path: `${request.path}?`,
        options: { ...request.query },
        ...(request.signal === undefined ? {} : { abortSignal: request.signal }),
        isStream: true,
        statusCodes: { 200: true },
      },
      (error: unknown, response: unknown) => {
        if (error !== null && error !== undefined) reject(error);
        else resolve(response as EngineResponse);
      },
    );
  });
}

/**
 * Creates a container. By itself the client would put the whole body into the address too: secrets into the logs
 * of proxies, and no script longer than an address may be.
 */
export function createContainer(
  docker: Dockerode,
  name: string,
  body: Dockerode.ContainerCreateOptions,
  abortSignal?: AbortSignal,
): Promise<Dockerode.Container> {
  const split = {
    _query: { name },
    _body: body,
    ...(abortSignal === undefined ? {} : { abortSignal }),
  };
  return docker.createContainer(split);
}
