import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ProblemsError, StoreError } from '../../runner/errors.ts';
import { startServing, type ServeOptions } from '../../runner/serve/serve.ts';
import { openLedger } from '../../runner/ledger/open.ts';
import { openMemoryStore } from '../../runner/stores/memory/store.ts';
import { load } from '../language/compile/memory-source.ts';
import { createFakeClock, quiet } from '../run/fake-clock.ts';
import { createScriptedEngine, type Act } from '../run/scripted-engine.ts';

const SALES = `
on: { schedule: [{ cron: '0 * * * *' }] }
params: { date: { type: date, start: 2021-01-29 } }
tasks:
  prices: { image: alpine, run: make, due: '18:00', outputs: [a.csv] }
`;

interface Served {
  readonly starts: string[];
  readonly said: string[];
  files: Readonly<Record<string, string>>;
  storeAway: boolean;
  folderGone: boolean;
  until(time: string): Promise<void>;
  stop(): Promise<boolean>;
}

async function serve(
  start: string,
  files: Readonly<Record<string, string>>,
  act: () => Act | Promise<Act> = () => ({}),
): Promise<Served> {
  const clock = createFakeClock(Date.parse(start));
  const store = openMemoryStore(undefined, () => clock.now());
  const ledger = await openLedger(store, {
    clock,
    process: { bootId: 'boot', pid: 1, startTime: '1', host: 'here' },
    random: (bytes) => 'a'.repeat(bytes * 2),
    processState: () => 'alive',
  });
  const interrupt = new AbortController();
  const served = {
    starts: [] as string[],
    said: [] as string[],
    files,
    storeAway: false,
    folderGone: false,
  };
  const options: ServeOptions = {
    options: { cwd: '/project', env: {} },
    clock,
    interrupt: { signal: interrupt.signal, hard: new AbortController().signal },
    async open() {
      const gone = { severity: 'error', code: 'no-pipelines', message: 'there is no pipeline here' } as const;
      if (served.folderGone) throw new ProblemsError([gone]);
      const { project, pipelines, names, problems } = await load(served.files);
      const broken = new Set(problems.filter(({ severity }) => severity === 'error').map(({ file }) => file));
      const sound = new Map([...pipelines].filter(([, { file }]) => !broken.has(file)));
      return {
        opened: { project, pipelines: sound, names, unread: [], warnings: [], clock },
        problems,
      };
    },
    marksOf: () => Promise.resolve(JSON.stringify(served.files)),
    reporterFor: () => [],
    say: (line) => served.said.push(line),
    sayProblems: (problems) => served.said.push(...problems.map(({ message }) => message)),
    tick: {
      ledger: () =>
        served.storeAway
          ? Promise.reject(new StoreError('store-unreachable', 'no answer'))
          : Promise.resolve(ledger),
      engine: () =>
        Promise.resolve(
          createScriptedEngine(store, (job) => {
            served.starts.push(`${new Date(clock.now()).toISOString().slice(11, 16)} ${job.instance}`);
            return act();
          }),
        ),
    },
  };
  const { ended, standing } = await startServing(options);
  // What a run asks of the machine takes its time, however false the clock is.
  const settle = async (): Promise<void> => {
    do {
      await setTimeout(5);
      await quiet();
    } while (standing.running().length > 0);
  };
  await settle();
  return Object.assign(served, {
    async until(time: string) {
      while (clock.now() < Date.parse(time)) {
        const left = (Date.parse(time) - clock.now()) / 1000;
        await clock.advance(left > 3600 ? 900 : Math.min(60, left));
        await settle();
      }
    },
    stop() {
      interrupt.abort('SIGTERM');
      return ended;
    },
  });
}

it('makes up at its start, then ticks when a cron wakes', async () => {
  const served = await serve('2021-01-30T10:20:00Z', { 'pipelines/sales.yaml': SALES });
  expect(served.starts).toEqual(['10:20 sales/prices/date=2021-01-29']);
  await served.until('2021-01-30T17:59:00Z');
  await served.until('2021-01-30T18:59:00Z');
  expect(served.starts.slice(1)).toEqual(['18:00 sales/prices/date=2021-01-30']);
  expect(await served.stop()).toBe(false);
  expect(served.said.at(-1)).toBe('SIGTERM: ending');
});

it('without a cron ticks when something becomes due', async () => {
  const text = SALES.replace(/^on:.*$/m, '').replace("'18:00'", "'18:07'");
  const served = await serve('2021-01-30T10:20:00Z', { 'pipelines/sales.yaml': text });
  await served.until('2021-01-30T18:30:00Z');
  expect(served.starts).toEqual(['10:20 sales/prices/date=2021-01-29', '18:07 sales/prices/date=2021-01-30']);
  await served.stop();
});

it('keeps the last that was sound of a broken file, and takes up a new one at once', async () => {
  const served = await serve('2021-01-30T17:20:00Z', { 'pipelines/sales.yaml': SALES });
  served.files = {
    'pipelines/sales.yaml': SALES.replace('image:', 'imag:'),
    'pipelines/other.yaml': SALES.replace("'18:00'", "'17:00'"),
  };
  await served.until('2021-01-30T17:25:00Z');
  expect(served.said).toContain('going on with what was read last of sales');
  expect(served.starts.filter((line) => line.includes('other'))).toEqual([
    '17:21 other/prices/date=2021-01-30',
    '17:21 other/prices/date=2021-01-29',
  ]);
  await served.until('2021-01-30T18:01:00Z');
  expect(served.starts.at(-1)).toBe('18:00 sales/prices/date=2021-01-30');
  served.files = { 'pipelines/sales.yaml': SALES };
  await served.until('2021-01-30T18:05:00Z');
  expect(served.said).toContain('the files are sound again');
  await served.stop();
});

it('goes on by itself when the store and the folder are back, and says each once', async () => {
  const served = await serve('2021-01-30T17:55:00Z', { 'pipelines/sales.yaml': SALES });
  served.storeAway = true;
  await served.until('2021-01-30T18:10:00Z');
  expect(served.starts).toHaveLength(1);
  served.storeAway = false;
  await served.until('2021-01-30T18:12:00Z');
  expect(served.starts.at(-1)).toBe('18:11 sales/prices/date=2021-01-30');
  served.folderGone = true;
  served.files = {};
  await served.until('2021-01-31T18:30:00Z');
  expect(served.starts).toHaveLength(2);
  served.folderGone = false;
  served.files = { 'pipelines/sales.yaml': SALES };
  await served.until('2021-01-31T19:01:00Z');
  expect(served.starts.at(-1)).toContain('sales/prices/date=2021-01-31');
  expect(served.said.filter((line) => /out of reach|is back/.test(line))).toEqual([
    'the store is out of reach: no answer; nothing is started until it is back',
    'the store is back',
    'the project is out of reach: there is no pipeline here; nothing is started until it is back',
    'the project is back',
  ]);
  await served.stop();
});
