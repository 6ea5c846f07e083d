import { openSoundProject } from '../../app/project/open-project.ts';
import type { AskedTick } from '../../app/tick/tick.ts';
import { ProblemsError, usageError } from '../../errors.ts';
import { own } from '../../model/own.ts';
import type { Problem } from '../../model/problem.ts';
import { appOptions, type CommonFlags } from '../cli/flags.ts';
import type { Output } from '../cli/output.ts';
import { parseTarget } from '../cli/target.ts';
import { openTyped } from '../cli/typed.ts';

export interface TypedTick {
  readonly asked: AskedTick;
  /** Of pipelines that can't be run, where all are asked. */
  readonly problems: readonly Problem[];
  readonly tasks: readonly string[];
}

/** The pipeline that is named, else all there are; a broken one among them stops none of the others. */
export async function openAsked(
  words: readonly string[],
  flags: CommonFlags,
  output: Output,
): Promise<TypedTick> {
  const typed = parseTarget(words, flags.param);
  if (typed.pipeline === undefined && typed.file === undefined && Object.keys(typed.params).length === 0) {
    const options = appOptions(flags, output);
    const { opened, problems } = await openSoundProject(options);
    return {
      asked: { options, opened, pipelines: [...opened.pipelines.values()] },
      problems: problems.filter(({ severity }) => severity === 'error'),
      tasks: [],
    };
  }
  const { options, opened, pipeline, target, mistakes } = await openTyped(words, flags, output);
  if (mistakes.length > 0) throw new ProblemsError(mistakes);
  refuseDates(pipeline.params, target);
  return { asked: { options, opened, pipelines: [pipeline], target }, problems: [], tasks: target.tasks };
}

function refuseDates(
  params: Readonly<Record<string, { readonly kind: string }>>,
  target: { readonly params: Readonly<Record<string, string>>; readonly instance?: string },
): void {
  const timed = Object.keys(target.params).find(
    (name) => name === 'date' || own(params, name)?.kind === 'time',
  );
  if (timed === undefined && target.instance === undefined) return;
  throw usageError(
    'tick-date',
    `a tick asks for what has become due, and takes no ${timed === undefined ? 'instance' : `--${timed}`}`,
    'leave it out, or use sluice run',
  );
}
