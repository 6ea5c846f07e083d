import { openProject } from '../../compose.ts';
import { ProblemsError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { InstanceId } from '../../model/partition.ts';
import { didYouMean } from '../../language/suggest.ts';
import { askedInstances, oneInstance } from '../instance.ts';
import { usageError, type Output } from '../cli/output.ts';
import { composeOptions, makeSessionPlan, openSession, type CommonFlags } from '../planning.ts';
import type { RequestFlags } from '../request.ts';
import { openLedger } from '../open-ledger.ts';
import { parseTarget, type Target } from '../cli/target.ts';
import { splitUnknown } from '../cli/unknown-flags.ts';

export interface Stored {
  readonly ledger: Ledger;
  readonly ids: readonly InstanceId[];
  /** For an instance that has nothing in the store: an error where the project does not know its task either. */
  readonly refuseUnknown: (id: InstanceId) => void;
}

/**
 * The instances that the words ask for, for commands that read the store. One that is named whole is taken as it is
 * written, so that what an older version of the pipeline made can still be read; others come from a plan.
 */
export async function storedInstances(
  words: readonly string[],
  flags: CommonFlags & RequestFlags,
  output: Output,
  expected: 'one' | 'any',
): Promise<Stored> {
  const target = parseTarget(words, flags.param);
  if (target.instance === undefined) {
    const session = await openSession(words, flags, output);
    const { plan, ledger } = await makeSessionPlan(session, flags);
    const found = expected === 'one' ? [oneInstance(plan, session)] : askedInstances(plan, session);
    return { ledger, ids: found.map((instance) => instance.id), refuseUnknown: () => undefined };
  }
  const opened = await openProject(composeOptions(flags, target));
  const pipeline = opened.pipelines.get(target.pipeline ?? '');
  const { mistakes } = splitUnknown(target, pipeline, flags);
  if (mistakes.length > 0) throw new ProblemsError(mistakes);
  refuseMore(target);
  return {
    ledger: await openLedger(opened.project, output),
    ids: [target.instance],
    refuseUnknown: (id) => {
      const [, task = ''] = id.split('/');
      if (pipeline === undefined) {
        const names = [...opened.pipelines.keys()];
        throw usageError(
          'unknown-pipeline',
          `there is no pipeline "${target.pipeline}", and nothing in the store under ${id}`,
          didYouMean(target.pipeline ?? '', names, 'pipelines'),
        );
      }
      if (pipeline.tasks[task] !== undefined) return;
      throw usageError(
        'unknown-task',
        `there is no task \`${task}\` in pipeline ${pipeline.name}, and nothing in the store under ${id}`,
        didYouMean(task, Object.keys(pipeline.tasks), 'tasks'),
      );
    },
  };
}

function refuseMore({ tasks, instance }: Target): void {
  const [, more] = tasks;
  if (more === undefined) return;
  throw usageError(
    'too-many-words',
    `expected nothing after ${instance}, found "${more}"`,
    'name several by task and --date a..b',
  );
}
