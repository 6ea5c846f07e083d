import { expect, test } from 'vitest';
import { asProblems } from '../../../runner/commands/cli/as-problems.ts';
import { reportError } from '../../../runner/commands/cli/output.ts';
import { EngineError, ProblemsError, StoreError } from '../../../runner/errors.ts';

const usage = new ProblemsError([{ severity: 'error', code: 'usage', message: 'a word too many' }]);
const store = new StoreError('store-unreachable', 'the store is away');
const engine = new EngineError('engine-unreachable', 'the engine is away');
const defect = new Error('a defect');

test.each([
  ['usage before what is unreachable', [store, usage, engine], 2],
  ['what is unreachable before a failure', [defect, engine], 4],
  ['usage within another aggregate', [store, new AggregateError([defect, usage])], 2],
  ['a failure, of nothing', [], 1],
])('of several errors the exit status is that of %s', (_name, errors, status) => {
  const told = asProblems(new AggregateError(errors));
  expect(told.status).toBe(status);
});

test('tells the problems of all errors', () => {
  expect(asProblems(new AggregateError([store, usage])).problems.map(({ code }) => code)).toEqual([
    'store-unreachable',
    'usage',
  ]);
});

test.each(['EMFILE', 'ENFILE'])('says what to type where no more files can be opened (%s)', (code) => {
  const error = Object.assign(new Error(`${code}: too many open files, open 'x'`), { code, syscall: 'open' });
  expect(asProblems(error)).toMatchObject({
    status: 4,
    problems: [{ code: 'too-many-open-files', fix: expect.stringContaining('ulimit -n') }],
  });
});

test('keeps the stacks of an error and of its cause under --debug', async () => {
  let told = '';
  const tell = (text: string | readonly string[]) => void (told += [text].flat().join('\n'));
  const output = {
    json: false,
    color: false,
    debug: true,
    say: tell,
    warn: tell,
    complete: (text: string) => text,
    document: async () => undefined,
  };
  expect(await reportError(new Error('outer', { cause: new Error('inner') }), output)).toBe(1);
  expect(told).toMatch(/Error: outer\n {4}at .*Error: inner\n {6}at /s);
});
