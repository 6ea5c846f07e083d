import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { documentPieces } from '../../../runner/commands/cli/document.ts';
import { createCompletion } from '../../../runner/report/commands.ts';

it('is the text that JSON.stringify makes of the whole', () => {
  const documents = fc.dictionary(
    fc.string(),
    fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue()), fc.constant(undefined)),
  );
  fc.assert(
    fc.property(documents, (value) => {
      expect([...documentPieces(value)].join('')).toBe(`${JSON.stringify(value, null, 2)}\n`);
    }),
  );
  expect([...documentPieces({ list: [undefined, 1, 'two\nlines', {}, []] })].join('')).toBe(
    `${JSON.stringify({ list: [undefined, 1, 'two\nlines', {}, []] }, null, 2)}\n`,
  );
});

it('comes in short pieces, however long a list is', () => {
  const value = {
    instances: Array.from({ length: 10_000 }, (_, n) => ({ id: `p/t/n=${n}`, state: 'done' })),
  };
  const pieces = [...documentPieces(value)];
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(70_000);
  expect(JSON.parse(pieces.join(''))).toEqual(value);
});

it('takes a list whose members are made as they are asked for', () => {
  function* members(count: number): Generator<object> {
    for (let n = 0; n < count; n += 1) yield { n };
  }
  expect([...documentPieces({ none: members(0), some: members(2) })].join('')).toBe(
    `${JSON.stringify({ none: [], some: [{ n: 0 }, { n: 1 }] }, null, 2)}\n`,
  );
});

it('completes the commands in our words, and nothing that is anybody else’s', () => {
  const value = {
    id: 'sluice run p',
    notes: ['sluice run p'],
    findings: [{ message: 'do: sluice run p', log: 'sluice run p' }],
  };
  const complete = createCompletion({ project: 'x' });
  expect(JSON.parse([...documentPieces(value, complete)].join(''))).toEqual({
    id: 'sluice run p',
    notes: ['sluice run --project x p'],
    findings: [{ message: 'do: sluice run --project x p', log: 'sluice run p' }],
  });
});
