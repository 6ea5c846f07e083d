import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { upMilliseconds } from '../../runner/clock.ts';
import { openProject } from '../../runner/app/project/open-project.ts';
import { openProjectLedger, randomHex } from '../../runner/compose.ts';
import { createDryEngine } from '../../runner/engines/dry/engine.ts';
import type { Ledger } from '../../runner/ledger/ledger.ts';
import { processIdentity } from '../../runner/ledger/runs/process.ts';
import { STORE_SCHEMA } from '../../runner/model/records.ts';
import { runId } from '../../runner/model/run-id.ts';
import { makePlan } from '../../runner/plan/plan.ts';
import { scopeOf } from '../../runner/plan/scope/scope.ts';
import type { Engine } from '../../runner/ports.ts';
import { runPlan } from '../../runner/run/run.ts';
import {
  evaluateCondition,
  evaluateTemplate,
  evaluateValue,
} from '../../runner/language/expression/evaluate.ts';

/**
 * A process of its own that runs the pipeline of a project for each range of dates that it is told on a line, all at
 * once and with everything but containers. What it makes names it. `blind`: it takes every claim for its own.
 */
const [folder = '', store = '', journal = '', seconds = '0', claims = ''] = process.argv.slice(2);
const me = randomHex(4);
const opened = await openProject({ cwd: folder, env: process.env, store });
const ledger = withClaims(await openProjectLedger(opened.project, process.env));
const [pipeline = ''] = opened.pipelines.keys();

const runs: Promise<void>[] = [];
for await (const line of createInterface({ input: process.stdin })) runs.push(tell(line));
await Promise.all(runs);

async function tell(line: string): Promise<void> {
  const [from = '', to = from] = line.split('..');
  const { outcome, counts } = await run(from, to);
  console.log(JSON.stringify({ line, outcome, counts }));
}

async function run(from: string, to: string) {
  const { clock, pipelines, project } = opened;
  const now = new Date(clock.now()).toISOString();
  const request = {
    pipeline,
    tasks: [],
    range: { kind: 'range', from, to },
    params: {},
    times: {},
    rebuild: { missing: true, failed: true, stale: false, all: false },
    downstream: false,
  } as const;
  const scope = scopeOf(pipelines, request, now);
  const knowledge = await ledger.readKnowledge(scope.ranges, { contents: scope.contents });
  return runPlan(makePlan(pipelines, scope, knowledge, now), {
    run: runId(clock.now(), randomHex),
    process: await processIdentity(),
    pipelines,
    project: 'project',
    projectRoot: project.root,
    pools: project.pools,
    concurrency: 8,
    ledger,
    engine: inJournal(createEngine()),
    clock,
    elapsed: upMilliseconds,
    random: Math.random,
    reporters: [],
    secrets: {},
    interrupt: { signal: new AbortController().signal, hard: new AbortController().signal },
    watched: false,
    expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
  });
}

function createEngine(): Engine {
  const outputs = { 'a.txt': `a by ${me}\n`, 'b.txt': `b by ${me}\n` };
  return createDryEngine({
    clock: opened.clock,
    openStore: () => ledger.store,
    scripts: { '**': { seconds: Number(seconds), outputs } },
  });
}

/** Each job with the time of its begin and end, written before anything can kill this process. */
function inJournal(engine: Engine): Engine {
  const note = (what: string, instance: string) =>
    appendFileSync(journal, `${JSON.stringify({ what, instance, at: Date.now(), by: me })}\n`);
  return {
    ...engine,
    async run(job, options) {
      note('begin', job.instance);
      const result = await engine.run(job, options);
      note('end', job.instance);
      return result;
    },
  };
}

function withClaims(ledger: Ledger): Ledger {
  if (claims !== 'blind') return ledger;
  return {
    ...ledger,
    claim: async (instance, attempt, run) => ({
      kind: 'claimed',
      claim: { record: { schema: STORE_SCHEMA, instance, attempt, run, nonce: randomHex() }, etag: '' },
    }),
    release: async () => undefined,
  };
}
