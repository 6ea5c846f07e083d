import { openSources } from '../compose.ts';
import { withImageHashes } from './project/image-hashes.ts';
import { usageError } from '../errors.ts';
import { evaluateCondition, evaluateTemplate, evaluateValue } from '../language/expression/evaluate.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../model/job.ts';
import type { Pipeline, Task } from '../model/pipeline.ts';
import type { PlannedInstance } from '../model/plan.ts';
import { planHook } from '../plan/hooks.ts';
import type { ObjectStore } from '../ports.ts';
import { describeHook, describeJob, type DescribedJob } from '../run/describe-job.ts';
import { runJson } from '../run/run-json.ts';
import type { AskedPipeline } from './asked-pipeline.ts';
import { oneInstance } from './instance.ts';
import { openReadingLedger } from './reading-ledger.ts';
import { planPipeline } from './planned.ts';
import { nameOfProject } from './project-name.ts';
import type { RequestOptions } from './request.ts';
import { readSecrets, secretNames } from './secrets.ts';
import { own } from '../model/own.ts';

/** All that an instance's container would be given now. */
export interface Repro {
  readonly instance: PlannedInstance;
  readonly job: Job;
  /** Values by name: the job itself holds only the names. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where its inputs are. */
  readonly store: ObjectStore;
}

export interface SecretsFrom {
  readonly envFile?: string;
  /** Nothing is executed now: whoever does it has them, and empty texts stand in their place. */
  readonly namesOnly?: boolean;
}

/** An attempt that is nobody's: only names in the environment of what a person repeats by hand. */
const BY_HAND = '00000000T000000Z-000000';

/**
 * The job of the one instance that is asked for. Nothing is claimed or run.
 *
 * @throws ProblemsError where it has no container of its own, or where what it needs is not there.
 */
export async function prepareRepro(
  asked: AskedPipeline,
  options: RequestOptions,
  secretsFrom: SecretsFrom = {},
): Promise<Repro> {
  const hook = askedHook(asked);
  if (hook !== undefined) return prepareHook(asked, hook, secretsFrom);
  const planned = await planPipeline(asked, { ...options, rebuild: 'all', ledger: openReadingLedger });
  const { pipelines, ledger } = planned;
  const instance = oneInstance(planned);
  const secrets = await secretsOf(instance, pipelines, asked, secretsFrom);
  const described = await describeJob(
    instance,
    `${BY_HAND}-1`,
    await surroundings(asked, pipelines, ledger, secrets),
  );
  return { instance, job: jobOf(instance, described), secrets, store: ledger.store };
}

async function secretsOf(
  instance: PlannedInstance,
  pipelines: ReadonlyMap<string, Pipeline>,
  { options }: AskedPipeline,
  { envFile, namesOnly = false }: SecretsFrom,
): Promise<Readonly<Record<string, string>>> {
  return namesOnly
    ? secretNames(own(pipelines.get(instance.pipeline)?.tasks, instance.task))
    : readSecrets({ instances: [instance] }, pipelines, options, envFile);
}

async function surroundings(
  { opened, options }: AskedPipeline,
  pipelines: ReadonlyMap<string, Pipeline>,
  ledger: Ledger,
  secrets: Readonly<Record<string, string>>,
): Promise<Parameters<typeof describeJob>[2]> {
  return {
    run: BY_HAND,
    ledger,
    pipelines,
    project: await nameOfProject(opened.project),
    projectRoot: opened.project.root,
    secrets,
    sources: await openSources(opened.project, options.env),
    expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
  };
}

function jobOf({ id }: PlannedInstance, described: DescribedJob): Job {
  if (described.kind === 'job') return described.job;
  throw usageError('no-repro', `${id} cannot be repeated: ${described.reason}`);
}

function askedHook({ pipeline, target }: AskedPipeline): Task | undefined {
  const [name, ...more] = target.tasks;
  if (name === undefined || more.length > 0 || !Object.hasOwn(pipeline.tasks, name)) return undefined;
  const task = own(pipeline.tasks, name);
  return task?.kind === 'hook' ? task : undefined;
}

/** A hook is repeated with what the newest run that it followed has left on record. */
async function prepareHook(asked: AskedPipeline, hook: Task, secretsFrom: SecretsFrom): Promise<Repro> {
  const { opened, pipeline } = asked;
  const expressions = { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue };
  const instance = planHook(pipeline, hook, {}, expressions);
  const pipelines = await withImageHashes(opened);
  const ledger = await openReadingLedger(opened.project, asked.options);
  const runs = await ledger.listRuns({ pipeline: pipeline.name, limit: RUNS_LOOKED_AT });
  const run = runs.find(({ instances = [] }) => instances.some(({ id }) => id === instance.id));
  if (run === undefined) {
    throw usageError(
      'no-repro',
      `${instance.id} cannot be repeated: it has followed none of the last ${RUNS_LOOKED_AT} runs`,
      'a hook runs after a run in which something ran',
    );
  }
  const others = (run.instances ?? []).filter(({ id }) => id !== instance.id);
  const secrets = await secretsOf(instance, pipelines, asked, secretsFrom);
  const task = own(pipelines.get(pipeline.name)?.tasks, hook.name) ?? hook;
  const described = describeHook(
    instance,
    task,
    `${BY_HAND}-1`,
    await surroundings(asked, pipelines, ledger, secrets),
    {
      status: {
        failure: others.some(({ state }) => state === 'failed'),
        cancelled: run.outcome === 'cancelled',
      },
      runJson: runJson({
        run: run.run,
        outcome: run.outcome ?? 'failed',
        counts: run.counts ?? {},
        instances: others,
      }),
    },
  );
  return { instance, job: jobOf(instance, described), secrets, store: ledger.store };
}

const RUNS_LOOKED_AT = 50;
