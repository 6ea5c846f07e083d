import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../../../runner/engines/docker/connection/connect.ts';
import { EngineError } from '../../../../runner/errors.ts';

describe('connect', () => {
  let folder: string;
  let server: Server | undefined;
  const socket = (): string => join(folder, 'engine.sock');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-connect-'));
  });
  afterEach(async () => {
    server?.closeAllConnections();
    if (server?.listening === true) await new Promise((resolve) => server?.close(resolve));
    rmSync(folder, { recursive: true });
  });

  async function listen(headers: Readonly<Record<string, string>>, status = 200): Promise<string> {
    server = createServer((_, response) => response.writeHead(status, headers).end('OK'));
    server.listen(socket());
    await once(server, 'listening');
    return `unix://${socket()}`;
  }

  async function refusal(host: string, env: Readonly<Record<string, string>> = {}): Promise<EngineError> {
    const error: unknown = await connect({ host, env }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(EngineError);
    return error as EngineError;
  }

  it.each([
    ['1.41', '1.41'],
    ['1.44', '1.44'],
    ['1.52', '1.47'],
  ])('to an engine that speaks %s uses %s', async (offered, used) => {
    const connection = await connect({ host: await listen({ 'api-version': offered }), env: {} });
    expect(connection).toMatchObject({ apiVersion: used, libpodVersion: undefined });
    connection.close();
  });

  it('finds the engine of DOCKER_HOST', async () => {
    const host = await listen({ 'api-version': '1.41', 'libpod-api-version': '4.3.1' });
    const connection = await connect({ env: { DOCKER_HOST: host } });
    expect(connection).toMatchObject({ host, libpodVersion: '4.3.1' });
    connection.close();
  });

  it.each(['1.40', '1.9', undefined])('refuses an engine that speaks %s', async (offered) => {
    const error = await refusal(await listen(offered === undefined ? {} : { 'api-version': offered }));
    expect(error).toMatchObject({ code: 'engine-too-old', fix: 'upgrade the engine' });
    expect(error.message).toContain('at least 1.41 is needed');
  });

  it('says which socket is missing, and what to do here', async () => {
    const error = await refusal(`unix://${socket()}`);
    expect(error.code).toBe('engine-unreachable');
    expect(error.message).toContain(`there is no ${socket()}`);
    expect(error.fix).toMatch(/^--engine unix:\/\/\/|^start the engine there, or one here: /);
  });

  it('says that a daemon is down whose socket is still there', async () => {
    const host = await listen({});
    // The name outlives the listener only if that did not close in order; a plain file refuses alike.
    await new Promise((resolve) => server?.close(resolve));
    const { writeFileSync } = await import('node:fs');
    writeFileSync(socket(), '');
    const error = await refusal(host);
    expect(error.code).toBe('engine-unreachable');
    expect(error.message).toContain('nothing listens on it; the daemon is down');
  });

  it('says so where nobody listens on a port', async () => {
    expect((await refusal('tcp://127.0.0.1:1')).message).toContain('connection refused');
  });

  it.each(['ftp://x', 'tcp://', '::'])('refuses the address %s', async (host) => {
    const error = await refusal(host);
    expect(error.message).toContain(`"${host}" is not an engine's address`);
    expect(error.fix).toContain('unix:///path/to.sock');
  });

  it('names certificates that are missing', async () => {
    const error = await refusal('tcp://127.0.0.1:2376', { DOCKER_CERT_PATH: join(folder, 'none') });
    expect(error.message).toContain('certificates');
    expect(error.fix).toContain('ca.pem, cert.pem and key.pem');
  });

  it('is not misled by a DOCKER_HOST of its own process', async () => {
    const host = await listen({ 'api-version': '1.41' });
    const before = process.env['DOCKER_HOST'];
    process.env['DOCKER_HOST'] = 'tcp://127.0.0.1:1';
    try {
      const connection = await connect({ host, env: {} });
      expect(connection.host).toBe(host);
      connection.close();
    } finally {
      if (before === undefined) delete process.env['DOCKER_HOST'];
      else process.env['DOCKER_HOST'] = before;
    }
  });
});
