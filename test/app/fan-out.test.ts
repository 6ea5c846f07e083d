import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPipeline } from '../../runner/app/asked-pipeline.ts';
import { openLedger } from '../../runner/app/open-ledger.ts';
import { orphanedLegs } from '../../runner/app/orphaned-legs.ts';
import { planPipeline } from '../../runner/app/planned.ts';
import { runOn } from '../../runner/app/run.ts';
import { createDirectoryStore } from '../../runner/stores/directory/store.ts';
import { createScriptedEngine, type Act } from '../run/scripted-engine.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-fan-out-'));
  mkdirSync(join(folder, 'pipelines'));
  writeFileSync(join(folder, 'pipelines/p.yaml'), PIPELINE);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Lists, makes each, again for each, and joins. */
const PIPELINE = `
params: { date: { type: date, start: 2021-01-04 } }
defaults: { image: busybox, params: [date] }
tasks:
  list: { run: x, outputs: [{ value: symbols }] }
  each:
    needs: [list]
    strategy: { matrix: { symbol: '\${{ fromJSON(needs.list.outputs.symbols) }}' } }
    run: x
    outputs: [a]
  second:
    needs: [list, each]
    strategy: { matrix: { symbol: '\${{ fromJSON(needs.list.outputs.symbols) }}' } }
    run: x
    outputs: [a]
  all: { needs: [second], run: x, outputs: [a] }
`;

interface Told {
  readonly outcome: string;
  readonly states: Readonly<Record<string, string>>;
  readonly reasons: Readonly<Record<string, string>>;
  readonly started: readonly string[];
}

interface Asking {
  readonly tasks?: readonly string[];
  readonly params?: Readonly<Record<string, string>>;
  readonly rebuild?: string;
  readonly act?: (instance: string) => Act;
}

async function planIt({ tasks = [], params = {}, rebuild }: Asking = {}) {
  const asked = await openPipeline(
    { cwd: folder, env: { HOME: folder } },
    { pipeline: 'p', tasks, params: { date: '2021-01-05', ...params } },
  );
  return planPipeline(asked, rebuild === undefined ? {} : { rebuild });
}

/** The list is what `symbols` says; everything else writes what it is. */
async function run(symbols: string, asking: Asking = {}): Promise<Told> {
  const planned = await planIt(asking);
  const engine = createScriptedEngine(
    createDirectoryStore(join(folder, '.sluice/store')),
    ({ instance }) =>
      asking.act?.(instance) ??
      (instance.startsWith('p/list/') ? { values: { symbols } } : { files: { a: instance } }),
  );
  const { outcome, instances } = await runOn(engine, planned);
  const short = (id: string): string => id.slice(2).replace('/date=2021-01-05', '');
  return {
    outcome,
    states: Object.fromEntries(instances.map(({ id, state }) => [short(id), state])),
    reasons: Object.fromEntries(instances.map(({ id, reason }) => [short(id), reason])),
    started: engine.started.map(short),
  };
}

const planned = async (asking: Asking = {}): Promise<readonly string[]> => {
  const { plan } = await planIt(asking);
  return plan.instances.map(({ id, state }) => `${id.slice(2).replace('/date=2021-01-05', '')} ${state}`);
};

