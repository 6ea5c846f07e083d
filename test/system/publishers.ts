import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { zipFile } from '../templates/zip-file.ts';

export interface Publishers extends AsyncDisposable {
  /** As settings on the command line: the bases under which a container reaches the three publishers. */
  readonly flags: readonly string[];
  /** Served paths, in order; only what was answered with 200. */
  readonly served: string[];
  /** From now on this file is passed through `change` before it is served; undefined mends it. */
  spoil(file: string, change: ((content: Buffer) => Buffer) | undefined): void;
}

/** FINRA's, the SEC's and a price vendor's web servers in one, with their own paths, over the raw files. */
export async function startPublishers(dataFolder: string): Promise<Publishers> {
  const spoilt = new Map<string, (content: Buffer) => Buffer>();
  const served: string[] = [];

  const server = createServer((request, response) => {
    const path = request.url ?? '';
    void reply(path, response);
  });

  async function reply(path: string, response: ServerResponse): Promise<void> {
    try {
      const content = await answer(path);
      served.push(path);
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  }

  async function answer(path: string): Promise<Buffer> {
    const [, folder = '', file = ''] = /^(.*)\/([\w.-]+)$/.exec(path) ?? [];
    const content = await raw(folder, file);
    return spoilt.get(file)?.(content) ?? content;
  }

  async function raw(folder: string, file: string): Promise<Buffer> {
    switch (folder) {
      case '/equity/regsho/daily':
        return readFile(join(dataFolder, 'finra-cnms', file));
      case '/files/data/fails-deliver-data': {
        const text = file.replace(/\.zip$/, '.txt');
        return zipFile(text, await readFile(join(dataFolder, 'sec-ftd', text)));
      }
      case '/bars':
        return readFile(join(dataFolder, 'prices', file));
      default:
        throw new Error(`nothing is published under ${folder}`);
    }
  }

  // Containers come in by the engine's bridge, not by loopback.
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  const base = `http://host.docker.internal:${port}`;
  return {
    served,
    flags: [
      `--finra-base=${base}/equity/regsho/daily`,
      `--sec-base=${base}/files/data/fails-deliver-data`,
      `--prices-base=${base}/bars`,
    ],
    spoil(file, change) {
      if (change === undefined) spoilt.delete(file);
      else spoilt.set(file, change);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
