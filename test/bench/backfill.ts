import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, upMilliseconds } from '../../runner/clock.ts';
import { randomHex } from '../../runner/compose.ts';
import { createDryEngine } from '../../runner/engines/dry/engine.ts';
import {
  evaluateCondition,
  evaluateTemplate,
  evaluateValue,
} from '../../runner/language/expression/evaluate.ts';
import { openLedger } from '../../runner/ledger/open.ts';
import { processIdentity } from '../../runner/ledger/runs/process.ts';
import type { PlannedInstance } from '../../runner/model/plan.ts';
import { runId } from '../../runner/model/run-id.ts';
import { createPacer } from '../../runner/run/pace/pacer.ts';
import { runPlan } from '../../runner/run/run.ts';
import { openMemoryStore } from '../../runner/stores/memory/store.ts';
import { instance, need, pipeline, planOf, task } from '../run/world.ts';
import { inTurn, measureProcess, type Row } from './measure.ts';

const TASKS = 20;
const YEARS = ['2016-01-01', '2020-12-31'] as const;
const ROUNDS = 3;

const dates = datesBetween(...YEARS);
const weekdays = dates.filter((date) => ![0, 6].includes(new Date(date).getUTCDay()));
const INSTANCES = TASKS * weekdays.length;
const count = INSTANCES.toLocaleString('en-US');

/** What a backfill costs beside its work: planning five years of 20 tasks, and starting what is ready. */
export async function benchBackfill(cli: string): Promise<readonly Row[]> {
  return [...(await benchPlanning(cli)), await benchDispatch()];
}

async function benchPlanning(cli: string): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    writeProject(folder);
    const plan = (args: readonly string[]) =>
      measureProcess(process.execPath, [cli, ...args], { cwd: folder });
    const backfill = ['backfill', 'big', '--from', YEARS[0], '--to', YEARS[1], '--dry-run', '--json'];
    const measure = async (what: string): Promise<Row> => {
      let peak = 0;
      const [bare = 0, ours = 0] = await inTurn(ROUNDS, [
        async () => (await plan(['plan', 'big', '--date', YEARS[1], '--json'])).seconds,
        async () => {
          const { seconds, peakMegabytes } = await plan(backfill);
          peak = Math.max(peak, peakMegabytes);
          return seconds;
        },
      ]);
      return {
        what: `plan a backfill of ${count} instances, ${what} : a plan of ${TASKS}`,
        ours: `${ours.toFixed(2)} s`,
        baseline: `${bare.toFixed(2)} s`,
        ratio: ours / bare,
        aim: '3 s, 400 MB',
        memoryMegabytes: peak,
      };
    };
    const none = await measure('none done');
    const manifests = join(folder, '.sluice', 'store', 'manifests', 'big');
    for (let n = 0; n < TASKS; n += 1) {
      mkdirSync(join(manifests, `t${n}`), { recursive: true });
      for (const date of weekdays)
        writeFileSync(join(manifests, `t${n}`, `date=${date}.json`), '{"schema":1}');
    }
    return [none, await measure('all done')];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeProject(folder: string): void {
  const tasks = Array.from({ length: TASKS }, (_, n) => {
    const needs = n % 5 === 0 ? '' : `\n    needs: [t${n - 1}]`;
    return `  t${n}:\n    image: busybox\n    run: 'true'${needs}\n`;
  });
  mkdirSync(join(folder, 'pipelines'));
  writeFileSync(
    join(folder, 'pipelines', 'big.yaml'),
    `name: big\ncalendars: { week: { weekdays: mon-fri } }\nparams:\n  date: { type: date, calendar: week, start: ${YEARS[0]} }\ntasks:\n${tasks.join('')}`,
  );
}

const DISPATCHED = 1000;

/** From claim to commit over a store in memory, with an engine that does nothing: what the loop itself takes. */
async function benchDispatch(): Promise<Row> {
  const instances = dates.slice(0, DISPATCHED / 4).flatMap((date) =>
    [0, 1, 2, 3].map((n): PlannedInstance =>
      instance(`t${n}`, `date=${date}`, {
        period: { start: `${date}T00:00:00Z`, end: `${date}T23:59:59Z` },
        needs: n === 0 ? [] : [need(`t${n - 1}`, [`p/t${n - 1}/date=${date}`])],
      }),
    ),
  );
  const [plain = 0, paced = 0] = await inTurn(ROUNDS, [
    () => secondsOf(instances, false),
    () => secondsOf(instances, true),
  ]);
  return {
    what: `start ${DISPATCHED.toLocaleString('en-US')} instances that do nothing, as a backfill : as a run`,
    ours: `${Math.round(DISPATCHED / paced).toLocaleString('en-US')} / s`,
    baseline: `${Math.round(DISPATCHED / plain).toLocaleString('en-US')} / s`,
    ratio: paced / plain,
    aim: '2,000 / s',
  };
}

async function secondsOf(instances: readonly PlannedInstance[], isPaced: boolean): Promise<number> {
  const store = openMemoryStore();
  const identity = await processIdentity();
  const ledger = await openLedger(store, { clock: systemClock, process: identity, random: randomHex });
  const { signal } = new AbortController();
  const most = 16;
  const pacer = createPacer(instances, { order: 'newest', most, canary: 3 });
  const started = performance.now();
  const report = await runPlan(planOf(instances), {
    run: runId(Date.now(), randomHex),
    process: identity,
    pipelines: new Map([['p', pipeline([0, 1, 2, 3].map((n) => task(`t${n}`)))]]),
    project: 'bench',
    projectRoot: tmpdir(),
    pools: {},
    concurrency: most,
    ...(isPaced ? { pacer } : {}),
    ledger,
    engine: createDryEngine({ clock: systemClock, openStore: () => store }),
    clock: systemClock,
    nowMs: () => systemClock.now(),
    elapsed: upMilliseconds,
    random: Math.random,
    reporters: [],
    secrets: {},
    interrupt: { signal, hard: signal },
    watched: false,
    expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
  });
  const seconds = (performance.now() - started) / 1000;
  if (report.counts.succeeded !== DISPATCHED) throw new Error(`found ${JSON.stringify(report.counts)}`);
  return seconds;
}

function datesBetween(from: string, to: string): readonly string[] {
  const day = 24 * 3600 * 1000;
  const days = (Date.parse(to) - Date.parse(from)) / day + 1;
  return Array.from({ length: days }, (_, n) =>
    new Date(Date.parse(from) + n * day).toISOString().slice(0, 10),
  );
}
