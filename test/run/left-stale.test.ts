import { expect, test } from 'vitest';
import { formatSummary } from '../../runner/report/summary.ts';
import { createPaint } from '../../runner/report/paint.ts';
import { committed, createWorld, instance, need, rule, start, task, type World } from './world.ts';

const outputs = [{ kind: 'path' as const, path: 'x', allowEmpty: false }];
const tasks = [task('a', { outputs }), task('b', { needs: [rule('a')], outputs })];
const reader = instance('b', '_', {
  needs: [need('a', ['p/a/_'])],
  state: 'done',
  reason: 'done',
  action: 'none',
});

async function bothMade(): Promise<World> {
  const world = await createWorld();
  await committed(world, 'a', '_', { x: '1' });
  const b = instance('b', '_', { needs: [need('a', ['p/a/_'])] });
  const a = instance('a', '_', { state: 'done', reason: 'done', action: 'none' });
  await start(world, tasks, [a, b], () => ({ files: { x: 'b' } })).report;
  return world;
}

test.each([
  ['other contents leave what reads them stale', '2', ['p/b/_']],
  ['equal contents do not', '1', undefined],
])('%s', async (_what, content, stale) => {
  const world = await bothMade();
  const { etag } = (await world.ledger.readManifest('p/a/_')) ?? { etag: '' };
  const again = instance('a', '_', { state: 'stale', manifestEtag: etag });
  const report = await start(world, tasks, [again, reader], () => ({ files: { x: content } })).report;
  expect(report.counts).toEqual({ succeeded: 1, done: 1 });
  expect(report.stale?.instances).toEqual(stale);
  if (stale === undefined) return;
  const here = {
    complete: (text: string) => text,
    publishedAt: () => '',
    rebuildStale: 'sluice run p --rebuild stale',
  };
  expect(formatSummary(report, createPaint(false), here)).toContain(
    'Stale: 1 done result is stale (input a/_ changed): sluice run p --rebuild stale',
  );
});
