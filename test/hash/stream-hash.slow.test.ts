import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { openThreadHash } from '../../runner/hash/hash-thread.ts';
import { createStreamHash, type StreamHash } from '../../runner/hash/stream-hash.ts';
import { bundle } from '../stores/bundle.ts';

const threads = vi.hoisted(() => ({ started: [] as Worker[], refuse: false }));
vi.mock(import('node:worker_threads'), async (original) => {
  const module = await original();
  return {
    ...module,
    Worker: class extends module.Worker {
      constructor(...[program, options]: ConstructorParameters<typeof Worker>) {
        if (threads.refuse) throw new Error('no thread is to be had');
        super(program, options);
        threads.started.push(this);
      }
    },
  };
});

const MIB = 2 ** 20;

describe.each<readonly [string, () => StreamHash]>([
  ['of few bytes', () => createStreamHash(0)],
  ['of many bytes', () => createStreamHash(100 * MIB)],
  ['in the thread', openThreadHash],
])('a hash %s', (_, open) => {
  it('is that of nothing', async () => {
    expect(await open().digest()).toBe(sha256(Buffer.alloc(0)));
  });

  it('is that of all pieces in their order, however they are cut', async () => {
    const bytes = randomBytes(3 * MIB);
    const cuts = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const hash = open();
        let from = 0;
        for (const to of [...at.sort((a, b) => a - b), bytes.length]) {
          await hash.update(bytes.subarray(from, to));
          from = to;
        }
        expect(await hash.digest()).toBe(sha256(bytes));
      }),
      { numRuns: 25 },
    );
  });

  it('may be given the same memory again', async () => {
    const hash = open();
    const memory = Buffer.alloc(200_000);
    const all = createHash('sha256');
    for (let turn = 0; turn < 20; turn += 1) {
      memory.fill(turn);
      all.update(memory);
      await hash.update(memory);
      memory.fill(255);
    }
    expect(await hash.digest()).toBe(all.digest('hex'));
  });

  it('is not mixed up with others at the same time, or with one that was left', async () => {
    const left = open();
    await left.update(randomBytes(MIB));
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        const bytes = randomBytes(2 * MIB);
        const hash = open();
        for (let at = 0; at < bytes.length; at += 65_536) await hash.update(bytes.subarray(at, at + 65_536));
        expect(await hash.digest()).toBe(sha256(bytes));
      }),
    );
  });
});

it('fails when its thread ends, and the next has another', async () => {
  const hash = openThreadHash();
  await hash.update(randomBytes(MIB));
  const ended = threads.started.at(-1)?.terminate();
  const rest = (async () => {
    for (let sent = 0; sent < 20; sent += 1) await hash.update(randomBytes(MIB));
    await hash.digest();
  })();
  await expect(rest).rejects.toThrow('the thread that hashes has ended');
  await ended;
  const next = openThreadHash();
  await next.update(Buffer.from('x'));
  expect(await next.digest()).toBe(sha256(Buffer.from('x')));
});

it('does without a thread where none is to be had', async () => {
  await threads.started.at(-1)?.terminate();
  threads.refuse = true;
  const hash = createStreamHash(100 * MIB);
  threads.refuse = false;
  await hash.update(Buffer.from('x'));
  expect(await hash.digest()).toBe(sha256(Buffer.from('x')));
});

it('ends with its process: the thread holds nobody up, and is waited for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-hash-'));
  try {
    const program = await bundle(join(import.meta.dirname, 'hashing-process.ts'), folder);
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 20_000 });
    expect(stdout).toBe('64\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
