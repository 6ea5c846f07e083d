import { openProject } from '../../compose.ts';
import { ProblemsError, usageError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { InstanceId } from '../../model/partition.ts';
import { didYouMean } from '../../language/suggest.ts';
import { askedInstances, oneInstance } from '../../app/instance.ts';
import type { Output } from '../cli/output.ts';
import { planPipeline } from '../../app/planned.ts';
import type { Target } from '../../app/target.ts';
import { appOptions, type CommonFlags } from '../cli/flags.ts';
import { openTyped } from '../cli/typed.ts';
import type { RequestOptions } from '../../app/request.ts';
import { openLedger } from '../../app/open-ledger.ts';
import { parseTarget } from '../cli/target.ts';
import { splitUnknown } from '../cli/unknown-flags.ts';
import { own } from '../../model/own.ts';

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
  flags: CommonFlags & RequestOptions,
  output: Output,
  expected: 'one' | 'any',
): Promise<Stored> {
  const target = parseTarget(words, flags.param);
  if (target.instance === undefined) {
    const planned = await planPipeline(await openTyped(words, flags, output), flags);
    const found = expected === 'one' ? [oneInstance(planned)] : askedInstances(planned);
    return {
      ledger: planned.ledger,
      ids: found.map((instance) => instance.id),
      refuseUnknown: () => undefined,
    };
  }
  const options = appOptions(flags, output, target.file);
  const opened = await openProject(options);
  const pipeline = opened.pipelines.get(target.pipeline ?? '');
  const { mistakes } = splitUnknown(target, pipeline, flags);
  if (mistakes.length > 0) throw new ProblemsError(mistakes);
  refuseMore(target);
  return {
    ledger: await openLedger(opened.project, options),
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
      if (own(pipeline.tasks, task) !== undefined) return;
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
