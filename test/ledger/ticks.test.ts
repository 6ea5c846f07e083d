import { expect, test } from 'vitest';
import { openBench } from './sample.ts';

test('a tick of the future, by a clock that was wrong, is named, not believed, and written anew', async () => {
  const damage: string[] = [];
  const bench = await openBench(undefined, { onDamage: ({ message }) => damage.push(message) });
  const { ledger } = bench;
  const tick = (at: number) => ({ pipeline: 'p', at: new Date(at).toISOString(), rebuilds: [] });
  const now = bench.now();
  await ledger.recordTick(tick(now + 30 * 60_000));
  expect((await ledger.readTick('p'))?.at).toBe(tick(now + 30 * 60_000).at);
  await ledger.recordTick(tick(now + 365 * 86_400_000));
  expect(await ledger.readTick('p')).toBeUndefined();
  expect(damage).toEqual([expect.stringContaining('ticks/p.json says that')]);
  await ledger.recordTick(tick(now));
  expect((await ledger.readTick('p'))?.at).toBe(tick(now).at);
});
