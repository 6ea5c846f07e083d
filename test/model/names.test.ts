import { createHash } from 'node:crypto';
import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentDigest } from '../../runner/model/outputs/content-digest.ts';
import { compareKeys, keyProblem } from '../../runner/model/key.ts';
import { attemptId, isAttemptId, isRunId, runId, runOfAttempt, runTime } from '../../runner/model/run-id.ts';

describe('keys', () => {
  it('sort as their bytes do', () => {
    assert(
      property(string({ unit: 'binary' }), string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('say what is wrong with them', () => {
    expect(keyProblem('objects/p/t/date=2021-01-29/a.csv')).toBeUndefined();
    expect(keyProblem('objects/a@2')).toBeUndefined();
    expect(keyProblem('runs/a@2')).toContain('version number');
    expect(keyProblem('a/../b')).toContain('".."');
    expect(keyProblem(`objects/${'é'.repeat(128)}`)).toContain('255 bytes');
    expect(keyProblem(`runs/${'x'.repeat(244)}`)).toBeUndefined();
    expect(keyProblem(`runs/${'x'.repeat(245)}`)).toContain('244 bytes');
  });
});

describe('run ids', () => {
  const now = Date.parse('2021-01-29T22:03:04.567Z');

  it('tell when the run started, and sort by that', () => {
    expect(runId(now, () => 'abcdef')).toBe('20210129T220304Z-abcdef');
    expect(runId(now, () => 'abcdef') > runTime(now)).toBe(true);
    expect(runId(now, () => 'ffffff') < runTime(now + 1000)).toBe(true);
  });

  it('ask for three random bytes', () => {
    const asked: number[] = [];
    runId(now, (bytes) => {
      asked.push(bytes);
      return 'abcdef';
    });
    expect(asked).toEqual([3]);
  });

  it('are found again in their attempts', () => {
    const run = runId(now, () => 'abcdef');
    expect(attemptId(run, 12)).toBe('20210129T220304Z-abcdef-12');
    expect(runOfAttempt(attemptId(run, 12))).toBe(run);
    expect([isRunId(run), isRunId(attemptId(run, 1)), isRunId('doctor-1')]).toEqual([true, false, false]);
    expect([isAttemptId(run), isAttemptId(attemptId(run, 1)), isAttemptId('date=2021')]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('content digests', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const object = (path: string, content = 'x') => ({ path, bytes: content.length, sha256: sha256(content) });
  const digest = (...[objects, values]: [Parameters<typeof contentDigest>[0], Record<string, string>]) =>
    contentDigest(objects, values, sha256);

  it('are equal for equal content in any order', () => {
    expect(digest([object('a'), object('b')], { x: '1', y: '2' })).toBe(
      digest([object('b'), object('a')], { y: '2', x: '1' }),
    );
  });

  it('differ when a file becomes a program; without programs they are what they were before there were any', () => {
    const [a, b] = [object('a'), object('b')];
    expect(digest([a, { ...b, executable: true }], {})).not.toBe(digest([a, b], {}));
    expect(digest([a, { ...b, executable: true }], {})).not.toBe(digest([{ ...a, executable: true }, b], {}));
    expect(digest([object('a')], { x: '1' })).toBe(
      sha256(`{"objects":[["a",1,"${sha256('x')}"]],"values":[["x","1"]]}`),
    );
  });

  it('differ when a path, a byte or a value does', () => {
    const variants = [
      digest([], {}),
      digest([object('a')], {}),
      digest([object('b')], {}),
      digest([object('a', 'y')], {}),
      digest([object('a')], { a: '' }),
      digest([object('a')], { a: '1' }),
      digest([object('a'), object('b')], {}),
    ];
    expect(new Set(variants).size).toBe(variants.length);
  });

  it('are what docs/store.md says', () => {
    expect(digest([object('a')], { v: '1' })).toBe(
      sha256(`{"objects":[["a",1,"${sha256('x')}"]],"values":[["v","1"]]}`),
    );
  });
});
