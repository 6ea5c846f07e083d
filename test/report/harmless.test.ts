import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPaint } from '../../runner/report/paint.ts';
import { createPlainReporter } from '../../runner/report/plain.ts';
import { harmless, harmlessLog } from '../../runner/report/harmless.ts';

it.each([
  ['\u001b]0;title\u0007text', 'text'],
  ['\u001b]52;c;ZXZpbA==\u001b\\text', 'text'],
  ['\u001b]0;never ended', '0;never ended'],
  ['a\u001b[2J\u001b[1;1Hb\u001b[?1049hc', 'abc'],
  ['a\u001bcb\u001b(0c', 'abc'],
  ['a\u0007\b\r\u007f\u009b2Jb\tc', 'a2Jb\tc'],
  ['\u001b[31mred\u001b[0m', '\u001b[31mred\u001b[0m'],
  ['\u001b[38;5;9mred', '\u001b[38;5;9mred\u001b[0m'],
  ['\u001b\u001b[2J[2J', '[2J'],
  ['Zürich 😀', 'Zürich 😀'],
])('of %j leaves %j', (line, expected) => {
  expect(harmless(line)).toBe(expected);
});

const piece = fc.constantFrom(
  '\u001b',
  '[',
  ']',
  '2',
  ';',
  'm',
  'J',
  '\\',
  '\u0007',
  '\u009b',
  'P',
  '\r',
  'é',
  ' ',
);
const lines = fc.oneof(fc.string({ unit: piece, maxLength: 30 }), fc.string({ unit: 'binary' }));

// eslint-disable-next-line no-control-regex -- it is about control characters
const control = (text: string) => /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/.test(text);
// eslint-disable-next-line no-control-regex -- it is about control characters
const withoutColours = (text: string) => text.replace(/\u001b\[[0-9;:]*m/g, '');

it('leaves no control character but those of colours, whatever the line, and is done in one go', () => {
  fc.assert(
    fc.property(lines, (line) => {
      const text = harmless(line);
      expect(control(withoutColours(text))).toBe(false);
      expect(harmless(text)).toBe(text);
    }),
  );
});

it('says the same of a log, however it is cut into pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(lines, { maxLength: 5 }),
      fc.integer({ min: 1, max: 7 }),
      async (texts, size) => {
        const bytes = Buffer.from(texts.join('\n'));
        const log = (async function* () {
          for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
        })();
        let text = '';
        for await (const told of harmlessLog(log)) text += told;
        expect(text).toBe(
          bytes
            .toString('utf8')
            .replace(/^\uFEFF/, '')
            .split('\n')
            .map(harmless)
            .join('\n'),
        );
      },
    ),
  );
});

it('is what the live lines and the last lines of a summary go through', () => {
  const evil = '\u001b]0;title\u0007\u001b[2Jboom\u0007';
  let text = '';
  const reporter = createPlainReporter({
    write: (told) => void (text += told),
    paint: createPaint(false),
    surroundings: { complete: (text) => text, publishedAt: (path) => path },
    clock: { now: () => 0 },
    logs: true,
  });
  const id = 'p/a/_';
  const attempt = '20210129T180000Z-abcdef-1';
  reporter.on({ type: 'log', id, attempt, stream: 'stdout', line: evil });
  reporter.on({
    type: 'run-finished',
    at: '2021-01-29T18:00:01.000Z',
    report: {
      run: '20210129T180000Z-abcdef',
      pipeline: 'p',
      startedAt: '2021-01-29T18:00:00.000Z',
      finishedAt: '2021-01-29T18:00:01.000Z',
      outcome: 'failed',
      exitStatus: 1,
      counts: { failed: 1 },
      instances: [{ id, task: 'a', state: 'failed', reason: 'exit status 3', attempt, lastLines: [evil] }],
      published: [],
    },
  });
  expect(text.match(/boom/g)).toHaveLength(2);
  expect(control(text.replaceAll('\n', ''))).toBe(false);
});
