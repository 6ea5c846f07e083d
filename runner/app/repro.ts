import { evaluateCondition, evaluateTemplate } from '../language/expression/evaluate.ts';
import { usageError } from '../errors.ts';
import type { Job } from '../model/job.ts';
import type { PlannedInstance } from '../model/plan.ts';
import { describeJob } from '../run/describe-job.ts';
import { oneInstance } from './instance.ts';
import type { Planned } from './planned.ts';
import { readSecrets } from './secrets.ts';

/** All that an instance's container would be given now. */
export interface Repro {
  readonly instance: PlannedInstance;
  readonly job: Job;
  /** Values by name: the job itself holds only the names. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** An attempt that is nobody's: only names in the environment of what a person repeats by hand. */
const BY_HAND = '00000000T000000Z-000000';

/**
 * The job of the one instance that the plan was asked for. Nothing is claimed or run.
 *
 * @throws ProblemsError where it has no container of its own, or where what it needs is not there.
 */
export async function prepareRepro(planned: Planned, envFile?: string): Promise<Repro> {
  const { asked, plan, pipelines, ledger } = planned;
  const instance = oneInstance(planned);
  const secrets = await readSecrets({ ...plan, instances: [instance] }, pipelines, asked.options, envFile);
  const described = await describeJob(instance, `${BY_HAND}-1`, {
    run: BY_HAND,
    ledger,
    pipelines,
    projectRoot: asked.opened.project.root,
    secrets,
    expressions: { template: evaluateTemplate, condition: evaluateCondition },
  });
  if (described.kind === 'none')
    throw usageError('no-repro', `${instance.id} cannot be repeated: ${described.reason}`);
  return { instance, job: described.job, secrets };
}
