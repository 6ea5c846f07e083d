import { describe, expect, it } from 'vitest';
import { typedWith } from '../../runner/commands/cli/again.ts';
import { parseRebuild } from '../../runner/app/rebuild.ts';

const RUN = '20210201T000000Z-00000a';
const nothing = { missing: false, failed: false, stale: false, all: false };
const plain = { ...nothing, missing: true, failed: true };

describe('what is done again', () => {
  it('is what is missing or failed, and what --rebuild adds to that', () => {
    expect(parseRebuild({})).toEqual(plain);
    expect(parseRebuild({ rebuild: 'stale' })).toEqual({ ...plain, stale: true });
    expect(parseRebuild({ rebuild: 'stale, all' })).toEqual({ ...plain, stale: true, all: true });
    expect(parseRebuild({ rebuild: 'missing' })).toEqual(plain);
  });

  it('is only what --only lists', () => {
    expect(parseRebuild({ only: 'stale' })).toEqual({ ...nothing, stale: true });
    expect(parseRebuild({ only: 'missing, failed' })).toEqual(plain);
  });

  it('is what the pipeline or the project says where no flag does', () => {
    expect(parseRebuild({}, ['stale'])).toEqual({ ...plain, stale: true });
    expect(parseRebuild({ rebuild: 'missing' }, ['stale'])).toEqual(plain);
    expect(parseRebuild({ only: 'missing' }, ['stale'])).toEqual({ ...nothing, missing: true });
  });

  it('goes on where a rebuild of everything was stopped', () => {
    expect(parseRebuild({ rebuild: 'all', resume: RUN })).toEqual({ ...plain, all: true, since: RUN });
  });

  it.each([
    [{ rebuild: 'old' }, /expected a list of missing, failed, stale, all for --rebuild, found "old"/],
    [{ only: 'all' }, /expected a list of missing, failed, stale for --only, found "all"/],
    [{ rebuild: 'stale', only: 'stale' }, /both together contradict/],
    [{ resume: RUN }, /--resume goes on with a run that had --rebuild all/],
    [{ only: 'stale', resume: RUN }, /--resume goes on/],
    [{ rebuild: 'all', resume: 'last' }, /expected the id of a run for --resume, found "last"/],
  ])('refuses %j', (flags, words) => {
    expect(() => parseRebuild(flags)).toThrow(words);
  });
});

it('the command that was typed is said again with another value of a flag', () => {
  const typed = [
    'run',
    'p',
    '--rebuild',
    'failed',
    '--date',
    '2021-01-04..2021-01-05',
    '--top=20',
    '-p',
    'x=a b',
  ];
  expect(typedWith(typed, { '--rebuild': 'stale' })).toBe(
    "sluice run p --date 2021-01-04..2021-01-05 --top=20 -p 'x=a b' --rebuild stale",
  );
  expect(typedWith(['run', 'p', '--rebuild=all'], { '--resume': RUN })).toBe(
    `sluice run p --rebuild=all --resume ${RUN}`,
  );
  expect(typedWith(['run', 'p', '--resume=x', '--rebuild', 'all'], { '--resume': RUN })).toBe(
    `sluice run p --rebuild all --resume ${RUN}`,
  );
});