describe('a matrix that is known at run time', () => {
  it('stands as one placeholder, runs leg by leg in the same run, and is listed once its source is done', async () => {
    expect(await planned()).toEqual([
      'list missing',
      'each/symbol=%2A unknown',
      'second/symbol=%2A unknown',
      'all missing',
    ]);
    expect((await planIt()).plan.atLeast).toBe(true);
    const told = await run(`["A","B/C","d'é\\""]`);
    expect(told.states).toEqual({
      list: 'succeeded',
      'each/symbol=A': 'succeeded',
      'each/symbol=B%2FC': 'succeeded',
      'each/symbol=d%27%C3%A9%22': 'succeeded',
      'second/symbol=A': 'succeeded',
      'second/symbol=B%2FC': 'succeeded',
      'second/symbol=d%27%C3%A9%22': 'succeeded',
      all: 'succeeded',
    });
    expect(told.outcome).toBe('succeeded');
    expect(told.started.at(-1)).toBe('all');
    expect((await planned()).every((line) => line.endsWith(' done'))).toBe(true);
    expect((await planIt()).plan.atLeast).toBe(false);
    expect((await run('[]')).started).toEqual([]);
  });

  it('pairs the legs of two tasks, so that one failure blocks its own leg and what waits for all', async () => {
    const told = await run('["A","B"]', {
      act: (instance) => {
        if (instance.startsWith('p/list/')) return { values: { symbols: '["A","B"]' } };
        return instance.includes('each') && instance.endsWith('=A')
          ? { exitCode: 1 }
          : { files: { a: instance } };
      },
    });
    expect(told.states).toEqual({
      list: 'succeeded',
      'each/symbol=A': 'failed',
      'each/symbol=B': 'succeeded',
      'second/symbol=A': 'blocked',
      'second/symbol=B': 'succeeded',
      all: 'blocked',
    });
    const again = await run('["A","B"]');
    expect(again.started).toEqual(['each/symbol=A', 'second/symbol=A', 'all']);
  });

  it('runs what joins an empty list with nothing', async () => {
    const told = await run('[]');
    expect(told.states).toEqual({ list: 'succeeded', all: 'succeeded' });
    expect(await planned()).toEqual(['list done', 'all done']);
  });

  it('leaves what joins an empty list out where it needs at least one', async () => {
    writeFileSync(
      join(folder, 'pipelines/p.yaml'),
      PIPELINE.replace('needs: [second]', 'needs: [{ task: second, at-least: 1 }]'),
    );
    expect((await run('[]')).states).toEqual({ list: 'succeeded', all: 'not-in-range' });
  });

  it.each([
    ['{"a":1}', 'expected a JSON list for `symbol`, found an object'],
    ['["A","A"]', 'the list for `symbol` has "A" twice'],
    ['nonsense', 'expected JSON, found "nonsense"'],
  ])('is a failure of its source where the list is %s', async (symbols, words) => {
    const told = await run(symbols);
    expect(told.states).toEqual({
      list: 'failed',
      'each/symbol=%2A': 'blocked',
      'second/symbol=%2A': 'blocked',
      all: 'blocked',
    });
    expect(told.reasons['list']).toContain('the matrix of each cannot be made of it');
    expect(told.reasons['list']).toContain(words);
    expect(await planned()).toContain('list failed');
  });

  it('makes one leg that is named, and says so where the list does not have it', async () => {
    const one = { tasks: ['each'], params: { symbol: 'B' } };
    expect((await run('["A","B"]', one)).states).toEqual({ list: 'succeeded', 'each/symbol=B': 'succeeded' });
    expect(await planned(one)).toEqual(['each/symbol=B done']);
    const none = { tasks: ['each'], params: { symbol: 'ZZ' } };
    expect((await planIt(none)).plan.warnings).toEqual([
      'nothing of each exists there: no such leg is in the list of its matrix',
    ]);
    rmSync(join(folder, '.sluice'), { recursive: true });
    expect((await run('["A"]', none)).states).toEqual({
      list: 'succeeded',
      'each/symbol=ZZ': 'not-in-range',
    });
  });

  it('compares only what changed when the list is made anew, and runs what joins the legs over the new list', async () => {
    await run('["A","B"]');
    writeFileSync(join(folder, 'pipelines/p.yaml'), PIPELINE.replace('list: { run: x', 'list: { run: y'));
    const same = await run('["A","B"]', { rebuild: 'stale' });
    expect(same.started).toEqual(['list']);
    expect(same.states).toMatchObject({ 'each/symbol=A': 'unchanged', all: 'unchanged' });
    writeFileSync(join(folder, 'pipelines/p.yaml'), PIPELINE.replace('list: { run: x', 'list: { run: z'));
    const changed = await run('["B","C"]', { rebuild: 'stale' });
    expect(changed.states).toMatchObject({ 'each/symbol=C': 'succeeded', all: 'succeeded' });
    expect(Object.keys(changed.states)).not.toContain('each/symbol=A');
    const { plan } = await planIt();
    const all = plan.instances.find(({ task }) => task === 'all');
    expect(all?.needs[0]?.members.map((id) => id.split('/').at(-1))).toEqual(['symbol=B', 'symbol=C']);
    const { ledger, pipelines } = await planIt();
    const orphans = await orphanedLegs(ledger, pipelines.values());
    expect(orphans.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^p\/each\/date=2021-01-05\/symbol=A is orphaned/),
      expect.stringMatching(/^p\/second\/date=2021-01-05\/symbol=A is orphaned/),
    ]);
  });

  it('calls no leg orphaned of a list that is made of a param too', async () => {
    const axis = 'fromJSON(format(needs.list.outputs.symbols, params.date))';
    writeFileSync(
      join(folder, 'pipelines/p.yaml'),
      PIPELINE.replaceAll('fromJSON(needs.list.outputs.symbols)', axis),
    );
    const told = await run('["{0}-A"]');
    expect(told.states).toMatchObject({ 'each/symbol=2021-01-05-A': 'succeeded', all: 'succeeded' });
    const { ledger, pipelines } = await planIt();
    expect(await orphanedLegs(ledger, pipelines.values())).toEqual([]);
  });

  it('reads of the store only the legs, once their list is known', async () => {
    await run('["A"]');
    const asked = await openPipeline(
      { cwd: folder, env: { HOME: folder } },
      { pipeline: 'p', params: { date: '2021-01-05' } },
    );
    const read: (readonly string[])[] = [];
    await planPipeline(asked, {
      ledger: async (project, options) => {
        const ledger = await openLedger(project, options);
        return {
          ...ledger,
          readKnowledge: (ranges, more) => {
            read.push(ranges.map(({ task }) => task));
            return ledger.readKnowledge(ranges, more);
          },
        };
      },
    });
    expect(read).toEqual([
      ['list', 'all'],
      ['each', 'second'],
    ]);
  });

  it('plans and runs sixty legs', async () => {
    const symbols = JSON.stringify(Array.from({ length: 60 }, (_, n) => `S${n}`));
    const told = await run(symbols);
    expect([told.outcome, told.started.length]).toEqual(['succeeded', 122]);
  });
});
