import { expect, it } from 'vitest';
import { tickDocument } from '../../../runner/report/tick-json.ts';
import { createTickWorld } from './world.ts';

const TEXT = `
params: { date: { type: date, start: 2021-01-28 } }
tasks:
  prices: { image: alpine, run: make, due: '18:00', outputs: [a.csv] }
`;

/** As it is written: lists may be made as they go. */
const plain = (document: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(document).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'object' && value !== null && Symbol.iterator in value
        ? [...(value as Iterable<unknown>)]
        : value,
    ]),
  );

it('tells of one run as a run does, and of several with whose each was', async () => {
  const world = await createTickWorld(
    '2021-01-29T18:00:00Z',
    { 'pipelines/p.yaml': TEXT, 'pipelines/q.yaml': TEXT },
    (job) => (job.instance === 'q/prices/date=2021-01-29' ? { exitCode: 75 } : {}),
  );
  const documentOf = (tick: Awaited<ReturnType<typeof world.tick>>) =>
    plain(
      tickDocument(
        tick.pipelines.flatMap(({ parts }) => parts.map(({ report }) => report)),
        [],
        false,
      ),
    );
  const one = documentOf(await world.tick({ pipelines: ['p'] }));
  const run = one['run'];
  expect(run).toMatch(/^20210129T180000Z-[0-9a-f]{6}$/);
  expect(one).toMatchObject({
    schema: 1,
    outcome: 'succeeded',
    counts: { succeeded: 2 },
    pipelines: ['p'],
    runs: [{ run, pipeline: 'p', outcome: 'succeeded', counts: { succeeded: 2 } }],
    instances: [
      { id: 'p/prices/date=2021-01-29', state: 'succeeded', attempt: `${String(run)}-1`, exitCode: 0 },
      { id: 'p/prices/date=2021-01-28', state: 'succeeded', attempt: `${String(run)}-2`, exitCode: 0 },
    ],
  });
  expect(documentOf(await world.tick())).toMatchObject({
    outcome: 'incomplete',
    counts: { done: 2, waiting: 1, succeeded: 1 },
    pipelines: ['p', 'q'],
    runs: [{ pipeline: 'q', outcome: 'incomplete' }],
  });
});
