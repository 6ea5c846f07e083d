import { expect, it } from 'vitest';
import { madeLines } from '../../runner/report/made.ts';
import { manifest } from '../plan/build.ts';

it('a result says how it was made', () => {
  const result = manifest('p/score/date=2021-01-29', {
    run: '20210129T230000Z-4f2a91',
    attempt: '20210129T230000Z-4f2a91-3',
    period: { start: '2021-01-29T00:00:00-05:00', end: '2021-01-30T00:00:00-05:00' },
    settings: { top: 50 },
    inputs: [
      { need: 'prices', instance: 'p/prices/date=2021-01-29', attempt: 'r-1', contentDigest: 'x' },
      { need: 'list', instance: 'p/list/_', attempt: 'r-2', contentDigest: 'x' },
    ],
    omitted: [{ need: 'sentiment', instance: 'p/sentiment/date=2021-01-29' }],
    objects: [{ path: 'score.csv', bytes: 2048, sha256: 'x' }],
    values: { half: '2021-01-16' },
    startedAt: '2021-01-29T23:00:01Z',
    finishedAt: '2021-01-29T23:00:13.5Z',
    exitCode: 0,
    imageDigest: 'sha256:abc',
    engine: 'docker 20.10',
    superseded: { attempt: 'r-0', at: '2021-01-29T23:00:14Z' },
  });
  expect(madeLines(result)).toEqual([
    'made by run 20210129T230000Z-4f2a91 at 2021-01-29 23:00:13 UTC, in 13 s (attempt 20210129T230000Z-4f2a91-3)',
    'for the period 2021-01-29T00:00:00-05:00 – 2021-01-30T00:00:00-05:00',
    'in image sha256:abc, by docker 20.10',
    'with top=50',
    'reading prices/date=2021-01-29 (attempt r-1)',
    'reading list (attempt r-2)',
    'without sentiment/date=2021-01-29',
    'holding 1 file (2.0 KiB); half=2021-01-16',
    'in place of attempt r-0, since 2021-01-29 23:00:14 UTC',
  ]);
});

it('a recorded skip says what decided it, many inputs are not all named', () => {
  const inputs = Array.from({ length: 12 }, (_, n) => ({
    need: 'a',
    instance: `p/a/n=${n}`,
    attempt: 'r-1',
    contentDigest: 'x',
  }));
  const lines = madeLines(manifest('p/b/_', { outcome: 'skipped', inputs, exitCode: 66 }));
  expect(lines[0]).toBe(
    'skipped by run r at 2021-01-29 20:00:01 UTC, in 1.0 s, exit status 66 (attempt r-1)',
  );
  expect(lines.at(-1)).toBe('… and 2 more inputs');
});
