import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between sluice and the engine; the engine itself keeps running, as it does when a network breaks. */
export interface EngineProxy extends AsyncDisposable {
  /** As `--engine` takes it. */
  readonly host: string;
  /** Breaks every connection; from now on nobody listens. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export async function startEngineProxy(socketPath: string, engine: string): Promise<EngineProxy> {
  const sockets = new Set<Socket>();
  let server = await listen();

  function listen(): Promise<Server> {
    rmSync(socketPath, { force: true });
    const created = createServer({ allowHalfOpen: true }, (client) => {
      const upstream = connect({ ...placeOf(engine), allowHalfOpen: true });
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
      }
      client.on('close', () => upstream.destroy());
      upstream.on('close', () => client.destroy());
      client.pipe(upstream);
      upstream.pipe(client);
    });
    return new Promise((resolve) => void created.listen(socketPath, () => resolve(created)));
  }

  async function cut(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await closed;
  }

  return {
    host: `unix://${socketPath}`,
    cut,
    async mend() {
      server = await listen();
    },
    [Symbol.asyncDispose]: cut,
  };
}

/** Of `unix:///…` or `tcp://…`. */
function placeOf(
  engine: string,
): { readonly path: string } | { readonly host: string; readonly port: number } {
  if (engine.startsWith('unix://')) return { path: engine.slice('unix://'.length) };
  const { hostname, port } = new URL(engine);
  return { host: hostname, port: Number(port || 2375) };
}
