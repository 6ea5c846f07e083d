import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlannedInstance } from '../../runner/model/plan.ts';
import type { ReportInstance } from '../../runner/model/report.ts';
import { createDryEngine } from '../../runner/engines/dry/engine.ts';
import { quiet } from './fake-clock.ts';
import { cause, type Act } from './scripted-engine.ts';
import { createWorld, instance, need, start, states, task, type World } from './world.ts';

const out = { kind: 'path', path: 'out.txt', allowEmpty: false } as const;

type Fate = 'good' | 'fails' | 'no-data' | 'not-ready' | 'flaky';

interface Planned {
  readonly fate: Fate;
  readonly needs: readonly number[];
  readonly optional: boolean;
}

const graphs = fc.integer({ min: 1, max: 9 }).chain((size) =>
  fc.tuple(
    ...Array.from({ length: size }, (_, place) =>
      fc.record<Planned>({
        fate: fc.constantFrom('good', 'good', 'good', 'fails', 'no-data', 'not-ready', 'flaky'),
        needs: place === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat({ max: place - 1 }), { maxLength: 3 }),
        optional: fc.boolean(),
      }),
    ),
  ),
);

function planned(graph: readonly Planned[]): readonly PlannedInstance[] {
  return graph.map(({ needs, optional }, place) =>
    instance('t', `n=${place}`, {
      needs: needs.map((member) => need(`n${member}`, [`p/t/n=${member}`], { optional, task: 't' })),
    }),
  );
}

function act(fate: Fate, isFirstTry: boolean): Act {
  switch (fate) {
    case 'good':
      return { files: { 'out.txt': 'x' } };
    case 'fails':
      return { exitCode: 1 };
    case 'no-data':
      return { exitCode: 66 };
    case 'not-ready':
      return { exitCode: 75 };
    case 'flaky':
      return isFirstTry ? { cause: cause('engine-error', true) } : { files: { 'out.txt': 'y' } };
  }
}

async function keysBelow(world: World, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const page of world.store.list(prefix)) keys.push(...page.map(({ key }) => key));
  return keys;
}

/** What stands in the store for one instance must be what the report says of it. */
async function storedAs(world: World, { id }: ReportInstance): Promise<string> {
  const manifest = (await world.ledger.readManifest(id))?.manifest.outcome;
  const failure = (await world.ledger.readFailure(id)) === undefined ? '' : ' failure';
  return `${manifest ?? 'nothing'}${failure}`;
}

function expectedAs({ state, attempt }: ReportInstance): string {
  if (state === 'succeeded') return 'succeeded';
  if (state === 'failed') return 'nothing failure';
  // A state that is derived from a need is not stored.
  return state === 'skipped' && attempt !== undefined ? 'skipped' : 'nothing';
}

test(
  'however a run goes, also interrupted at any moment, store and report agree and no claim is left',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs,
        fc.integer({ min: 1, max: 3 }),
        fc.option(fc.nat({ max: 12 }), { nil: undefined }),
        async (graph, concurrency, interruptAt) => {
          const world = await createWorld();
          const seen = new Set<string>();
          let starts = 0;
          const { report, interrupt } = start(
            world,
            [task('t', { outputs: [out] })],
            planned(graph),
            (job) => {
              if (starts === interruptAt) interrupt.abort('SIGINT');
              starts += 1;
              const isFirstTry = !seen.has(job.instance);
              seen.add(job.instance);
              return act(graph[Number(job.instance.split('=')[1])]?.fate ?? 'good', isFirstTry);
            },
            { concurrency, watched: false },
          );
          for (let turn = 0; turn < 4; turn += 1) {
            await quiet();
            await world.clock.advance(60);
          }
          const { instances, exitStatus } = await report;
          expect(instances).toHaveLength(graph.length);
          expect(exitStatus === 130).toBe(interruptAt !== undefined && interruptAt < starts);
          for (const one of instances)
            expect([one.id, await storedAs(world, one)]).toEqual([one.id, expectedAs(one)]);
          expect(await keysBelow(world, 'claims/')).toEqual([]);
          expect(world.clock.sleepers).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  },
);

test(
  'two runs over the same instances at once, with or without claims that hold, make each result once',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.boolean(), async (graph, claimsHold) => {
        const world = await createWorld();
        const ledger = claimsHold
          ? world.ledger
          : {
              ...world.ledger,
              claim: async (id: string, attempt: string, run: string) => ({
                kind: 'claimed' as const,
                claim: { record: { schema: 1, instance: id, run, attempt, nonce: 'n' }, etag: 'e' },
              }),
              release: async () => {},
            };
        const good = graph.map((one) => ({ ...one, fate: 'good' as const }));
        const runs = [0, 1].map(() =>
          start(world, [task('t', { outputs: [out] })], planned(good), () => act('good', true), {
            ledger,
            watched: false,
          }),
        );
        for (let turn = 0; turn < graph.length + 2; turn += 1) {
          await quiet();
          await world.clock.advance(2);
        }
        const [first, second] = await Promise.all(runs.map(({ report }) => report));
        for (const [place, one] of (first?.instances ?? []).entries()) {
          const other = second?.instances[place];
          expect(new Set([one.state, other?.state])).toEqual(new Set(['done', 'succeeded']));
          expect(one.attempt).toBe(other?.attempt);
        }
        // One attempt's objects each: the loser's are gone.
        expect(await keysBelow(world, 'objects/')).toHaveLength(graph.length);
      }),
      { numRuns: 30 },
    );
  },
);

test('the dry engine, which polices its callers, finds nothing to complain of', async () => {
  const world = await createWorld();
  const engine = createDryEngine({ clock: world.clock, openStore: () => world.store });
  const { report } = start(
    world,
    [task('a', { outputs: [out] }), task('b', { maxParallel: 2 })],
    [
      instance('a'),
      ...Array.from({ length: 5 }, (_, n) => instance('b', `n=${n}`, { needs: [need('a', ['p/a/_'])] })),
    ],
    undefined,
    { engine },
  );
  const result = await report;
  expect(result.counts).toEqual({ succeeded: 6 });
  expect(states(result)['a/_']).toBe('succeeded');
  expect(engine.widest).toBe(2);
});
