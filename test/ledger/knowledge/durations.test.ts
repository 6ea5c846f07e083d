import { expect, it } from 'vitest';
import { readDurations } from '../../../runner/ledger/knowledge/durations.ts';
import { committed, createWorld } from '../../run/world.ts';

const NOW = Date.parse('2021-02-01T00:00:00Z');

it('reads how long the newest results of a task took, however old they are', async () => {
  const world = await createWorld();
  for (const day of ['2016-05-01', '2016-05-02']) await committed(world, 'old', `date=${day}`);
  await committed(world, 'lone');
  const tasks = [
    { pipeline: 'p', task: 'old', timeKey: 'date' },
    { pipeline: 'p', task: 'lone' },
    { pipeline: 'p', task: 'never', timeKey: 'date' },
  ];
  expect(Object.fromEntries(await readDurations(world.ledger, tasks, NOW))).toEqual({
    'p/old': [0, 0],
    'p/lone': [0],
  });
});

it('reads the newest few of many, and passes by what is broken', async () => {
  const world = await createWorld();
  for (let day = 1; day <= 28; day += 1) {
    await committed(world, 'daily', `date=2021-01-${String(day).padStart(2, '0')}`);
  }
  await world.store.put('manifests/p/daily/date=2021-01-28.json', Buffer.from('{'));
  const read: string[] = [];
  const watched = {
    ...world.ledger,
    readManifest: (id: string) => {
      read.push(id);
      return world.ledger.readManifest(id);
    },
  };
  const found = await readDurations(watched, [{ pipeline: 'p', task: 'daily', timeKey: 'date' }], NOW);
  expect(found.get('p/daily')).toHaveLength(19);
  expect(read.sort()[0]).toBe('p/daily/date=2021-01-09');
});
