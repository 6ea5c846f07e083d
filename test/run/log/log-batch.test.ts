import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLogBatch } from '../../../runner/run/log/log-batch.ts';

function collect() {
  const told: string[] = [];
  const batch = createLogBatch(({ stream, bytes }) =>
    told.push(`${stream} ${Buffer.from(bytes).toString()}`),
  );
  return { told, batch };
}

test('pieces that come together are told together, at the latest when the event loop turns', async () => {
  const { told, batch } = collect();
  batch.push({ stream: 'stdout', bytes: Buffer.from('a\n') });
  batch.push({ stream: 'stdout', bytes: Buffer.from('b\n') });
  expect(told).toEqual([]);
  await setImmediate();
  expect(told).toEqual(['stdout a\nb\n']);
});

test('no byte is lost and the order of the streams is kept, whatever the sizes', () => {
  const chunk = fc.record({
    stream: fc.constantFrom('stdout' as const, 'stderr' as const),
    size: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 60_000, max: 70_000 })),
  });
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 12 }), (chunks) => {
      const told: [string, Buffer][] = [];
      const batch = createLogBatch(({ stream, bytes }) => told.push([stream, Buffer.from(bytes)]));
      const expected: [string, Buffer][] = chunks.map(({ stream, size }, n) => [
        stream,
        Buffer.alloc(size, 65 + n),
      ]);
      for (const [index, [, bytes]] of expected.entries()) {
        batch.push({ stream: chunks[index]?.stream ?? 'stdout', bytes });
      }
      batch.flush();
      expect(flat(told)).toEqual(flat(expected));
    }),
    { numRuns: 50 },
  );
});

/** Neighbours of one stream as one text. */
function flat(chunks: readonly (readonly [string, Buffer])[]): readonly string[] {
  const texts: string[] = [];
  let last = '';
  for (const [stream, bytes] of chunks) {
    if (stream === last) texts.push((texts.pop() ?? '') + bytes.toString('latin1'));
    else texts.push(`${stream}:${bytes.toString('latin1')}`);
    last = stream;
  }
  return texts;
}
