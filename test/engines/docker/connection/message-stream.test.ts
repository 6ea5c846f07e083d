import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { engineMessages } from '../../../../runner/engines/docker/connection/message-stream.ts';

async function messagesIn(chunks: Iterable<string | Uint8Array>): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const message of engineMessages(Readable.from(chunks, { objectMode: true })))
    found.push(message);
  return found;
}

it('lines come whole however they are cut, and one that is no JSON as a status', async () => {
  const text = Buffer.from('{"status":"ä"}\n\n{"stream":"b"}\nplain\n{"id":"last"}');
  const bytes = Array.from({ length: text.length }, (_, at) => text.subarray(at, at + 1));
  const expected = [{ status: 'ä' }, { stream: 'b' }, { status: 'plain' }, { id: 'last' }];
  expect(await messagesIn(bytes)).toEqual(expected);
  expect(await messagesIn([text])).toEqual(expected);
});

it('a line without an end is refused, and costs no more than its length', async () => {
  // Where each piece has all before it looked through again, they take minutes: longer than a test may.
  function* endless(): Generator<string> {
    for (let at = 0; at < 20_000; at += 1) yield 'x'.repeat(1000);
  }
  await expect(messagesIn(endless())).rejects.toThrow(
    'the engine sent a line of more than 16,777,216 characters',
  );
});
