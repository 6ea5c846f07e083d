import { describe, expect, it } from 'vitest';
import { demultiplex } from '../../../../runner/engines/docker/container/log.ts';

function frame(stream: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function read(bytes: Buffer, size: number): Promise<readonly string[]> {
  async function* cut(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const written = { stdout: '', stderr: '' };
  for await (const { stream, bytes: part } of demultiplex(cut()))
    written[stream] += Buffer.from(part).toString('latin1');
  return [written.stdout, written.stderr];
}

describe('demultiplex', () => {
  const log = Buffer.concat([
    frame(1, 'one\n'),
    frame(2, 'problem\n'),
    frame(1, ''),
    frame(1, 'two'),
    frame(2, '!'),
  ]);

  it.each([1, 2, 3, 7, 8, 9, 11, 1000])(
    'takes streams apart however the connection cuts them: by %i',
    async (size) => {
      expect(await read(log, size)).toEqual(['one\ntwo', 'problem\n!']);
    },
  );

  it('hands on a frame as it comes, and never gathers it', async () => {
    const large = Buffer.concat([frame(1, 'x'.repeat(100_000))]);
    async function* cut(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < large.length; at += 1000) yield large.subarray(at, at + 1000);
    }
    const sizes: number[] = [];
    for await (const { bytes } of demultiplex(cut())) sizes.push(bytes.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(100_000);
  });

  it('gives what there is of a frame that breaks off', async () => {
    expect(await read(frame(1, 'half of it').subarray(0, 12), 100)).toEqual(['half', '']);
  });
});
