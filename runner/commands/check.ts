import { openPipeline } from '../app/asked-pipeline.ts';
import { openProject } from '../app/project/open-project.ts';
import { EXIT, usageError } from '../errors.ts';
import { appOptions, type CommonFlags } from './cli/flags.ts';
import { nextLines } from './tick/next.ts';
import { sayWarnings } from './cli/typed.ts';
import type { Output } from './cli/output.ts';
import type { Target } from '../app/target.ts';
import { parseTarget } from './cli/target.ts';

/** `sluice check`: every mistake of every file, nothing else; of a pipeline that is named, its own and its needs'. */
export async function checkCommand(
  words: readonly string[],
  flags: CommonFlags,
  output: Output,
): Promise<number> {
  const budgetSeconds = readBudget(process.env['SLUICE_CHECK_SECONDS'] ?? '');
  const target = parseTarget(words);
  const options = { ...appOptions(flags, output, target.file), budgetSeconds };
  const opened =
    target.pipeline === undefined
      ? await openProject(options)
      : (await openPipeline(options, { pipeline: target.pipeline })).opened;
  refuseMore(target, words);
  const pipelines = [...opened.pipelines.values()];
  if (output.json) {
    const { problemsDocument } = await import('../report/json.ts');
    await output.document(problemsDocument(opened.warnings));
    return EXIT.ok;
  }
  await sayWarnings(opened.warnings, output);
  for (const pipeline of pipelines) {
    const tasks = Object.keys(pipeline.tasks).length;
    output.say(
      `${pipeline.name}: ${tasks} ${tasks === 1 ? 'task' : 'tasks'}, no mistakes (${pipeline.file})`,
    );
    const next = nextLines(opened, pipeline);
    if (next.length > 0) output.say(next);
  }
  if (pipelines.length === 0) output.say('no pipelines: pipelines/ holds no .yaml file');
  return EXIT.ok;
}

/** A file stands or falls as a whole. */
function refuseMore({ file, pipeline, tasks, params }: Target, words: readonly string[]): void {
  const [more] = [...tasks.filter((task) => file === undefined || task !== pipeline), ...Object.keys(params)];
  if (more === undefined) return;
  throw usageError(
    'too-many-words',
    `expected the name of a pipeline or its file, found "${words.join(' ')}"`,
    'a pipeline is checked with all its tasks: sluice check [pipeline]',
  );
}

function readBudget(text: string): number {
  if (text === '') return 20;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw usageError(
    'bad-variable',
    `expected a whole number of seconds from 1 in SLUICE_CHECK_SECONDS, found "${text}"`,
  );
}
