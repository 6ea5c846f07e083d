import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPipeline } from '../../../runner/app/asked-pipeline.ts';
import { readKeptPlan } from '../../../runner/app/kept-plan/file.ts';
import { keepPlanned, planAsKept } from '../../../runner/app/kept-plan/plan-as-kept.ts';
import { planPipeline, type Planned } from '../../../runner/app/planned.ts';
import { openReadingLedger } from '../../../runner/app/reading-ledger.ts';
import { runOn } from '../../../runner/app/run.ts';
import { createDryEngine } from '../../../runner/engines/dry/engine.ts';
import { ProblemsError } from '../../../runner/errors.ts';
import { systemClock } from '../../../runner/clock.ts';

const TASKS = (script: string, timeout = 60) => `
params: { date: { type: date, start: 2021-01-01 } }
tasks:
  prices: { params: [date], image: busybox, run: 'echo ${script}', timeout-minutes: ${timeout} }
  score: { params: [date], needs: [prices], image: busybox, run: 'true' }
`;
const NOW = '2021-02-01T00:00:00Z';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-kept-'));
  mkdirSync(join(root, 'pipelines'));
  write('sluice.yaml', 'store: store\n');
  write('pipelines/p.yaml', TASKS('one'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (path: string, text: string): void => writeFileSync(join(root, path), text);
const open = (target = {}) => openPipeline({ cwd: root, env: {} }, { pipeline: 'p', ...target });
const plan = async (target = {}): Promise<Planned> =>
  planPipeline(await open({ params: { date: '2021-01-04..2021-01-09' }, ...target }), { now: NOW });
const again = async (): Promise<Planned> =>
  planAsKept(await open(), 'plan.json', await readKeptPlan('plan.json', root));
const run = async (planned: Planned) => {
  const engine = createDryEngine({ clock: systemClock, openStore: () => planned.ledger.store });
  return runOn(engine, planned);
};
const refusal = async (made: Promise<unknown>): Promise<readonly string[]> => {
  const error: unknown = await made.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProblemsError)) throw new Error(`Expected a refusal, got ${String(error)}`);
  return error.problems.map(({ message }) => message);
};

describe('a plan that is kept', () => {
  it('is run as it was seen, whatever the clock says by then', async () => {
    await keepPlanned(await plan(), 'plan.json');
    const planned = await again();
    expect(planned.plan.at).toBe(NOW.replace('Z', '.000Z'));
    expect((await run(planned)).counts).toEqual({ succeeded: 12 });
  });

  it('names the instances whose state has moved, and the few first of many', async () => {
    await keepPlanned(await plan(), 'plan.json');
    await run(await plan({ params: { date: '2021-01-06' }, tasks: ['prices'] }));
    expect(await refusal(again())).toEqual([
      'the plan in plan.json does not hold any more: p/prices/date=2021-01-06 was missing, and is done now',
    ]);
    await run(await plan());
    const told = await refusal(again());
    expect(told).toHaveLength(11);
    expect(told.at(-1)).toContain('does not hold any more: … and ');
  });

  it('tells once what makes it anew: what it was asked for', async () => {
    const target = { params: { date: '2021-01-04..2021-01-09' }, tasks: ['prices', 'score'] };
    await keepPlanned(await planPipeline(await open(target), { rebuild: 'stale' }), 'plan.json');
    await run(await plan());
    const error: unknown = await again().catch((thrown: unknown) => thrown);
    if (!(error instanceof ProblemsError)) throw new Error(`Expected a refusal, got ${String(error)}`);
    expect(error.problems.flatMap(({ fix }) => fix ?? [])).toEqual([
      'look at what there is to do now, and keep that: sluice plan p prices score --date 2021-01-04..2021-01-09 --rebuild stale --out plan.json',
    ]);
    expect(error.problems.at(-1)).toHaveProperty('fix');
  });

  it('names what is written otherwise, also what makes no other result', async () => {
    await keepPlanned(await plan(), 'plan.json');
    write('pipelines/p.yaml', TASKS('one', 30));
    expect(await refusal(again())).toEqual([
      'the plan in plan.json does not hold any more: task p/prices is written differently: timeout-minutes',
    ]);
    write('pipelines/p.yaml', TASKS('two'));
    expect(await refusal(again())).toContain(
      'the plan in plan.json does not hold any more: p/prices/date=2021-01-04 is made of something else now: script',
    );
  });

  it('is refused over another store, and holds over one that was not there yet', async () => {
    const asked = await open({ params: { date: '2021-01-04' } });
    await keepPlanned(await planPipeline(asked, { now: NOW, ledger: openReadingLedger }), 'plan.json');
    expect((await again()).plan.instances).toHaveLength(2);
    await keepPlanned(await plan(), 'plan.json');
    rmSync(join(root, 'store'), { recursive: true });
    expect((await refusal(again()))[0]).toMatch(/it was made for the store \w+, and this one is \w+$/);
  });

  it('is not made any more where what it reads shows no more', async () => {
    write('pipelines/p.yaml', TASKS('one').replace('timeout-minutes: 60', "until: '23:59'"));
    const asked = await open({ params: { date: '2021-01-04' } });
    await keepPlanned(await planPipeline(asked, { now: '2021-01-04T12:00:00Z' }), 'plan.json');
    expect(await refusal(again())).toContain(
      'the plan in plan.json does not hold any more: p/prices/date=2021-01-04 was missing, and could be had until 2021-01-04T23:59:00.000Z',
    );
  });

  it('is read like anything else from outside', async () => {
    await keepPlanned(await plan(), 'plan.json');
    const good = readFileSync(join(root, 'plan.json'), 'utf8');
    const broken: readonly (readonly [string, RegExp])[] = [
      ['', /it is empty/],
      ['{', /it is not JSON/],
      [`{"kind":"plan","schema":1,"request":${'['.repeat(100)}${']'.repeat(100)}}`, /nested deeper/],
      [good.replace('"schema":1', '"schema":2'), /is of schema 2/],
      [good.replace('"kind":"plan"', '"kind":"soup"'), /kind: expected plan/],
      [good.replace('"state":"missing"', '"state":"fine"'), /instances\[0\]\.state: expected done or/],
      [good.replace('"id":"p/prices', '"id":"../prices'), /expected an instance/],
      [good.replace('"kind":"range"', '"kind":"never"'), /request\.range\.kind: expected/],
      [
        good.replace('"request":{"pipeline":"p"', '"request":{"pipeline":"q"'),
        /it is of p, and its request of q/,
      ],
    ];
    for (const [text, words] of broken) {
      expect(text).not.toBe(good);
      write('plan.json', text);
      expect((await refusal(again())).join()).toMatch(words);
    }
  });

  it('takes no other word on what runs, and no place of a file that is no plan', async () => {
    await keepPlanned(await plan(), 'plan.json');
    const kept = await readKeptPlan('plan.json', root);
    const asked = await open({ tasks: ['prices'] });
    expect((await refusal(planAsKept(asked, 'plan.json', kept)))[0]).toMatch(
      /says what runs, and prices is given/,
    );
    write('notes.txt', 'mine\n');
    expect((await refusal(keepPlanned(await plan(), 'notes.txt')))[0]).toMatch(
      /is there already and is no plan/,
    );
    await keepPlanned(await plan(), 'plan.json');
  });
});
