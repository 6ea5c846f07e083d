import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { asProblems } from '../../../runner/commands/cli/as-problems.ts';
import { closeWithin, listenForInterrupt } from '../../../runner/commands/cli/interrupt.ts';
import { runCommand } from '../../../runner/commands/run.ts';

let project: string;
const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'sluice-interrupt-'));
  exit.mockClear();
});

afterEach(() => {
  rmSync(project, { recursive: true, force: true });
});

const output = {
  json: false,
  color: false,
  debug: false,
  complete: (text: string) => text,
  say: () => undefined,
  warn: () => undefined,
  document: async () => {},
};

it('ends with 130 while it waits for an engine that never answers, and lets nothing keep the process', async () => {
  writeFileSync(join(project, 'sluice.yaml'), 'store: store\n');
  mkdirSync(join(project, 'pipelines'));
  writeFileSync(join(project, 'pipelines/p.yaml'), "tasks: { a: { image: busybox, run: 'true' } }\n");
  const socket = join(project, 'engine.sock');
  const server = createServer((connection) => {
    connection.on('error', () => undefined);
    connection.unref();
    process.emit('SIGINT', 'SIGINT');
  });
  await new Promise<void>((done) => server.listen(socket, done));
  try {
    const error: unknown = await runCommand(
      ['p'],
      { project, engine: `unix://${socket}`, logFormat: 'text' },
      output,
    ).catch((thrown: unknown) => thrown);
    const told = asProblems(error);
    expect(told.problems.map(({ message }) => message)).toEqual([
      'SIGINT: ended before anything was started',
    ]);
    expect(told.status).toBe(130);
    await vi.waitFor(() => expect(exit).toHaveBeenCalledOnce(), 50_000);
  } finally {
    server.close();
  }
});

it('ends with 130 while it still plans, over a store that does not answer', async () => {
  mkdirSync(join(project, 'pipelines'));
  writeFileSync(join(project, 'pipelines/p.yaml'), "tasks: { a: { image: busybox, run: 'true' } }\n");
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'k');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
  const server = createServer((connection) => {
    connection.on('error', () => undefined);
    connection.unref();
    process.emit('SIGTERM', 'SIGTERM');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    const store = `s3://bucket/prefix?endpoint=http://127.0.0.1:${port}`;
    const error: unknown = await runCommand(['p'], { project, store, logFormat: 'text' }, output).catch(
      (thrown: unknown) => thrown,
    );
    expect(asProblems(error).status).toBe(130);
    await vi.waitFor(() => expect(exit).toHaveBeenCalledOnce(), 50_000);
  } finally {
    server.close();
    vi.unstubAllEnvs();
  }
});

it('waits but a moment for an engine that does not close, once it is to end at once', async () => {
  const interrupt = listenForInterrupt();
  process.emit('SIGTERM', 'SIGTERM');
  process.emit('SIGTERM', 'SIGTERM');
  interrupt.dispose();
  await closeWithin(() => new Promise(() => undefined), interrupt);
  await vi.waitFor(() => expect(exit).toHaveBeenCalledOnce(), 50_000);
});

it('leaves a process that closed in order to end by itself', async () => {
  const interrupt = listenForInterrupt();
  interrupt.dispose();
  await closeWithin(async () => undefined, interrupt);
  await new Promise((done) => setTimeout(done, 600));
  expect(exit).not.toHaveBeenCalled();
});
