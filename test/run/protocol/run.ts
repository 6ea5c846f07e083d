import { StoreError } from '../../../runner/errors.ts';
import type { Ledger } from '../../../runner/ledger/ledger.ts';
import type { InstanceId } from '../../../runner/model/partition.ts';
import type { Knowledge } from '../../../runner/model/plan.ts';
import { attemptId, runTime } from '../../../runner/model/run-id.ts';
import type { Clock } from '../../../runner/ports.ts';
import {
  evaluateCondition,
  evaluateTemplate,
  evaluateValue,
} from '../../../runner/language/expression/evaluate.ts';
import { runAttempt } from '../../../runner/run/attempt/sequence.ts';
import type { AttemptOutcome, Work } from '../../../runner/run/attempt/work.ts';
import { createMasker } from '../../../runner/run/log/mask.ts';
import { PROCESS, runRecord } from '../../ledger/sample.ts';
import { createScriptedEngine, type Act } from '../scripted-engine.ts';
import { instance, pipeline, task } from '../world.ts';
import { contentOf, FILES, LATEST, RANGE, runOf, type Part } from './part.ts';
import { atGate, type Actor } from './schedule.ts';
import type { Truth } from './truth.ts';

/** What a task's container does, whichever instance it is for. */
export type Fate = 'good' | 'no-data' | 'fails';

export interface Run {
  readonly fate: Fate;
  /** Does what is done once more. */
  readonly rebuild: boolean;
}

const TASK = task('t', {
  keys: ['date'],
  outputs: [
    { kind: 'path', path: 'a.txt', allowEmpty: false, publish: { path: LATEST, newest: true } },
    {
      kind: 'path',
      path: 'b.txt',
      allowEmpty: false,
      publish: { path: '${{ params.date }}.txt', newest: false },
    },
  ],
});
const PIPELINE = pipeline([TASK]);

/** A run from its plan to its end, as the loop does it, one instance after the other. */
export async function run(
  { actor, ledger, store, clock, truth }: Part,
  ids: readonly InstanceId[],
  { fate, rebuild }: Run,
): Promise<readonly AttemptOutcome[]> {
  const name = runOf(actor, clock);
  const record = runRecord(name, { pipeline: 'p', process: { ...PROCESS, pid: actor.pid } });
  await ledger.startRun(record);
  // What stood when the run began; a result that is younger than the run was made meanwhile, whatever the plan saw.
  const seen = new Map(
    ids.map((id) => {
      const manifest = truth.history(id).at(-1)?.manifest;
      const made = manifest === undefined ? '' : runTime(Date.parse(manifest.finishedAt));
      return [id, made < name.slice(0, made.length) ? manifest?.attempt : undefined];
    }),
  );
  const knowledge = await ledger.readKnowledge(RANGE, { contents: false });
  const engine = createScriptedEngine(store, (job) => actOf(fate, job.instance, job.attempt));
  const outcomes: AttemptOutcome[] = [];
  let attempts = 0;
  for (const id of ids) {
    const action = actionFor(knowledge, id, rebuild);
    if (action === 'none') continue;
    const etag = knowledge.manifests.get(id);
    let waited = false;
    for (let tries = 1; tries <= 3; tries += 1) {
      attempts += 1;
      const attempt = attemptId(name, attempts);
      const planned = instance('t', id.split('/')[2], {
        action,
        ...(etag === undefined ? {} : { manifestEtag: etag }),
      });
      const isLast = tries === 3;
      const outcome = await runAttempt(
        {
          planned,
          task: TASK,
          pipeline: PIPELINE,
          attempt,
          absent: [],
          waited,
          isAlive: () => !actor.isLate,
          slots: [],
          masker: createMasker({}),
          emit: () => {},
          decideRetry: ({ cause }) =>
            isLast || !cause.transient ? { kind: 'final' } : { kind: 'retry', afterSeconds: 1 },
          environment: environmentOf(name, actor, ledger, engine, clock),
        },
        new AbortController().signal,
      );
      judgeOutcome(truth, actor, id, attempt, outcome);
      if (rebuild && outcome.kind === 'taken' && outcome.attempt === seen.get(id)) {
        truth.broken.push(`${actor.name} was to replace ${outcome.attempt} and reports it as made meanwhile`);
      }
      outcomes.push(outcome);
      if (outcome.kind === 'held') waited = true;
      if (outcome.kind === 'held') await atGate(actor, 'waits for the claim', async () => {}, gone);
      else if (outcome.kind !== 'retry') break;
    }
  }
  await ledger.updateRun({
    ...record,
    finishedAt: new Date(clock.now()).toISOString(),
    outcome: 'succeeded',
  });
  return outcomes;
}

function gone(): Error {
  return new StoreError('store-unreachable', 'the connection was reset');
}

function actOf(fate: Fate, id: InstanceId, attempt: string): Act {
  switch (fate) {
    case 'good':
      return { files: Object.fromEntries(FILES.map((path) => [path, contentOf(id, attempt, path)])) };
    case 'no-data':
      return { exitCode: 66 };
    case 'fails':
      return { exitCode: 1 };
  }
}

function actionFor(knowledge: Knowledge, id: InstanceId, rebuild: boolean): 'run' | 'publish' | 'none' {
  const isDone = knowledge.manifests.has(id) && knowledge.exceptions.get(id)?.outcome !== 'void';
  if (!isDone || rebuild) return 'run';
  return knowledge.publications.has(id) ? 'publish' : 'none';
}

function environmentOf(
  name: string,
  { pid }: Actor,
  ledger: Ledger,
  engine: Work['environment']['engine'],
  clock: Clock,
): Work['environment'] {
  const signal = new AbortController().signal;
  return {
    run: name,
    process: { ...PROCESS, pid },
    pipelines: new Map([['p', PIPELINE]]),
    project: 'project',
    projectRoot: '/project',
    pools: {},
    concurrency: 1,
    ledger,
    engine,
    clock,
    elapsed: () => clock.now(),
    random: () => 0.5,
    reporters: [],
    secrets: {},
    interrupt: { signal, hard: signal },
    watched: false,
    expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
  };
}

/** What a run says of an instance must have been so. */
function judgeOutcome(
  truth: Truth,
  actor: Actor,
  id: InstanceId,
  attempt: string,
  outcome: AttemptOutcome,
): void {
  const stood = (name: string): boolean =>
    truth.history(id).some(({ manifest }) => manifest.attempt === name && manifest.outcome !== 'void');
  const kind = outcome.kind === 'failed' || outcome.kind === 'retry' ? outcome.failure.cause.kind : 'exit';
  const isExpected = kind === 'exit' || kind === 'claim-lost' || actor.cutOff;
  if (!isExpected) truth.broken.push(`${actor.name} ${outcome.kind}: ${JSON.stringify(outcome)}`);
  const claims = outcome.kind === 'succeeded' || outcome.kind === 'skipped' ? attempt : undefined;
  const named = outcome.kind === 'taken' ? outcome.attempt : claims;
  if (named !== undefined && !stood(named)) {
    truth.broken.push(
      `${actor.name} reports ${outcome.kind} by ${named}, which never was the result of ${id}`,
    );
  }
}
