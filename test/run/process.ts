import { appendFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { systemClock, upMilliseconds } from '../../runner/clock.ts';
import { createDryEngine } from '../../runner/engines/dry/engine.ts';
import { openLedger } from '../../runner/ledger/open.ts';
import { processIdentity } from '../../runner/ledger/runs/process.ts';
import { runId } from '../../runner/model/run-id.ts';
import type { Engine } from '../../runner/ports.ts';
import { runPlan } from '../../runner/run/run.ts';
import {
  evaluateCondition,
  evaluateTemplate,
  evaluateValue,
} from '../../runner/language/expression/evaluate.ts';
import { createDirectoryStore } from '../../runner/stores/directory/store.ts';
import { instance, pipeline, planOf, task } from './world.ts';

/** A run of `count` instances of one task, as a process of its own; tells its starts and ends, then its report. */
const [root = '', diary = '', count = '0', seconds = '0', beat = '20', pool = '4'] = process.argv.slice(2);
const random = (bytes: number) => randomBytes(bytes).toString('hex');
const store = createDirectoryStore(root);
const identity = await processIdentity();
const ledger = await openLedger(store, {
  clock: systemClock,
  process: identity,
  random,
  heartbeat: { everySeconds: Number(beat), deadSeconds: 3 * Number(beat) },
});
const dry = createDryEngine({
  clock: systemClock,
  openStore: () => store,
  scripts: { '**': { seconds: Number(seconds) } },
});
const run = runId(Date.now(), random);
const engine: Engine = {
  ...dry,
  async run(job, options) {
    appendFileSync(diary, `start ${job.instance} ${run}\n`);
    const result = await dry.run(job, options);
    appendFileSync(diary, `end ${job.instance} ${run} ${result.cause?.kind ?? 'good'}\n`);
    return result;
  },
};
const never = new AbortController().signal;
const report = await runPlan(
  planOf(Array.from({ length: Number(count) }, (_, n) => instance('a', `n=${String(n).padStart(3, '0')}`))),
  {
    run,
    process: identity,
    pipelines: new Map([
      [
        'p',
        pipeline([
          task('a', {
            keys: ['n'],
            pools: { db: 1 },
            outputs: [{ kind: 'path', path: 'out.txt', allowEmpty: false }],
          }),
        ]),
      ],
    ]),
    project: 'project',
    projectRoot: '/project',
    pools: { db: Number(pool) },
    concurrency: 8,
    ledger,
    engine,
    clock: systemClock,
    elapsed: upMilliseconds,
    random: Math.random,
    reporters: [],
    secrets: {},
    interrupt: { signal: never, hard: never },
    watched: false,
    expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
  },
);
process.stdout.write(JSON.stringify(report));
