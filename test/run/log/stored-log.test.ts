import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineBlocks } from '../../../runner/run/log/lines.ts';
import { createStoredLog } from '../../../runner/run/log/stored-log.ts';

function blocks(pieces: readonly string[], maxLineBytes?: number): string {
  const lines = createLineBlocks(maxLineBytes);
  const told = pieces.map((piece) => lines.push(Buffer.from(piece)));
  expect(told.filter((block) => block.length > 0 && block.at(-1) !== 0x0a)).toEqual([]);
  return Buffer.concat([...told, lines.end()]).toString('utf8');
}

test('lines are told whole, however they were written, the last one also without its newline', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 6 })), (pieces) => {
      const text = pieces.join('');
      expect(blocks(pieces)).toBe(text === '' || text.endsWith('\n') ? text : `${text}\n`);
    }),
  );
});

test('a line that is too long is cut and says so, alone or among others, in one write or many', () => {
  const expected = 'short\n0123456789 … 5 bytes of this line cut\nend\n';
  expect(blocks(['short\n0123456789abcde\nend\n'], 10)).toBe(expected);
  expect(blocks(['sho', 'rt\n0123', '456789ab', 'cde', '\nend\n'], 10)).toBe(expected);
  expect(blocks(['0123456789\n'], 10)).toBe('0123456789\n');
});

test('a progress bar keeps its last state, and Windows line ends stay line ends', () => {
  expect(blocks(['10 %\r', '20 %\r30 %\r', '100 %\ndone\n'])).toBe('100 %\ndone\n');
  expect(blocks(['a\r', '\nb\r\n'])).toBe('a\r\nb\r\n');
});

test('a bar that never ends holds no more than a line', () => {
  const lines = createLineBlocks(100);
  for (let n = 0; n < 1_000; n += 1) lines.push(Buffer.from(`${n} of 1000\r`));
  expect(lines.end().toString()).toBe('999 of 1000\r\n');
});

test('a log that fits is stored as it is', () => {
  const log = createStoredLog({ headBytes: 100, tailBytes: 100 });
  for (let n = 0; n < 5; n += 1) log.push(Buffer.from(`line ${n}\n`));
  expect(log.content().toString()).toBe('line 0\nline 1\nline 2\nline 3\nline 4\n');
});

test('head and tail of a long one are kept in whole lines, and the cut is said to the byte', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 10, max: 60 }),
      fc.integer({ min: 10, max: 60 }),
      fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 60 }),
      (headBytes, tailBytes, sizes) => {
        const log = createStoredLog({ headBytes, tailBytes });
        const lines: string[] = [];
        for (const size of sizes) {
          const block = Array.from({ length: size }, (_, n) => `${lines.length + n}\n`);
          lines.push(...block);
          log.push(Buffer.from(block.join('')));
        }
        const text = lines.join('');
        const content = log.content().toString();
        const [head = '', cut = '0', tail = ''] = content.split(/… ([\d,]+) bytes cut here …\n/);
        expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
        expect(head === '' || head.endsWith('\n')).toBe(true);
        expect(Number(cut.replaceAll(',', ''))).toBe(text.length - head.length - tail.length);
        expect(head.length + tail.length).toBeGreaterThanOrEqual(
          Math.min(text.length, headBytes + tailBytes - 3),
        );
      },
    ),
  );
});

test('a line that a head has no room for is kept whole in the tail, however the bound is divided', () => {
  const log = createStoredLog({ headBytes: 100, tailBytes: 100 });
  const text = `short\n${'x'.repeat(150)}\nboom\n`;
  log.push(Buffer.from(text));
  expect(log.content().toString()).toBe(text);
});

test('a line of megabytes is kept whole, in whatever pieces it came', () => {
  const lines = createLineBlocks();
  const log = createStoredLog();
  const piece = Buffer.from('0123456789'.repeat(1_000));
  for (let n = 0; n < 390; n += 1) log.push(lines.push(piece));
  log.push(lines.push(Buffer.from('\nboom\n')));
  expect(log.content().length).toBe(390 * 10_000 + 6);
});

test('200 MB pass in bounded memory', () => {
  const log = createStoredLog({ headBytes: 1_000, tailBytes: 1_000 });
  const lines = createLineBlocks();
  const block = Buffer.from(`${'x'.repeat(99)}\n`.repeat(640));
  const before = process.memoryUsage();
  for (let n = 0; n < 3_200; n += 1) log.push(lines.push(block));
  const after = process.memoryUsage();
  expect(log.content().length).toBeLessThan(2_100);
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(20e6);
});
