import { createServer, connect, type Socket } from 'node:net';

/** Stands before a server; what comes from there can be slowed down or, from some byte on, held back in silence. */
export interface SlowProxy extends AsyncDisposable {
  readonly address: string;
  /** Infinity: as fast as it comes. */
  setSpeed(bytesPerSecond: number): void;
  /** Infinity: never. */
  stallAfter(bytes: number): void;
  /** Bytes that came through so far. */
  passed(): number;
}

export async function startSlowProxy(target: string): Promise<SlowProxy> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let passed = 0;
  let last = Infinity;
  let bytesPerSecond = Infinity;

  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => {
      if (passed < last) client.end();
    });
    upstream.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, Math.max(0, last - passed));
      passed += part.length;
      client.write(part);
      if (bytesPerSecond === Infinity) return;
      upstream.pause();
      setTimeout(() => upstream.resume(), (chunk.length / bytesPerSecond) * 1000);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    address: `127.0.0.1:${address.port}`,
    setSpeed: (speed) => void (bytesPerSecond = speed),
    stallAfter: (bytes) => void (last = passed + bytes),
    passed: () => passed,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
